#include "tests/actors/app/machine_dsl.hpp"

#include <catch2/catch.hpp>

using namespace spark;
using namespace spark::test;

namespace {

std::size_t bytes(const application_status& s) {
  return boost::json::serialize(status_patch({}, s)).size();
}

} // namespace

TEST_CASE("the status stays small, whatever happens", "[projection]") {
  auto s = given(running).state();
  executors_changed many;
  for (int i = 1; i <= 10000; ++i)
    many.changed["a-name-as-long-as-spark-lets-it-be-000000-exec-" +
                 std::to_string(i)] = "RUNNING";
  evolve(s, many, t0);
  s.spec.warning = std::string(1024, 'w');
  auto d = driver_of(1, "Failed");
  d.has_exit = true;
  d.exit_code = 1;
  d.message = std::string(512, 'm');
  for (auto& e : decide(s, driver_observed{d}, t0))
    evolve(s, e, t0);
  auto shown = projection(s, {});
  CHECK(shown.executor_state.size() == 100);
  CHECK(shown.executor_counts.at("FAILED") == 10000);
  CHECK(bytes(shown) < 16 * 1024);
}

TEST_CASE("the newest executors are shown, each is counted once",
          "[projection]") {
  auto s = given(running).state();
  auto fact = [&](int from, int to, const char* state) {
    executors_observed f;
    f.submission_id = s.current.submission_id;
    for (int i = from; i <= to; ++i)
      f.changed["pi-exec-" + std::to_string(i)] = state;
    auto out = decide(s, f, t0);
    for (auto& e : out)
      evolve(s, e, t0);
    return out.size();
  };
  CHECK(fact(1, 150, "RUNNING") == 1);
  auto shown = projection(s, {});
  CHECK(shown.executor_counts ==
        std::map<std::string, std::int64_t>{{"RUNNING", 150}});
  CHECK(shown.executor_state.count("pi-exec-50") == 0);
  CHECK(shown.executor_state.count("pi-exec-51") == 1);
  // A relist tells all of them again.
  CHECK(fact(1, 150, "RUNNING") == 0);
  fact(1, 3, "COMPLETED");
  shown = projection(s, {});
  CHECK(shown.executor_counts == std::map<std::string, std::int64_t>{
                                     {"COMPLETED", 3}, {"RUNNING", 147}});
  CHECK(shown.executor_state.size() == 100);
}

TEST_CASE("executors of another attempt do not count", "[projection]") {
  auto s = given(running);
  executors_observed f;
  f.submission_id = "other";
  f.changed["x-exec-1"] = "RUNNING";
  s.when(f).then({});
}

TEST_CASE("a condition keeps its time while its status stays", "[projection]") {
  auto s = given(submitted);
  auto first = projection(s.state(), {});
  s.at(t0 + seconds{60}).when(driver_observed{driver_of(1, "Running")});
  auto second = projection(s.state(), first);
  REQUIRE(second.conditions.size() == 3);
  CHECK(second.conditions[0].last_transition_time ==
        first.conditions[0].last_transition_time);
  CHECK(second.conditions[1].last_transition_time ==
        to_rfc3339(t0 + seconds{60}));
}

TEST_CASE("a lost journal does not take conditions away", "[projection]") {
  auto before = projection(given(running).state(), {});
  adopted a;
  a.epoch = 2;
  a.app = app_of(1, "1:a", 1);
  a.app.state = "RUNNING";
  a.drivers.push_back(driver_of(1, "Running"));
  auto after = projection(given({}).when(a).state(), before);
  REQUIRE(after.conditions.size() == 3);
  CHECK(after.conditions[0] == before.conditions[0]);
  CHECK(after.conditions[1] == before.conditions[1]);
}

TEST_CASE("a lost journal does not take the cause of a failure away",
          "[projection]") {
  auto ended = with_exit(137, "Failed");
  ended.reason = "OOMKilled";
  auto before =
      projection(given(running).when(driver_observed{ended}).state(), {});
  auto reason_of = [](const application_status& s, const char* type) {
    for (auto& c : s.conditions)
      if (c.type == type)
        return c.reason;
    return std::string{"(no such condition)"};
  };
  CHECK(reason_of(before, "Failed") == "OOMKilled");
  CHECK(reason_of(before, "Running") == "OOMKilled");
  adopted a;
  a.epoch = 2;
  a.app = app_of(1, "1:a", 1);
  a.app.claim_outcome = "Failed";
  a.app.state = "FAILED";
  a.app.error_message = before.error_message;
  auto after = projection(given({}).when(a).state(), before);
  CHECK(reason_of(after, "Failed") == "OOMKilled");
  CHECK(after.error_message == before.error_message);
  // Of another attempt it says nothing.
  before.claim.number = 7;
  CHECK(reason_of(projection(given({}).when(a).state(), before), "Failed") ==
        "Failed");
}

TEST_CASE("the claiming write leaves the state as it was", "[projection]") {
  auto s = given(completed);
  s.status_is_written();
  auto edited = app_of(2, "1:b", 1);
  edited.claim_outcome = "Completed";
  edited.ended_at = t0;
  s.when(edited).status_is_written();
  CHECK(s.view().status.state == "INVALIDATING");
  s.when(absent()).status_is_written();
  CHECK(s.view().status.state == "PENDING_RERUN");
  auto o = app_of(2, "1:b", 1);
  o.state = "PENDING_RERUN";
  // Left from the attempt before, it would say nothing of this one's end.
  s.when(o).then_kinds({});
  o.claim_outcome = "Completed";
  s.when(o).then_kinds({"claim_intended"});
  auto patch =
      status_patch(s.view().status, projection(s.state(), s.view().status));
  CHECK_FALSE(patch.contains("applicationState"));
  // The old outcome goes with the same write.
  CHECK(patch.at("claim").at("outcome").is_null());
}
