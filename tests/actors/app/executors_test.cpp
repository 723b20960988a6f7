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
