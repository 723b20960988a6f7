#include "tests/go_operator/left_behind.hpp"

#include <fmt/format.h>

namespace spark::test {
namespace {

using namespace std::chrono_literals;

// What the status says of its last submission, and one that it never heard of.
const std::string recorded = "11111111-1111-4111-8111-111111111111";
const std::string newer = "22222222-2222-4222-8222-222222222222";

struct row {
  const char* state;
  driver_left driver;
  becoming then;
  int since = 1; ///< first version that knows the state
};

using d = driver_left;
using b = becoming;
constexpr row table[] = {
    {"", d::none, b::runs_first},
    {"", d::unrecorded, b::ends_well},
    {"SUBMITTED", d::runs, b::ends_well},
    {"SUBMITTED", d::none, b::ends_badly},
    {"RUNNING", d::runs, b::ends_well},
    {"RUNNING", d::ended_well, b::ends_well},
    {"RUNNING", d::ended_badly, b::ends_badly},
    {"RUNNING", d::none, b::ends_badly},
    {"UNKNOWN", d::runs, b::ends_well},
    {"UNKNOWN", d::none, b::ends_badly},
    {"SUCCEEDING", d::ended_well, b::ends_well},
    {"SUCCEEDING", d::none, b::ends_well},
    {"COMPLETED", d::ended_well, b::stays_well},
    {"COMPLETED", d::none, b::stays_well},
    {"FAILING", d::ended_badly, b::ends_badly},
    {"FAILING", d::none, b::ends_badly},
    {"FAILED", d::ended_badly, b::stays_badly},
    {"FAILED", d::none, b::stays_badly},
    {"SUBMISSION_FAILED", d::none, b::ends_badly},
    {"SUBMISSION_FAILED", d::unrecorded, b::ends_well},
    {"INVALIDATING", d::runs, b::reruns},
    {"INVALIDATING", d::ended_badly, b::reruns},
    {"INVALIDATING", d::none, b::reruns},
    {"PENDING_RERUN", d::runs, b::reruns},
    {"PENDING_RERUN", d::ended_badly, b::reruns},
    {"PENDING_RERUN", d::none, b::reruns},
    {"PENDING_RERUN", d::unrecorded, b::ends_well},
    {"SUSPENDING", d::runs, b::rests, 2},
    {"SUSPENDING", d::none, b::rests, 2},
    {"SUSPENDED", d::none, b::rests, 2},
    {"RESUMING", d::none, b::reruns, 2},
    {"RESUMING", d::unrecorded, b::ends_well, 2},
};

bool is_over(const std::string& state) {
  return state == "SUCCEEDING" || state == "COMPLETED" || state == "FAILING" ||
         state == "FAILED";
}

json::object status_of(const left_behind& what, time_point now) {
  auto& state = what.state;
  json::object out{{"applicationState", {{"state", state}}},
                   {"driverInfo", json::object{}}};
  if (state.empty())
    return out;
  out["lastSubmissionAttemptTime"] = to_rfc3339(now - 1min);
  out["submissionAttempts"] = 1;
  if (state == "SUBMISSION_FAILED") {
    out["applicationState"].as_object()["errorMessage"] =
        "failed to run spark-submit: no such image";
    // 1.x replaces the whole status by these.
    if (what.version == 1)
      return out;
  }
  out["submissionID"] = recorded;
  out["sparkApplicationId"] = "spark-" + recorded;
  out["executionAttempts"] = state == "SUBMISSION_FAILED" ? 0 : 1;
  bool resets = state == "PENDING_RERUN" || state == "SUSPENDED" ||
                (state == "INVALIDATING" && what.version == 2);
  if (!resets)
    out["driverInfo"] = {{"podName", "app-driver"},
                         {"webUIServiceName", "app-ui-svc"},
                         {"webUIPort", 4040}};
  if (is_over(state))
    out["terminationTime"] = to_rfc3339(now - 10s);
  if (state == "FAILING" || state == "FAILED")
    out["applicationState"].as_object()["errorMessage"] =
        "driver container failed with ExitCode: 1, Reason: Error";
  return out;
}

json::object application_of(const left_behind& what) {
  json::object policy{{"type", what.policy}};
  if (what.policy == "OnFailure") {
    policy["onFailureRetries"] = 2;
    policy["onSubmissionFailureRetries"] = 2;
  }
  json::object spec{
      {"type", "Scala"},
      {"mode", "cluster"},
      {"image", "spark:3.5.0"},
      {"sparkVersion", "3.5.0"},
      {"mainClass", "org.apache.spark.examples.SparkPi"},
      {"mainApplicationFile", "local:///opt/spark/examples.jar"},
      {"restartPolicy", std::move(policy)},
      {"driver", {{"cores", 1}, {"memory", "512m"}}},
      {"executor", {{"cores", 1}, {"instances", 1}, {"memory", "512m"}}}};
  if (what.then == becoming::rests)
    spec["suspend"] = true;
  return {{"metadata", {{"name", "app"}}}, {"spec", std::move(spec)}};
}

const std::string pods = "/api/v1/namespaces/ns/pods";

json::object owned_by(const char* kind, const std::string& name,
                      const std::string& uid, bool controller) {
  return {{"apiVersion",
           std::string{kind} == "Pod" ? "v1" : "sparkoperator.k8s.io/v1beta2"},
          {"kind", kind},
          {"name", name},
          {"uid", uid},
          {"controller", controller}};
}

json::object spark_pod(const std::string& name, const std::string& role,
                       const std::string& submission, json::array owners) {
  json::object labels{
      {"sparkoperator.k8s.io/app-name", "app"},
      {"sparkoperator.k8s.io/launched-by-spark-operator", "true"},
      {"sparkoperator.k8s.io/submission-id", submission},
      {"spark-role", role},
      {"spark-app-selector", "spark-" + submission}};
  json::object container{{"name", "spark-kubernetes-" + role}};
  return {{"metadata",
           {{"name", name},
            {"labels", std::move(labels)},
            {"ownerReferences", std::move(owners)}}},
          {"spec", {{"containers", json::array{std::move(container)}}}}};
}

/// Of the driver, and since 2.4 of the application, too.
void leave_executor(simulation& sim, const left_behind& what,
                    const std::string& submission, const std::string& app) {
  auto driver = sim.server.get(pods + "/app-driver");
  json::array owners{
      owned_by("Pod", "app-driver", text(*driver, "/metadata/uid"), true)};
  if (what.version == 2)
    owners.push_back(owned_by("SparkApplication", "app", app, false));
  sim.server.create(pods, spark_pod("app-go-exec-1", "executor", submission,
                                    std::move(owners)));
  sim.server.bind_pod(pods + "/app-go-exec-1", "node-1");
}

} // namespace

std::string left_behind::name() const {
  static constexpr const char* drivers[] = {
      "no driver", "a driver", "a driver that ended well",
      "a driver that failed", "an unrecorded driver"};
  return fmt::format("{}.x left '{}' with {}{} under {}", version, state,
                     drivers[static_cast<int>(driver)],
                     owned ? "" : " without owner", policy);
}

bool left_behind::runs_again() const {
  switch (then) {
  case becoming::ends_well:
    return policy == "Always";
  case becoming::ends_badly:
    return policy != "Never";
  case becoming::reruns:
  case becoming::rests:
    return true;
  case becoming::runs_first:
  case becoming::stays_well:
  case becoming::stays_badly:
    break;
  }
  return false;
}

std::string left_behind::submission() const {
  if (driver == driver_left::unrecorded)
    return newer;
  bool none = state.empty() || (state == "SUBMISSION_FAILED" && version == 1);
  return none ? "" : recorded;
}

std::vector<left_behind> everything_left() {
  std::vector<left_behind> out;
  for (auto& r : table)
    for (int version = r.since; version <= 2; ++version)
      for (bool owned : {true, false})
        for (auto* policy : {"Never", "OnFailure", "Always"})
          if (owned || r.driver != driver_left::none)
            out.push_back({r.state, r.driver, r.then, version, owned, policy});
  return out;
}

void leave_driver(simulation& sim, const std::string& submission,
                  const std::string& owner) {
  json::array owners;
  if (!owner.empty())
    owners.push_back(owned_by("SparkApplication", "app", owner, true));
  sim.server.create(
      pods, spark_pod("app-driver", "driver", submission, std::move(owners)));
}

std::string leave(simulation& sim, const left_behind& what) {
  auto made = sim.server.create(apps_path("ns"), application_of(what));
  auto uid = text(made.body, "/metadata/uid");
  sim.pass_time(1min);
  auto now = sim.server.now();
  if (!what.state.empty() || what.version == 2)
    sim.server.patch(apps_path("ns") + "/app/status",
                     {{"status", status_of(what, now)}});
  if (what.driver == driver_left::none)
    return uid;
  leave_driver(sim, what.submission(), what.owned ? uid : "");
  auto path = pods + "/app-driver";
  if (what.state == "SUBMITTED")
    return uid;
  sim.server.bind_pod(path, "node-1");
  sim.server.patch(path + "/status",
                   {{"status", running_status(*sim.server.get(path), now)}},
                   "kubelet");
  leave_executor(sim, what, what.submission(), uid);
  bool well = what.driver == driver_left::ended_well;
  if (well || what.driver == driver_left::ended_badly)
    sim.server.patch(
        path + "/status",
        {{"status", ended_status(*sim.server.get(path), now, {well ? 0 : 1})}},
        "kubelet");
  return uid;
}

} // namespace spark::test
