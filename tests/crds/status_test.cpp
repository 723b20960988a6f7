#include "crds/status.hpp"
#include "tests/support/json_read.hpp"

#include <catch2/catch.hpp>

using namespace spark;
namespace json = boost::json;

namespace {

application_status full_status() {
  application_status out;
  out.spark_application_id = "spark-1";
  out.submission_id = "s-1";
  out.last_submission_attempt_time = "2026-01-01T00:00:00Z";
  out.termination_time = "2026-01-01T00:05:00Z";
  out.driver_pod_name = "app-driver";
  out.web_ui = {"app-ui-svc", 4040, "10.0.0.7:4040", "app-ui-ingress",
                "http://app.example.com"};
  out.state = "FAILED";
  out.error_message = "exit code 1";
  out.executor_state = {{"e-1", "RUNNING"}, {"e-2", "FAILED"}};
  out.executor_counts = {{"RUNNING", 1}, {"FAILED", 1}};
  out.execution_attempts = 2;
  out.submission_attempts = 3;
  out.observed_generation = 4;
  out.failures_application = 1;
  out.failures_infrastructure = 2;
  out.claim = {5, 4, "1:abc", 6, "Failed"};
  out.conditions = {
      {"Finished", "True", "Failed", "it failed", "2026-01-01T00:05:00Z", 4}};
  return out;
}

application_status other_status() {
  application_status out;
  out.submission_id = "s-2";
  out.last_submission_attempt_time = "2026-01-01T00:06:00Z";
  out.driver_pod_name = "app-driver";
  out.executor_state = {{"e-2", "COMPLETED"}, {"e-3", "PENDING"}};
  out.executor_counts = {{"PENDING", 1}};
  out.submission_attempts = 1;
  out.claim = {6, 5, "1:def", 0, ""};
  out.conditions = {{"Finished", "False", "Running", "", "", 0},
                    {"NameConflict", "False", "None", "", "", 5}};
  return out;
}

} // namespace

TEST_CASE("a patch takes any status to any other") {
  const std::vector<application_status> all{{}, full_status(), other_status()};
  for (const auto& from : all)
    for (const auto& to : all) {
      json::value stored;
      stored = test::merge(stored, status_patch({}, from));
      CHECK(parse_status(stored) == from);
      stored = test::merge(stored, status_patch(from, to));
      CHECK(parse_status(stored) == to);
    }
}

TEST_CASE("nothing to say is an empty patch") {
  CHECK(status_patch({}, {}).empty());
  CHECK(status_patch(full_status(), full_status()).empty());
}

TEST_CASE("a patch holds what differs and nothing else") {
  auto wanted = full_status();
  wanted.termination_time.clear();
  wanted.claim.outcome.clear();
  wanted.executor_state.erase("e-1");
  CHECK(json::value(status_patch(full_status(), wanted)) ==
        json::parse(R"({"terminationTime": null, "driverInfo": {},
             "executorState": {"e-1": null}, "claim": {"outcome": null}})"));
}

TEST_CASE("the claiming patch leaves the application's state as it is") {
  auto wanted = application_status{};
  wanted.claim = {1, 1, "1:abc", 0, ""};
  wanted.driver_pod_name = "app-driver";
  // Where there is none it writes New, for readers that expect one.
  CHECK(json::value(status_patch({}, wanted)) ==
        json::parse(R"({"driverInfo": {"podName": "app-driver"},
             "applicationState": {"state": ""},
             "claim": {"number": 1, "generation": 1, "specHash": "1:abc",
                       "epoch": 0}})"));
  application_status before;
  before.state = wanted.state = "PENDING_RERUN";
  CHECK_FALSE(status_patch(before, wanted).contains("applicationState"));
}

TEST_CASE("a message without a state still has the state v1beta2 requires") {
  application_status wanted;
  wanted.error_message = "x";
  const auto patch = status_patch({}, wanted);
  CHECK(patch.at("applicationState") ==
        json::parse(R"({"state": "", "errorMessage": "x"})"));
}

TEST_CASE("conditions are replaced as a whole") {
  auto wanted = full_status();
  wanted.conditions.push_back({"Other", "True", "R", "m", "", 0});
  const auto patch = status_patch(full_status(), wanted);
  CHECK(patch.at("conditions").as_array().size() == 2);
  wanted.conditions.clear();
  CHECK(status_patch(full_status(), wanted).at("conditions").is_null());
}

TEST_CASE("members that are no text, number or object read as absent") {
  const auto odd = json::parse(R"({"submissionID": 5, "driverInfo": [],
    "executorState": {"a": 1, "b": "RUNNING"}, "executorCounts": {"x": "y"},
    "executionAttempts": "2", "claim": "x", "conditions": [1, {}, {"type": 2}],
    "terminationTime": null, "failureCounts": 3, "applicationState": null})");
  application_status want;
  want.executor_state = {{"b", "RUNNING"}};
  CHECK(parse_status(odd) == want);
  CHECK(parse_status(nullptr) == application_status{});
}

TEST_CASE("members of others are not touched") {
  auto stored =
      json::parse(R"({"driverInfo": {"later": 4040}, "claim": {"later": 1}})");
  const auto observed = parse_status(stored);
  stored = test::merge(stored, status_patch(observed, full_status()));
  CHECK(stored.at("driverInfo").at("later") == 4040);
  CHECK(stored.at("claim").at("later") == 1);
  CHECK(parse_status(stored) == full_status());
}
