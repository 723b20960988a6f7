#include "messages/observed.hpp"

#include <catch2/catch.hpp>

using namespace spark;

namespace json = boost::json;

namespace {

/// A driver pod with this .status.
driver_fact driver(const std::string& status) {
  auto pod = json::parse(R"({
    "metadata": {
      "name": "pi-driver", "namespace": "ns", "uid": "pod-1",
      "resourceVersion": "17",
      "labels": {"spark-role": "driver", "spark-app-selector": "spark-abc",
        "sparkoperator.k8s.io/app-name": "pi",
        "sparkoperator.k8s.io/submission-id": "sub-1"},
      "ownerReferences": [
        {"kind": "ConfigMap", "name": "x", "uid": "no"},
        {"kind": "SparkApplication", "name": "pi", "uid": "uid-1",
         "controller": true}]}})");
  pod.as_object()["status"] = json::parse(status);
  return read_driver(pod);
}

} // namespace

TEST_CASE("whose pod it is", "[observed]") {
  auto d = driver(R"({"phase": "Pending"})");
  CHECK(d.name == "pi-driver");
  CHECK(d.uid == "pod-1");
  CHECK(d.owner_uid == "uid-1");
  CHECK(d.owner_name == "pi");
  CHECK(d.submission_id == "sub-1");
  CHECK(d.application_id == "spark-abc");
  CHECK(d.resource_version == "17");
  CHECK(d.waiting.empty());
  CHECK_FALSE(d.terminating);
}

TEST_CASE("an image that cannot be pulled", "[observed]") {
  auto d = driver(R"({"phase": "Pending", "conditions": [
    {"type": "PodScheduled", "status": "True"},
    {"type": "Ready", "status": "False", "reason": "ContainersNotReady"}],
    "containerStatuses": [{"name": "spark-kubernetes-driver", "state":
      {"waiting": {"reason": "ImagePullBackOff",
                   "message": "Back-off pulling image \"x\""}},
      "lastState": {}, "ready": false}]})");
  CHECK(d.phase == "Pending");
  CHECK(d.waiting == "ImagePullBackOff");
  CHECK(d.waiting_message == "Back-off pulling image \"x\"");
  CHECK_FALSE(d.has_exit);
}

TEST_CASE("an init container that cannot start", "[observed]") {
  auto d = driver(R"({"phase": "Pending",
    "initContainerStatuses": [
      {"name": "ok", "state": {"terminated": {"exitCode": 0}}},
      {"name": "bad", "state": {"waiting": {"reason": "ErrImagePull",
                                            "message": "denied"}}}],
    "containerStatuses": [{"name": "spark-kubernetes-driver", "state":
      {"waiting": {"reason": "PodInitializing"}}}]})");
  CHECK(d.waiting == "ErrImagePull");
  CHECK(d.waiting_message == "init container bad: denied");
}

TEST_CASE("init containers that simply follow each other", "[observed]") {
  auto d = driver(R"({"phase": "Pending",
    "initContainerStatuses": [
      {"name": "a", "state": {"waiting": {"reason": "CrashLoopBackOff"}}},
      {"name": "b", "state": {"waiting": {"reason": "PodInitializing"}}}],
    "containerStatuses": [{"name": "spark-kubernetes-driver", "state":
      {"waiting": {"reason": "PodInitializing"}}}]})");
  // The first that cannot start is why the later ones wait.
  CHECK(d.waiting == "CrashLoopBackOff");
}

TEST_CASE("no node for it", "[observed]") {
  auto d = driver(R"({"phase": "Pending", "conditions": [
    {"type": "PodScheduled", "status": "False", "reason": "Unschedulable",
     "message": "0/3 nodes are available"}]})");
  CHECK(d.waiting == "Unschedulable");
  CHECK(d.waiting_message == "0/3 nodes are available");
  auto gated = driver(R"({"phase": "Pending", "conditions": [
    {"type": "PodScheduled", "status": "False",
     "reason": "SchedulingGated"}]})");
  CHECK(gated.waiting == "SchedulingGated");
}

TEST_CASE("killed for its memory", "[observed]") {
  auto d = driver(R"({"phase": "Failed", "containerStatuses": [
    {"name": "sidecar", "state": {"terminated": {"exitCode": 3}}},
    {"name": "spark-kubernetes-driver", "state": {"terminated":
      {"exitCode": 137, "reason": "OOMKilled"}}}]})");
  CHECK(d.has_exit);
  CHECK(d.exit_code == 137);
  CHECK(d.reason == "OOMKilled");
}

TEST_CASE("evicted", "[observed]") {
  auto d = driver(R"({"phase": "Failed", "reason": "Evicted",
    "message": "The node was low on resource: memory."})");
  CHECK(d.phase == "Failed");
  CHECK_FALSE(d.has_exit);
  CHECK(d.reason == "Evicted");
  CHECK(d.message == "The node was low on resource: memory.");
}

TEST_CASE("a sidecar's end is not the driver's", "[observed]") {
  auto d = driver(R"({"phase": "Running", "containerStatuses": [
    {"name": "sidecar", "state": {"terminated": {"exitCode": 1}}},
    {"name": "spark-kubernetes-driver", "state": {"running": {}}}]})");
  CHECK_FALSE(d.has_exit);
  CHECK(d.waiting.empty());
}

TEST_CASE("the driver container's end counts while sidecars run",
          "[observed]") {
  auto d = driver(R"({"phase": "Running", "containerStatuses": [
    {"name": "sidecar", "state": {"running": {}}},
    {"name": "spark-kubernetes-driver", "state": {"terminated":
      {"exitCode": 0, "reason": "Completed"}}}]})");
  CHECK(d.has_exit);
  CHECK(d.exit_code == 0);
}

TEST_CASE("terminating, with its grace", "[observed]") {
  auto d = read_driver(json::parse(R"({"metadata": {"name": "p",
    "deletionTimestamp": "2026-01-01T00:00:00Z",
    "deletionGracePeriodSeconds": 120}, "status": {"phase": "Running"}})"));
  CHECK(d.terminating);
  CHECK(d.grace == 120);
  CHECK(d.owner_uid.empty());
}

TEST_CASE("long messages are cut at a character", "[observed]") {
  std::string umlauts;
  for (int i = 0; i < 1000; ++i)
    umlauts += "\xC3\xA4";
  auto d = driver(R"({"phase": "Failed", "reason": "x", "message": ")" +
                  ("a" + umlauts) + "\"}");
  CHECK(d.message.size() <= 515);
  CHECK(d.message.substr(d.message.size() - 5) == "\xC3\xA4...");
}

TEST_CASE("executors", "[observed]") {
  auto state = [](const std::string& phase) {
    auto pod = read_pod(json::parse(
        R"({"metadata": {"name": "e", "namespace": "ns", "labels":
          {"spark-role": "executor", "sparkoperator.k8s.io/app-name": "pi",
           "sparkoperator.k8s.io/submission-id": "s"}},
          "status": {"phase": ")" +
        phase + "\"}}"));
    REQUIRE(pod);
    CHECK_FALSE(pod->is_driver);
    CHECK(pod->app_name == "pi");
    CHECK(pod->submission_id == "s");
    return pod->executor_state;
  };
  CHECK(state("Pending") == "PENDING");
  CHECK(state("") == "PENDING");
  CHECK(state("Running") == "RUNNING");
  CHECK(state("Succeeded") == "COMPLETED");
  CHECK(state("Failed") == "FAILED");
  CHECK(state("Unknown") == "UNKNOWN");
}

TEST_CASE("an application", "[observed]") {
  auto v = json::parse(R"({
    "metadata": {"name": "pi", "namespace": "ns", "uid": "u",
      "generation": 3, "resourceVersion": "9", "labels": {"team": "a"},
      "deletionTimestamp": "2026-01-01T00:00:00Z",
      "finalizers": ["foregroundDeletion", "orphan"]},
    "spec": {"mode": "client"},
    "status": {"claim": {"number": 2, "generation": 2, "specHash": "1:x",
        "epoch": 4, "outcome": "Failed"}, "submissionID": "s",
      "applicationState": {"state": "FAILED"},
      "driverInfo": {"podName": "old-driver"},
      "executionAttempts": 5, "submissionAttempts": 6}})");
  auto app = read_application(v, {});
  REQUIRE(app);
  auto& f = app->fact;
  CHECK(app->key == object_key{"ns", "pi"});
  CHECK(f.generation == 3);
  CHECK(f.deleting);
  CHECK(f.orphan);
  CHECK(f.claim_number == 2);
  CHECK(f.claim_outcome == "Failed");
  CHECK(f.claim_epoch == 4);
  CHECK(f.driver_pod == "old-driver");
  CHECK(f.pod_name == "pi-driver");
  CHECK(f.execution_attempts == 5);
  CHECK_FALSE(f.refusal.empty());
  CHECK(f.refusal.size() <= 1027);
  CHECK(f.start_timeout == 600);
  REQUIRE(app->spec);
  CHECK(app->spec->spec.driver.labels.at("team") == "a");
  CHECK(app->spec->hash == f.spec_hash);
}

TEST_CASE("an application without name or uid is an error", "[observed]") {
  for (auto* text : {"{}", "[]", "null", "1",
                     R"({"metadata": {"name": "x", "namespace": "y"}})",
                     R"({"metadata": {"name": 1, "namespace": [],
                         "uid": {}}})"})
    CHECK_FALSE(read_application(json::parse(text), {}));
  for (auto* text : {"{}", "[]", "null", R"({"metadata": {"name": 3}})"})
    CHECK_FALSE(read_pod(json::parse(text)));
}

namespace {

/// Every value inside `v` is replaced by each odd one in turn.
template<class F>
void with_each_value_odd(json::value& root, json::value& v, const F& check) {
  static const json::value odd[] = {nullptr,
                                    1,
                                    1.5,
                                    "x",
                                    true,
                                    json::array{nullptr, 1, json::array{}},
                                    json::object{{"a", 1}}};
  auto kept = v;
  for (auto& o : odd) {
    v = o;
    check(root);
  }
  v = kept;
  if (v.is_object())
    for (auto& member : v.as_object())
      with_each_value_odd(root, member.value(), check);
  if (v.is_array())
    for (auto& element : v.as_array())
      with_each_value_odd(root, element, check);
}

} // namespace

TEST_CASE("oddly typed members never crash anything", "[observed]") {
  auto v = json::parse(R"({
    "metadata": {"name": "n", "namespace": "ns", "uid": "u",
      "generation": 1, "resourceVersion": "1", "finalizers": ["orphan"],
      "deletionTimestamp": "x", "deletionGracePeriodSeconds": 3,
      "labels": {"spark-role": "driver"},
      "ownerReferences": [{"controller": true, "uid": "o", "kind": "k",
                           "name": "n"}]},
    "spec": {"driver": {"memory": "1g"}, "arguments": ["a"]},
    "status": {"phase": "Failed", "reason": "r", "message": "m",
      "claim": {"number": 1, "outcome": "x"},
      "applicationState": {"state": "x"}, "driverInfo": {"podName": "p"},
      "executorState": {"a": "b"}, "executorCounts": {"a": 1},
      "conditions": [{"type": "PodScheduled", "status": "False"}],
      "initContainerStatuses": [{"state": {"waiting": {"reason": "r"}}}],
      "containerStatuses": [{"name": "spark-kubernetes-driver", "state":
        {"waiting": {"reason": "r", "message": "m"},
         "terminated": {"exitCode": 1, "reason": "r"}}}]}})");
  int checked = 0;
  with_each_value_odd(v, v, [&](const json::value& odd) {
    (void)read_application(odd, {});
    (void)read_pod(odd);
    (void)read_driver(odd);
    (void)controller_uid(odd);
    (void)has_owner(odd, "o");
    ++checked;
  });
  CHECK(checked > 300);
}

namespace {

observed_pod executor(const std::string& status, bool told_to_go = false) {
  auto pod = json::parse(
      R"({"metadata": {"name": "e", "namespace": "ns", "labels":
        {"spark-role": "executor"}}})");
  if (told_to_go)
    pod.at("metadata").as_object()["deletionTimestamp"] = "x";
  pod.as_object()["status"] = json::parse(status);
  return read_pod(pod).value();
}

std::string ended_executor(const std::string& phase, int code,
                           const std::string& reason,
                           const std::string& more = "") {
  return R"({"phase": ")" + phase + R"(", )" + more +
         R"("containerStatuses": [
    {"name": "proxy", "state": {"running": {}}},
    {"name": "spark-kubernetes-executor", "state": {"terminated":
      {"exitCode": )" +
         std::to_string(code) + R"(, "reason": ")" + reason + "\"}}}]}";
}

} // namespace

TEST_CASE("why an executor failed", "[observed]") {
  auto pod = executor(ended_executor("Failed", 137, "OOMKilled"));
  CHECK(pod.executor_state == "FAILED");
  CHECK(pod.executor_why == "ExitCode: 137, Reason: OOMKilled");
  pod = executor(R"({"phase": "Failed", "reason": "Evicted",
    "message": "low on disk"})");
  CHECK(pod.executor_why ==
        "ExitCode: -1, Reason: Evicted, Pod Message: low on disk");
  pod = executor(R"({"phase": "Failed"})");
  CHECK(pod.executor_why ==
        "ExitCode: -1, Reason: Unknown (Container not Found)");
  pod = executor(ended_executor("Failed", 143, "Error",
                                R"("conditions": [{"type": "DisruptionTarget",
    "status": "True", "reason": "PreemptionByScheduler",
    "message": "preempting"}], )"),
                 true);
  CHECK(pod.executor_state == "FAILED");
  CHECK(pod.executor_why ==
        "ExitCode: 143, Reason: Error, Pod Message: preempting");
  pod = executor(R"({"phase": "Failed", "message": ")" +
                 std::string(5000, 'x') + "\"}");
  CHECK(pod.executor_why.size() <= 240);
}

TEST_CASE("an executor that Spark needs no more did not fail", "[observed]") {
  for (int code : {0, 143, 137}) {
    CHECK(executor(ended_executor("Failed", code, "Error"), true)
              .executor_state == "COMPLETED");
    CHECK(executor(ended_executor("Running", code, "Error"), true)
              .executor_state == "COMPLETED");
  }
  CHECK(executor(ended_executor("Failed", 143, "Error")).executor_state ==
        "FAILED"); // nobody told it to go
  CHECK(executor(ended_executor("Failed", 1, "Error"), true).executor_state ==
        "FAILED");
  CHECK(executor(ended_executor("Failed", 137, "OOMKilled"), true)
            .executor_state == "FAILED");
  CHECK(executor(ended_executor("Failed", 0, "Completed",
                                R"("reason": "Evicted", )"))
            .executor_state == "FAILED");
}

TEST_CASE("an executor's sidecars do not count", "[observed]") {
  auto pod = executor(ended_executor("Running", 0, "Completed"));
  CHECK(pod.executor_state == "COMPLETED");
  CHECK(pod.executor_why.empty());
  pod = executor(ended_executor("Running", 1, "Error"));
  CHECK(pod.executor_state == "FAILED");
  CHECK(pod.executor_why == "ExitCode: 1, Reason: Error");
}

TEST_CASE("the limits of an application beat the flags", "[observed]") {
  auto limits = [](const std::string& spec) {
    auto v = json::parse(R"({"metadata": {"name": "pi", "namespace": "ns",
      "uid": "u"}, "spec": )" +
                         spec + "}");
    fact_settings flags;
    flags.start_timeout = seconds{600};
    flags.scheduling_timeout = seconds{30};
    auto app = read_application(v, flags).value();
    return std::pair{app.fact.start_timeout, app.fact.scheduling_timeout};
  };
  CHECK(limits("{}") == std::pair<std::int64_t, std::int64_t>{600, 30});
  CHECK(limits(R"({"driverStartTimeoutSeconds": 5,
                   "driverSchedulingTimeoutSeconds": 7})") ==
        std::pair<std::int64_t, std::int64_t>{5, 7});
  CHECK(limits(R"({"driverStartTimeoutSeconds": 0,
                   "driverSchedulingTimeoutSeconds": 0})") ==
        std::pair<std::int64_t, std::int64_t>{0, 0});
}
