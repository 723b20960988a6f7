#include "actors/app/executors.hpp"
#include "tests/actors/app/machine_dsl.hpp"

#include <catch2/catch.hpp>

using namespace spark;
using namespace spark::test;

namespace {

std::string pod(int number) { return "pi-exec-" + std::to_string(number); }

executors_observed now(int number, std::string state) {
  return {submission_id(app_uid, 1), {{pod(number), std::move(state)}}};
}

} // namespace

TEST_CASE("ten thousand executors: bounded, and counted right", "[executors]") {
  auto s = given(running);
  for (int i = 1; i <= 10000; ++i) {
    s.when(now(i, "RUNNING"));
    s.when(now(i, i % 10 == 0 ? "FAILED" : "COMPLETED"));
  }
  for (int i = 10001; i <= 10020; ++i)
    s.when(now(i, "RUNNING"));
  CHECK(s.state().executors.size() == max_executors + 20);
  auto shown = projection(s.state(), {});
  CHECK(shown.executor_state.size() == max_executors);
  CHECK(shown.executor_state.count(pod(10020)) == 1);
  CHECK(shown.executor_counts.at("COMPLETED") == 9000);
  CHECK(shown.executor_counts.at("FAILED") == 1000);
  CHECK(shown.executor_counts.at("RUNNING") == 20);
  CHECK(boost::json::serialize(status_patch({}, shown)).size() < 16384);
}

TEST_CASE("a list that shows an ended one again counts it once",
          "[executors]") {
  auto s = given(running);
  for (int i = 1; i <= 300; ++i)
    s.when(now(i, "COMPLETED"));
  s.when(now(5, "COMPLETED")).then({});
  s.when(now(299, "COMPLETED")).then({});
  CHECK(projection(s.state(), {}).executor_counts.at("COMPLETED") == 300);
}

TEST_CASE("those that vanished are forgotten, too", "[executors]") {
  auto s = given(running);
  for (int i = 1; i <= 1000; ++i) {
    s.when(now(i, "RUNNING"));
    s.when(now(i, "UNKNOWN"));
  }
  CHECK(s.state().executors.size() == max_executors);
  CHECK(projection(s.state(), {}).executor_counts.at("UNKNOWN") == 1000);
  s.when(driver_observed{with_exit(0)});
  auto shown = projection(s.state(), {});
  CHECK(shown.executor_counts ==
        std::map<std::string, std::int64_t>{{"COMPLETED", 1000}});
}

TEST_CASE("the driver's end is the end of those nobody saw end",
          "[executors]") {
  auto s = given(running);
  s.when(now(1, "RUNNING"));
  s.when(now(2, "UNKNOWN"));
  s.when(now(3, "FAILED"));
  SECTION("well") {
    s.when(driver_observed{with_exit(0)});
    auto shown = projection(s.state(), {}).executor_state;
    CHECK(shown.at(pod(1)) == "COMPLETED");
    CHECK(shown.at(pod(2)) == "COMPLETED");
    CHECK(shown.at(pod(3)) == "FAILED");
    // Spark stops them now, and how they go says nothing.
    s.when(now(1, "FAILED"));
    CHECK(s.state().executors.at(pod(1)) == "COMPLETED");
    s.when(now(3, "FAILED")).then({});
  }
  SECTION("badly") {
    s.when(driver_observed{with_exit(1)});
    auto shown = projection(s.state(), {}).executor_state;
    CHECK(shown.at(pod(1)) == "FAILED");
    CHECK(shown.at(pod(2)) == "FAILED");
  }
}

TEST_CASE("why one failed is told", "[executors]") {
  auto s = given(running);
  executors_observed fact = now(1, "FAILED");
  fact.why[pod(1)] = "ExitCode: 137, Reason: OOMKilled";
  fact.changed[pod(2)] = "FAILED";
  fact.changed[pod(3)] = "RUNNING";
  fact.why["nobody"] = "x";
  auto before = s.state();
  s.when(fact);
  executors_changed changed;
  changed.changed = fact.changed;
  changed.why[pod(1)] = fact.why[pod(1)];
  s.then({changed});
  auto told = announce(before, changed);
  REQUIRE(told.size() == 3);
  CHECK(told[0].warning);
  CHECK(told[0].message == "Executor pi-exec-1 failed with ExitCode: 137, "
                           "Reason: OOMKilled");
  CHECK(told[1].message == "Executor pi-exec-2 failed");
  s.when(fact).then({}); // an end is final
}

TEST_CASE("live ones are never forgotten", "[executors]") {
  auto s = given(running);
  for (int i = 1; i <= 500; ++i)
    s.when(now(i, "RUNNING"));
  CHECK(s.state().executors.size() == 500);
  s.when(now(3, "FAILED"));
  CHECK(projection(s.state(), {}).executor_counts.at("FAILED") == 1);
}

TEST_CASE("the number of an executor", "[executors]") {
  CHECK(executor_number("pi-abc-exec-17") == 17);
  CHECK(executor_number("pi") == 0);
  CHECK(executor_number("pi-") == 0);
}
