// What a story cannot show, for there each effect ends before the next begins:
// effects under way, lists that are older than a reply, replies of their own.
#include "actors/scheduler/procedures.hpp"
#include "actors/scheduler/session.hpp"
#include "messages/clock.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

namespace spark::test {
namespace {

namespace json = boost::json;

const object_key key{"ns", "s"};
const std::string uid = "u-1";

time_point time(const std::string& of_day) {
  return from_rfc3339("2026-01-01T" + of_day + "Z");
}

run_fact run(int n, const std::string& state = "RUNNING") {
  return {fmt::format("s-{:04}", n), fmt::format("run-{}", n), state,
          time("12:00:00") + seconds{n}, no_time};
}

schedule_rules every_10_minutes() {
  schedule_rules r;
  r.expression = "@every 10m";
  r.zone = "UTC";
  r.created = time("12:00:00");
  return r;
}

observed_schedule seen(schedule_rules rules = every_10_minutes()) {
  observed_schedule out;
  out.key = key;
  out.uid = uid;
  out.resource_version = "7";
  out.fact.generation = 1;
  out.fact.edited = time("12:00:00");
  out.fact.rules = std::move(rules);
  return out;
}

/// Rows are durable as soon as they are asked for.
schedule_session::news drain(schedule_session& s, time_point now) {
  schedule_session::news all;
  while (s.next(now)) {
    auto some = s.committed(now);
    all.created.insert(all.created.end(), some.created.begin(),
                       some.created.end());
    all.skipped += some.skipped;
  }
  return all;
}

schedule_session adopted(std::vector<run_fact> runs, time_point now) {
  schedule_session s{key, uid, {}};
  s.adopt(seen(), std::move(runs), 1, now);
  drain(s, now);
  return s;
}

/// The run of 12:10 is being created.
schedule_state creating() {
  schedule_state s;
  s.uid = uid;
  s.ns = key.ns;
  s.name = key.name;
  s.rules = every_10_minutes();
  s.next_run = time("12:20:00");
  s.pending.name = "s-1";
  s.pending.tick = time("12:10:00");
  s.pending.kept = true;
  s.at = schedule_phase::creating;
  return s;
}

std::vector<std::string> names(const std::vector<schedule_effect>& effects) {
  std::vector<std::string> out;
  for (auto& e : effects)
    out.push_back(std::string{to_string(e.kind)} +
                  (e.run.empty() ? "" : " " + e.run));
  return out;
}

bool has(const std::vector<std::string>& all, const std::string& one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

} // namespace

TEST_CASE("nobody looks for a run while its creation is under way",
          "[schedule]") {
  auto s = creating();
  schedule_view view;
  view.observed = true;
  view.in_flight = {{schedule_effect_kind::create_run, "s-1", {}}};
  SECTION("suspended meanwhile") { s.rules.suspend = true; }
  SECTION("the next tick is due meanwhile") {}
  auto now = time("12:20:00");
  CHECK_FALSE(has(names(plan(s, view, now)), "look_at_run s-1"));
  view.in_flight.clear();
  CHECK(has(names(plan(s, view, now)), "look_at_run s-1"));
  view.creates_settled_at = now + seconds{4};
  CHECK_FALSE(has(names(plan(s, view, now)), "look_at_run s-1"));
  CHECK(wake_at(s, view, now) <= now + seconds{4});
}

TEST_CASE("a delete that is refused keeps no other run", "[schedule]") {
  schedule_state s;
  s.uid = uid;
  s.name = "s";
  s.rules = every_10_minutes();
  s.next_run = time("12:10:00");
  s.at = schedule_phase::waiting;
  for (int i = 0; i < 10; ++i)
    s.runs[run(i).name] = run(i, "COMPLETED");
  schedule_view view;
  view.observed = true;
  auto now = time("12:05:00");
  auto first = plan(s, view, now);
  std::erase_if(first, [](auto& e) {
    return e.kind != schedule_effect_kind::delete_run;
  });
  REQUIRE(first.size() == 4);
  for (auto& e : first)
    view.backoffs[e].fail(uid, now);
  auto then = names(plan(s, view, now));
  CHECK(has(then, "delete_run s-0004"));
  CHECK(has(then, "delete_run s-0007"));
  CHECK_FALSE(has(then, "delete_run s-0000"));
  CHECK(has(names(plan(s, view, now + seconds{2})), "delete_run s-0000"));
}

TEST_CASE("a list tells of every run, however many there are", "[schedule]") {
  auto now = time("12:05:00");
  SECTION("in one list") {
    std::vector<run_fact> all;
    for (int i = 0; i < 900; ++i)
      all.push_back(run(i));
    auto s = adopted(std::move(all), now);
    CHECK(s.state().runs.size() == 900);
  }
  SECTION("one by one, while the journal is slow") {
    auto s = adopted({}, now);
    for (int i = 0; i < 900; ++i)
      s.take(runs_observed{{run(i)}});
    drain(s, now);
    CHECK(s.state().runs.size() == 900);
  }
}

TEST_CASE("a list makes up for what no watch has told", "[schedule]") {
  auto s = adopted({run(1), run(2)}, time("12:03:00"));
  s.compare({run(2, "COMPLETED"), run(3)}, time("12:05:00"));
  drain(s, time("12:05:00"));
  CHECK(s.state().runs.count(run(1).name) == 0);
  CHECK(s.state().runs.at(run(2).name).state == "COMPLETED");
  CHECK(s.state().runs.count(run(3).name) == 1);
}

TEST_CASE("a list that is older than a run does not end it", "[schedule]") {
  auto s = adopted({run(1)}, time("12:00:01"));
  s.compare({}, time("12:00:30"));
  drain(s, time("12:00:30"));
  CHECK(s.state().runs.count(run(1).name) == 1);
}

TEST_CASE("a new term knows no run of the old one", "[schedule]") {
  auto s = adopted({run(1)}, time("12:03:00"));
  s.adopt(seen(), {run(2)}, 2, time("12:05:00"));
  drain(s, time("12:05:00"));
  CHECK(s.state().runs.count(run(1).name) == 0);
  CHECK(s.state().runs.count(run(2).name) == 1);
}

TEST_CASE("the tick of a run is told although another leader meant it",
          "[schedule]") {
  auto now = time("12:10:05");
  schedule_session s{key, uid, {}};
  auto object = seen();
  object.fact.record.pending_name = "s-0600";
  object.fact.record.pending_tick = time("12:10:00");
  s.adopt(std::move(object), {run(600)}, 1, now);
  CHECK(drain(s, now).created == std::vector{time("12:10:00")});
}

TEST_CASE("404 of a status write is confirmed by a look", "[schedule]") {
  schedule_context c;
  c.key = key;
  c.uid = uid;
  c.resource_version = "7";
  c.state = creating();
  auto steps = make_procedure({schedule_effect_kind::write_status, {}, {}}, c);
  REQUIRE(std::get<api_call>(steps->next(nullptr)).what.method == verb::patch);
  reply absent;
  absent.how = sent::answered;
  absent.status = 404;
  auto step = steps->next(&absent);
  REQUIRE(std::holds_alternative<api_call>(step));
  CHECK(std::get<api_call>(step).what.method == verb::get);
  SECTION("it is gone") {
    auto end = std::get<schedule_procedure_end>(steps->next(&absent));
    CHECK(end.gone);
  }
  SECTION("only the status was, as while a CRD is being replaced") {
    reply there;
    there.how = sent::answered;
    there.status = 200;
    there.body = json::serialize(json::object{
        {"metadata", {{"name", "s"}, {"namespace", "ns"}, {"uid", uid}}},
        {"spec", {{"schedule", "@every 10m"}}}});
    auto end = std::get<schedule_procedure_end>(steps->next(&there));
    CHECK_FALSE(end.gone);
    CHECK(end.failed); // it waits before it writes again
  }
}

} // namespace spark::test
