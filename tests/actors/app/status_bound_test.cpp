#include "actors/app/executors.hpp"
#include "actors/app/status_bound.hpp"
#include "tests/actors/app/machine_dsl.hpp"

#include <catch2/catch.hpp>

using namespace spark;
using namespace spark::test;

namespace {

namespace json = boost::json;

std::size_t bytes(const application_status& s) {
  return json::serialize(status_patch({}, s)).size();
}

/// As long as the members may be that others write, before the bound.
std::size_t others() {
  const std::string name(253, 'n');
  return json::serialize(json::object{{"webUIServiceName", name},
                                      {"webUIPort", 65535},
                                      {"webUIAddress", name},
                                      {"webUIIngressName", name},
                                      {"webUIIngressAddress", name}})
      .size();
}

application_status worst(const std::string& text, int conditions) {
  application_status s;
  for (auto* member :
       {&s.spark_application_id, &s.submission_id, &s.driver_pod_name, &s.state,
        &s.error_message, &s.claim.spec_hash, &s.claim.outcome})
    *member = text;
  s.last_submission_attempt_time = "2026-01-01T00:00:00Z";
  s.termination_time = "2026-01-01T00:00:00Z";
  constexpr auto most = std::numeric_limits<std::int64_t>::max();
  for (auto* n :
       {&s.execution_attempts, &s.submission_attempts, &s.observed_generation,
        &s.failures_application, &s.failures_infrastructure, &s.claim.number,
        &s.claim.generation, &s.claim.epoch})
    *n = most;
  for (auto* state : {"PENDING", "RUNNING", "COMPLETED", "FAILED", "UNKNOWN"})
    s.executor_counts[state] = most;
  for (int i = 0; i < conditions; ++i)
    s.conditions.push_back({"DriverUnreachable" + std::to_string(i), "Unknown",
                            text, text, "2026-01-01T00:00:00Z", most});
  return s;
}

void add_executors(application_status& s, std::size_t name, int n) {
  for (int i = 1; i <= n; ++i)
    s.executor_state[std::string(name, 'e') + "-exec-" + std::to_string(i)] =
        i % 2 ? "COMPLETED" : "RUNNING";
}

} // namespace

TEST_CASE("a status stays small, whatever is in it", "[status]") {
  for (auto& text :
       {std::string(20000, 'x'), std::string(20000, '\x01'),
        std::string(20000, '"'), std::string(300, 'x'), std::string{}})
    for (int conditions : {0, 8, 12, 300})
      for (std::size_t name : {4, 60, 240})
        for (int executors : {0, 1, 99, 10000}) {
          auto s = worst(text, conditions);
          add_executors(s, name, executors);
          fit_status(s);
          INFO(conditions << " " << name << " " << executors);
          CHECK(bytes(s) + others() < max_status_bytes);
          CHECK(s.executor_state.size() <= max_executors);
          auto again = s;
          fit_status(again);
          CHECK(again == s);
        }
}

TEST_CASE("what a status leaves out is what matters least", "[status]") {
  application_status s;
  add_executors(s, 200, 80);
  fit_status(s);
  auto kept = s.executor_state;
  CHECK(kept.size() > 50);
  CHECK(kept.size() < 80);
  auto name = [](int i) {
    return std::string(200, 'e') + "-exec-" + std::to_string(i);
  };
  for (int i = 2; i <= 80; i += 2)
    CHECK(kept.count(name(i)) == 1); // every live one
  CHECK(kept.count(name(79)) == 1);
  CHECK(kept.count(name(1)) == 0);
}

TEST_CASE("an everyday status is not cut", "[status]") {
  auto s = worst("a short text", 7);
  s.error_message = std::string(1000, 'm');
  add_executors(s, 44, 100);
  auto before = s;
  fit_status(s);
  CHECK(s == before);
}

TEST_CASE("the longest names, words and lists there can be", "[status]") {
  auto s = given(running).state();
  executors_changed many;
  for (int i = 1; i <= 10000; ++i)
    many.changed[std::string(240, 'e') + "-exec-" + std::to_string(i)] =
        "RUNNING";
  evolve(s, many, t0);
  auto odd = std::string(1024, '\x01');
  s.spec.warning = odd;
  s.current.pod_name = std::string(253, 'd');
  auto d = driver_of(1, "Running");
  d.unreachable = true;
  d.node = std::string(253, 'n');
  for (auto& e : decide(s, driver_observed{d}, t0))
    evolve(s, e, t0);
  CHECK(bytes(projection(s, {})) + others() < max_status_bytes);
  d.has_exit = true;
  d.exit_code = 1;
  d.message = odd;
  d.disruption = odd;
  d.disruption_message = odd;
  for (auto& e : decide(s, driver_observed{d}, t0))
    evolve(s, e, t0);
  auto shown = projection(s, {});
  CHECK(shown.executor_counts.at("FAILED") == 10000);
  CHECK(bytes(shown) + others() < max_status_bytes);
  CHECK(projection(s, shown) == shown); // so nothing is written again
}
