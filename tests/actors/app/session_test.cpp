#include "actors/app/session.hpp"
#include "messages/codec.hpp"
#include "tests/actors/app/machine_dsl.hpp"

#include <catch2/catch.hpp>

using namespace spark;
using namespace spark::test;

namespace json = boost::json;

namespace {

const object_key key{"ns", "pi"};

json::object object(const std::string& version, std::int64_t generation = 1,
                    const std::string& memory = "512m") {
  auto v = json::parse(R"({
    "metadata": {"name": "pi", "namespace": "ns", "uid": "uid-1"},
    "spec": {"type": "Scala", "mode": "cluster", "sparkVersion": "3.5.0",
      "image": "spark:3.5.0", "mainClass": "Pi",
      "mainApplicationFile": "local:///pi.jar",
      "driver": {"cores": 1}, "executor": {"cores": 1, "instances": 1}}})");
  auto& o = v.as_object();
  o["metadata"].as_object()["resourceVersion"] = version;
  o["metadata"].as_object()["generation"] = generation;
  o["spec"].at("driver").as_object()["memory"] = memory;
  return o;
}

observed_application seen(const json::object& o) {
  return read_application(o, {}).value();
}

/// A session whose rows are appended when the test says so.
struct fixture {
  app_session session{key, app_uid, {}, {}};
  time_point now = t0;
  journal_history rows;

  bool append() {
    auto next = session.next(now);
    if (next)
      rows.rows.push_back(next->row);
    return next.has_value();
  }
  void settle() {
    while (append())
      session.committed(now);
  }
  std::vector<std::string> start() {
    settle();
    std::vector<std::string> out;
    for (auto& s : session.start_due(now))
      out.emplace_back(to_string(s.what.kind));
    return out;
  }
  void end(effect_kind kind, procedure_end e) {
    session.ended({kind, session.state().current.number, ""}, std::move(e),
                  now);
  }
  void adopt() { session.adopt(seen(object("5")), {}, 1, now); }
  /// A claim whose PATCH made version 6.
  void claim() {
    adopt();
    start();
    auto o = object("6");
    o["status"] =
        status_patch({}, projection(session.state(), session.view().status));
    procedure_end e;
    claim_settled f;
    f.number = 1;
    e.stimuli.push_back(f);
    e.app = seen(o);
    end(effect_kind::claim_attempt, std::move(e));
  }
};

using names = std::vector<std::string>;

} // namespace

TEST_CASE("no effect leaves before the first observation", "[session]") {
  fixture f;
  folded history;
  history.state = given(posted).state();
  f.session.restore(std::move(history));
  f.session.take(timer_fired{});
  CHECK(f.start().empty());
  CHECK(f.session.wake(f.now) == no_time);
  CHECK_FALSE(f.session.stuck(f.now));
}

TEST_CASE("no effect leaves before its reason is durable", "[session]") {
  fixture f;
  f.adopt();
  REQUIRE(f.append());
  CHECK(f.session.start_due(f.now).empty());
  CHECK_FALSE(f.append()); // one append at a time
  f.session.committed(f.now);
  CHECK(f.start() == names{"claim_attempt"});
  CHECK(f.start().empty()); // it is under way
  CHECK_FALSE(f.session.stuck(f.now));
}

TEST_CASE("an older view of the application is dropped", "[session]") {
  fixture f;
  f.claim();
  f.settle();
  CHECK(f.session.view().resource_version == "6");
  f.session.observe(seen(object("5", 2, "1g")));
  f.settle();
  CHECK(f.session.view().resource_version == "6");
  CHECK(f.session.state().spec.generation == 1);
  // "10" is newer than "6", though not as text.
  f.session.observe(seen(object("10", 2, "1g")));
  f.settle();
  CHECK(f.session.view().resource_version == "10");
  CHECK(f.session.state().spec.generation == 2);
}

TEST_CASE("children are rendered from the claimed spec", "[session]") {
  fixture f;
  f.claim();
  CHECK(f.start() == names{"create_config", "create_service"});
}

TEST_CASE("a spec that was edited meanwhile creates nothing", "[session]") {
  fixture f;
  f.claim();
  f.settle();
  f.session.observe(seen(object("7", 2, "1g")));
  CHECK(f.start() == names{"claim_attempt"});
  CHECK(f.session.state().current.number == 2);
}

TEST_CASE("failures back off, from 1 s to 60 s and a quarter", "[session]") {
  fixture f;
  f.claim();
  f.start();
  milliseconds before{0};
  for (int tries = 0; tries < 10; ++tries) {
    procedure_end e;
    e.failed = true;
    child_settled busy = settled(child::config, ending::retry, "busy");
    e.stimuli.push_back(busy);
    f.end(effect_kind::create_config, std::move(e));
    f.settle();
    auto wait =
        f.session.view().backoffs.at(effect_kind::create_config).not_before -
        f.now;
    CHECK(wait >= seconds{1});
    CHECK(wait <= seconds{75});
    CHECK(wait >= before * 3 / 4);
    before = wait;
    auto early = f.session.start_due(f.now);
    for (auto& s : early)
      CHECK(s.what.kind != effect_kind::create_config);
    f.now += wait;
    f.start();
  }
  CHECK(before >= seconds{60});
  f.end(effect_kind::create_config, {});
  CHECK(f.session.view().backoffs.count(effect_kind::create_config) == 0);
}

TEST_CASE("many executors are several rows", "[session]") {
  fixture f;
  f.claim();
  f.settle();
  executors_observed all;
  all.submission_id = f.session.state().current.submission_id;
  for (int i = 0; i < 3000; ++i)
    all.changed["a-name-as-long-as-spark-lets-it-be-000000-exec-" +
                std::to_string(i)] = "RUNNING";
  f.session.take(all);
  f.settle();
  CHECK(f.session.state().executors.size() == 3000);
  for (auto& row : f.rows.rows)
    CHECK(row.stimulus.size() + row.events.size() < max_row_bytes);
}

TEST_CASE("executors that failed with long words fit their rows", "[session]") {
  fixture f;
  f.claim();
  f.settle();
  executors_observed all;
  all.submission_id = f.session.state().current.submission_id;
  for (int i = 0; i < 2000; ++i) {
    auto pod = std::string(240, 'n') + "-exec-" + std::to_string(i);
    all.changed[pod] = "FAILED";
    all.why[pod] = std::string(238, 'w');
  }
  f.session.take(all);
  f.settle();
  for (auto& row : f.rows.rows)
    CHECK(row.stimulus.size() + row.events.size() < max_row_bytes);
  // Not one of them is lost, or forgotten before an older one.
  auto shown = projection(f.session.state(), {});
  CHECK(shown.executor_counts.at("FAILED") == 2000);
  auto& kept = f.session.state().executors;
  CHECK(kept.size() == 100);
  CHECK(kept.count(std::string(240, 'n') + "-exec-1900") == 1);
}

TEST_CASE("executors have one row a second", "[session]") {
  fixture f;
  f.claim();
  f.settle();
  auto submission = f.session.state().current.submission_id;
  auto change = [&](const std::string& pod, const std::string& state) {
    f.session.take(executors_observed{submission, {{pod, state}}});
    f.settle();
  };
  auto before = f.rows.rows.size();
  change("pi-exec-1", "PENDING");
  CHECK(f.rows.rows.size() == before + 1);
  for (int i = 2; i < 600; ++i)
    change("pi-exec-" + std::to_string(i), "PENDING");
  CHECK(f.rows.rows.size() == before + 1);
  CHECK(f.session.wake(f.now) <= f.now + seconds{1});
  f.now += seconds{1};
  f.settle();
  CHECK(f.session.state().executors.size() == 599);
  SECTION("the driver's end takes them along") {
    change("pi-exec-7", "COMPLETED");
    f.session.take(driver_observed{driver_of(1, "Pending")});
    f.settle();
    CHECK(f.session.state().executors.at("pi-exec-7") == "COMPLETED");
  }
}

TEST_CASE("an empty or foreign history is ignored", "[session]") {
  fixture f;
  f.session.restore({});
  CHECK(f.session.state().uid == app_uid);
  folded other;
  other.state = given(posted).state();
  other.state.uid = "another";
  f.session.restore(std::move(other));
  CHECK(f.session.state().current.number == 0);
}

TEST_CASE("a plain run costs four status writes", "[session]") {
  fixture f;
  int version = 5;
  int writes = 0;
  auto stored = application_status{};
  auto write_all = [&] {
    while (true) {
      f.settle();
      auto due = f.session.start_due(f.now);
      bool wrote = false;
      for (auto& d : due) {
        if (d.what.kind != effect_kind::patch_status)
          continue;
        stored = projection(f.session.state(), f.session.view().status);
        auto o = object(std::to_string(++version));
        o["status"] = status_patch({}, stored);
        procedure_end e;
        e.app = seen(o);
        e.status_written = wrote = true;
        ++writes;
        f.session.ended(d.what, std::move(e), f.now);
      }
      if (!wrote)
        return;
    }
  };
  f.claim();
  ++version;
  ++writes;
  f.start();
  auto done = [&](effect_kind kind, child what) {
    procedure_end e;
    e.stimuli.push_back(settled(what, ending::done));
    f.end(kind, std::move(e));
    f.settle();
  };
  done(effect_kind::create_config, child::config);
  done(effect_kind::create_service, child::service);
  REQUIRE(f.start() == names{"create_driver"});
  procedure_end made;
  auto reply = settled(child::driver, ending::done);
  reply.has_driver = true;
  reply.driver = driver_of(1, "Pending");
  made.stimuli.push_back(reply);
  made.looked_at_driver = true;
  f.end(effect_kind::create_driver, std::move(made));
  write_all();
  auto d = driver_of(1, "Pending");
  d.waiting = "ContainerCreating"; // what every pod goes through
  f.session.take(driver_observed{d});
  write_all();
  f.session.take(driver_observed{driver_of(1, "Running")});
  write_all();
  auto end = driver_of(1, "Running");
  end.has_exit = true;
  f.session.take(driver_observed{end});
  write_all();
  end.phase = "Succeeded";
  f.session.take(driver_observed{end});
  f.session.take(driver_gone{end});
  write_all();
  CHECK(stored.state == "COMPLETED");
  CHECK(writes == 4);
  CHECK(f.session.finished(f.now));
}
