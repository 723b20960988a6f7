#include "actors/app/driver_truth.hpp"
#include "messages/observed.hpp"

#include <catch2/catch.hpp>

using namespace spark;

namespace json = boost::json;

namespace {

/// A driver pod on a node, as `kubectl get pod -o json` shows it.
driver_fact seen(const std::string& status, const std::string& init = "[]") {
  auto pod = json::parse(R"({
    "metadata": {"name": "pi-driver", "namespace": "ns", "uid": "pod-1"},
    "spec": {"nodeName": "node-1", "restartPolicy": "Never",
      "containers": [
        {"name": "spark-kubernetes-driver", "image": "spark:4",
         "resources": {"limits": {"memory": "1408Mi"}}},
        {"name": "proxy", "image": "proxy:1"}]}})");
  pod.as_object()["status"] = json::parse(status);
  pod.at("spec").as_object()["initContainers"] = json::parse(init);
  return read_driver(pod);
}

std::string ended(const std::string& terminated,
                  const std::string& phase = "Failed",
                  const std::string& more = "") {
  return R"({"phase": ")" + phase + R"(", )" + more +
         R"("containerStatuses": [
    {"name": "proxy", "ready": true, "state": {"running": {}}},
    {"name": "spark-kubernetes-driver", "ready": false,
     "state": {"terminated": )" +
         terminated + "}}]}";
}

std::string waits(const std::string& reason, const std::string& message) {
  return R"({"phase": "Pending", "containerStatuses": [
    {"name": "spark-kubernetes-driver", "ready": false,
     "state": {"waiting": {"reason": ")" +
         reason + R"(", "message": ")" + message + R"("}}}]})";
}

std::string pod_condition(const std::string& type, const std::string& status,
                          const std::string& reason,
                          const std::string& message) {
  return R"({"type": ")" + type + R"(", "status": ")" + status +
         R"(", "reason": ")" + reason + R"(", "message": ")" + message + "\"}";
}

std::string unscheduled(const std::string& reason, const std::string& message) {
  return R"({"phase": "Pending", "conditions": [)" +
         pod_condition("PodScheduled", "False", reason, message) + "]}";
}

const std::string no_room =
    "0/3 nodes are available: 3 Insufficient memory. preemption: 0/3 nodes are "
    "available: 3 No preemption victims found for incoming pod.";

/// How a driver failed, and whose failure it is.
struct failure {
  const char* reason;
  bool infrastructure;
  std::string status;
  std::string message;
};

void check(const std::vector<failure>& rows) {
  for (auto& r : rows) {
    INFO(r.status);
    auto end = end_of(seen(r.status));
    CHECK(end.reason == r.reason);
    CHECK(end.infrastructure == r.infrastructure);
    CHECK(end.message == r.message);
  }
}

std::string failed_pod(const std::string& reason, const std::string& message) {
  return R"({"phase": "Failed", "reason": ")" + reason + R"(", "message": ")" +
         message + "\"}";
}

const std::string by_signal = R"({"exitCode": 143, "reason": "Error"})";

} // namespace

TEST_CASE("a driver's own end", "[truth]") {
  check({
      {"Error", false, ended(R"({"exitCode": 1, "reason": "Error"})"),
       "driver container failed with ExitCode: 1, Reason: Error"},
      {"Error", false,
       ended(R"({"exitCode": 3, "reason": "Error", "message": "bad input"})"),
       "driver container failed with ExitCode: 3, Reason: Error, Message: bad "
       "input"},
      {"OOMKilled", false,
       ended(R"({"exitCode": 137, "reason": "OOMKilled"})", "Running"),
       "driver container failed with ExitCode: 137, Reason: OOMKilled; its "
       "memory limit of 1408Mi was reached: raise driver.memory or "
       "driver.memoryOverhead"},
      {"OOMKilled", false, // a child of it was: Python's
       ended(R"({"exitCode": 1, "reason": "OOMKilled"})"),
       "driver container failed with ExitCode: 1, Reason: OOMKilled; its "
       "memory limit of 1408Mi was reached: raise driver.memory or "
       "driver.memoryOverhead"},
      {"Killed", false, ended(R"({"exitCode": 137, "reason": "Error"})"),
       "driver container failed with ExitCode: 137, Reason: Error; SIGKILL "
       "ended it, most often for its memory limit of 1408Mi: if so, raise "
       "driver.memory or driver.memoryOverhead"},
      {"Error", false, ended(R"({"exitCode": 52, "reason": "Error"})"),
       "driver container failed with ExitCode: 52, Reason: Error; its JVM had "
       "no heap left: raise driver.memory"},
      {"Error", false, ended(R"({"exitCode": 101, "reason": "Error"})"),
       "driver container failed with ExitCode: 101, Reason: Error; its main "
       "class was not found: see mainClass and mainApplicationFile"},
      {"Error", false, ended(by_signal),
       "driver container failed with ExitCode: 143, Reason: Error; SIGTERM "
       "ended it"},
      {"StartError", false, ended(R"({"exitCode": 128, "reason": "StartError",
         "message": "exec: \"/opt/x\": no such file or directory"})"),
       "driver container failed with ExitCode: 128, Reason: StartError, "
       "Message: exec: \"/opt/x\": no such file or directory"},
      {"DeadlineExceeded", false,
       failed_pod("DeadlineExceeded",
                  "Pod was active on the node longer than the "
                  "specified deadline"),
       "driver pod failed, Reason: DeadlineExceeded, Message: Pod was active "
       "on the node longer than the specified deadline; its pod template sets "
       "activeDeadlineSeconds"},
  });
}

TEST_CASE("its node ended it", "[truth]") {
  check({
      {"Evicted", true,
       ended(R"({"exitCode": 137, "reason": "Error"})", "Failed",
             R"("reason": "Evicted",
             "message": "The node was low on resource: memory. ",)"),
       "driver container failed with ExitCode: 137, Reason: Evicted, Message: "
       "The node was low on resource: memory.; its node was node-1"},
      {"Evicted", false, // what it was allowed, not what the node has
       failed_pod("Evicted",
                  "Usage of EmptyDir volume \\\"spark-local-dir-1\\\" "
                  "exceeds the limit \\\"1Gi\\\". "),
       "driver pod failed, Reason: Evicted, Message: Usage of EmptyDir volume "
       "\"spark-local-dir-1\" exceeds the limit \"1Gi\".; raise its limit for "
       "ephemeral storage"},
      {"NodeShutdown", true,
       failed_pod("Terminated",
                  "Pod was terminated in response to imminent node "
                  "shutdown."),
       "driver pod failed, Reason: Terminated, Message: Pod was terminated in "
       "response to imminent node shutdown.; its node was node-1"},
      {"Preempting", true,
       failed_pod("Preempting", "Preempted in order to admit critical pod"),
       "driver pod failed, Reason: Preempting, Message: Preempted in order to "
       "admit critical pod; its node was node-1"},
      {"NodeLost", true, failed_pod("NodeLost", "unresponsive"),
       "driver pod failed, Reason: NodeLost, Message: unresponsive; its node "
       "was node-1"},
      {"ContainerStatusUnknown", true,
       ended(R"({"exitCode": 137, "reason": "ContainerStatusUnknown",
         "message": "The container could not be located"})"),
       "driver container failed with ExitCode: 137, Reason: "
       "ContainerStatusUnknown, Message: The container could not be located; "
       "its node was node-1"},
      {"ContainerStatusUnknown", true, // containerd was restarted
       ended(R"({"exitCode": 255, "reason": "Unknown"})"),
       "driver container failed with ExitCode: 255, Reason: Unknown; its node "
       "was node-1"},
      {"ContainerStatusUnknown", true, R"({"phase": "Failed"})",
       "driver pod failed; its node was node-1"},
  });
}

TEST_CASE("its node did not take it", "[truth]") {
  check({
      {"OutOfcpu", true,
       failed_pod("OutOfcpu",
                  "Pod was rejected: Node didn't have enough resource: "
                  "cpu, requested: 4000, used: 900, capacity: 4000"),
       "driver pod failed, Reason: OutOfcpu, Message: Pod was rejected: Node "
       "didn't have enough resource: cpu, requested: 4000, used: 900, "
       "capacity: 4000; its node was node-1"},
      {"OutOfephemeralStorage", true,
       failed_pod("OutOfephemeral-storage", "full"),
       "driver pod failed, Reason: OutOfephemeral-storage, Message: full; its "
       "node was node-1"},
      {"NodeAffinity", true,
       failed_pod("NodeAffinity",
                  "Pod was rejected: Predicate NodeAffinity failed"),
       "driver pod failed, Reason: NodeAffinity, Message: Pod was rejected: "
       "Predicate NodeAffinity failed; its node was node-1"},
      {"UnexpectedAdmissionError", true,
       failed_pod("UnexpectedAdmissionError",
                  "Pod was rejected: no healthy device"),
       "driver pod failed, Reason: UnexpectedAdmissionError, Message: Pod was "
       "rejected: no healthy device; its node was node-1"},
      {"SomethingNew", true,
       failed_pod("SomethingNew", "Pod was rejected: so there"),
       "driver pod failed, Reason: SomethingNew, Message: Pod was rejected: so "
       "there; its node was node-1"},
      {"SysctlForbidden", false,
       failed_pod("SysctlForbidden",
                  "Pod was rejected: forbidden sysctl: \\\"a\\\""),
       "driver pod failed, Reason: SysctlForbidden, Message: Pod was rejected: "
       "forbidden sysctl: \"a\""},
  });
}

TEST_CASE("the cluster had it removed", "[truth]") {
  check({
      {"PreemptionByScheduler", true,
       ended(by_signal, "Failed",
             R"("conditions": [)" +
                 pod_condition("DisruptionTarget", "True",
                               "PreemptionByScheduler",
                               "default-scheduler: preempting to accommodate a "
                               "higher priority pod") +
                 "],"),
       "driver container failed with ExitCode: 143, Reason: Error; the cluster "
       "removed it: PreemptionByScheduler: default-scheduler: preempting to "
       "accommodate a higher priority pod; its node was node-1"},
      {"DeletionByPodGC", true,
       R"({"phase": "Failed", "conditions": [)" +
           pod_condition("DisruptionTarget", "True", "DeletionByPodGC",
                         "PodGC: node no longer exists") +
           R"(], "containerStatuses": [{"name": "spark-kubernetes-driver",
             "state": {"running": {}}}]})",
       "driver pod failed; the cluster removed it: DeletionByPodGC: PodGC: "
       "node no longer exists; its node was node-1"},
      {"Error", false, // an eviction that was called off
       ended(R"({"exitCode": 1, "reason": "Error"})", "Failed",
             R"("conditions": [)" +
                 pod_condition("DisruptionTarget", "False",
                               "EvictionByEvictionAPI", "x") +
                 "],"),
       "driver container failed with ExitCode: 1, Reason: Error"},
      {"OOMKilled", false, // its own end, though it was to go
       ended(R"({"exitCode": 137, "reason": "OOMKilled"})", "Failed",
             R"("conditions": [)" +
                 pod_condition("DisruptionTarget", "True",
                               "EvictionByEvictionAPI",
                               "Eviction API: evicting") +
                 "],"),
       "driver container failed with ExitCode: 137, Reason: OOMKilled; the "
       "cluster removed it: EvictionByEvictionAPI: Eviction API: evicting; its "
       "memory limit of 1408Mi was reached: raise driver.memory or "
       "driver.memoryOverhead"},
  });
}

TEST_CASE("an init container that fails is the driver's failure", "[truth]") {
  const std::string init = R"([{"name": "proxy", "restartPolicy": "Always"},
    {"name": "fetch"}])";
  const std::string status = R"("phase": "Failed",
    "initContainerStatuses": [
      {"name": "proxy", "state": {"terminated": {"exitCode": 143,
        "reason": "Error"}}},
      {"name": "fetch", "state": {"terminated": {"exitCode": 2,
        "reason": "Error", "message": "404 for a.jar"}}}],
    "containerStatuses": [{"name": "spark-kubernetes-driver", "state":
      {"waiting": {"reason": "PodInitializing"}}}]})";
  auto d = seen("{" + status, init);
  CHECK(d.init_container == "fetch"); // the sidecar ended with its pod
  CHECK_FALSE(d.has_exit);
  auto end = end_of(d);
  CHECK(end.reason == "InitContainerFailed");
  CHECK_FALSE(end.infrastructure);
  CHECK(end.message ==
        "init container fetch failed with ExitCode: 2, Reason: Error, Message: "
        "404 for a.jar; the driver never ran");
  // Evicted while it initialised: the eviction is why.
  d = seen(R"({"reason": "Evicted", "message": "low on disk", )" + status,
           init);
  CHECK(d.init_container.empty());
  CHECK(end_of(d).reason == "Evicted");
  // The driver ran: what init containers left behind is no news.
  d = seen(R"({"phase": "Failed", "initContainerStatuses": [
      {"name": "fetch", "state": {"terminated": {"exitCode": 2}}}],
    "containerStatuses": [{"name": "spark-kubernetes-driver", "state":
      {"terminated": {"exitCode": 7, "reason": "Error"}}}]})",
           init);
  CHECK(d.init_container.empty());
  CHECK(d.exit_code == 7);
}

TEST_CASE("why a driver does not run yet", "[truth]") {
  struct row {
    wait_clock clock;
    const char* reason;
    std::string status;
    std::string message;
  };
  using enum wait_clock;
  const row rows[] = {
      {start, "ErrImagePull", waits("ErrImagePull", "no such image"),
       "no such image"},
      {start, "ImagePullBackOff", waits("ImagePullBackOff", "Back-off pulling"),
       "Back-off pulling"},
      {start, "InvalidImageName", waits("InvalidImageName", "bad"), "bad"},
      {start, "ErrImageNeverPull", waits("ErrImageNeverPull", "absent"),
       "absent"},
      {start, "CreateContainerConfigError",
       waits("CreateContainerConfigError", "secret \\\"login\\\" not found"),
       "secret \"login\" not found"},
      {start, "CreateContainerError", waits("CreateContainerError", "x"), "x"},
      {start, "RunContainerError", waits("RunContainerError", "x"), "x"},
      {start, "SomethingNew", waits("SomethingNew", "x"), "x"},
      {progress, "", waits("ContainerCreating", ""), ""},
      {progress, "", waits("PodInitializing", ""), ""},
      {scheduling, "Unschedulable", unscheduled("Unschedulable", no_room),
       no_room},
      {scheduling, "SchedulerError", unscheduled("SchedulerError", "x"), "x"},
      {held, "SchedulingGated",
       unscheduled("SchedulingGated", "Scheduling is blocked due to non-empty "
                                      "scheduling gates"),
       "Scheduling is blocked due to non-empty scheduling gates"},
      {start, "VolumeClaimNotFound",
       unscheduled("Unschedulable",
                   "0/3 nodes are available: persistentvolumeclaim "
                   "\\\"data\\\" not found. not found"),
       "0/3 nodes are available: persistentvolumeclaim \"data\" not found. not "
       "found"},
      {start, "VolumeClaimLost",
       unscheduled("Unschedulable",
                   "0/3 nodes are available: persistentvolumeclaim "
                   "\\\"data\\\" bound to non-existent persistentvolume "
                   "\\\"pv-1\\\"."),
       "0/3 nodes are available: persistentvolumeclaim \"data\" bound to "
       "non-existent persistentvolume \"pv-1\"."},
      // A provisioner or a controller may be at it.
      {scheduling, "Unschedulable",
       unscheduled("Unschedulable", "0/3 nodes are available: pod has unbound "
                                    "immediate PersistentVolumeClaims."),
       "0/3 nodes are available: pod has unbound immediate "
       "PersistentVolumeClaims."},
      {scheduling, "Unschedulable",
       unscheduled("Unschedulable",
                   "waiting for ephemeral volume controller to create the "
                   "persistentvolumeclaim \\\"a-b\\\""),
       "waiting for ephemeral volume controller to create the "
       "persistentvolumeclaim \"a-b\""},
      {held, "NotStarted", R"({"phase": "Pending"})",
       "node node-1 has not begun to start driver pod pi-driver"},
      {none, "", R"({"phase": "Running"})", ""},
      {none, "", ended(R"({"exitCode": 0})", "Pending"), ""},
  };
  for (auto& r : rows) {
    INFO(r.status);
    auto wait = wait_of(seen(r.status));
    CHECK(wait.clock == r.clock);
    CHECK(wait.reason == r.reason);
    CHECK(wait.message == r.message);
  }
  driver_fact unseen;
  unseen.name = "pi-driver";
  unseen.phase = "Pending";
  CHECK(wait_of(unseen).clock == scheduling);
  CHECK(wait_of(unseen).reason == "NotScheduled");
}

TEST_CASE("a sidecar among the init containers keeps ending", "[truth]") {
  const std::string init = R"([{"name": "proxy", "restartPolicy": "Always"}])";
  auto proxy = [&](const std::string& state, const std::string& more = "") {
    return wait_of(seen(R"({"phase": "Pending", "initContainerStatuses": [
      {"name": "proxy", "restartCount": 3, "started": false, )" +
                            more + R"("state": )" + state +
                            R"(, "lastState": {"terminated": {"exitCode": 2,
        "reason": "Error"}}}],
      "containerStatuses": [{"name": "spark-kubernetes-driver", "state":
        {"waiting": {"reason": "PodInitializing"}}}]})",
                        init));
  };
  // Also in the moments in which it runs.
  for (auto* state : {R"({"waiting": {"reason": "CrashLoopBackOff"}})",
                      R"({"running": {}})", R"({"terminated": {}})"}) {
    auto wait = proxy(state);
    CHECK(wait.clock == wait_clock::start);
    CHECK(wait.reason == "CrashLoopBackOff");
    CHECK(wait.message == "init container proxy: it ended with ExitCode: 2, "
                          "Reason: Error");
  }
  auto d = seen(R"({"phase": "Running", "initContainerStatuses": [
      {"name": "proxy", "restartCount": 3, "started": false, "state":
        {"waiting": {"reason": "CrashLoopBackOff"}}, "lastState":
        {"terminated": {"exitCode": 2}}}],
    "containerStatuses": [{"name": "spark-kubernetes-driver",
      "state": {"running": {}}}]})",
                init);
  CHECK(d.waiting.empty()); // the driver runs all the same
}

TEST_CASE("sidecars that cannot start do not hide the driver", "[truth]") {
  auto d = seen(R"({"phase": "Pending", "containerStatuses": [
    {"name": "proxy", "state": {"waiting": {"reason": "ImagePullBackOff"}}},
    {"name": "spark-kubernetes-driver", "state": {"running": {}}}]})");
  CHECK(d.phase == "Running");
  CHECK(wait_of(d).clock == wait_clock::none);
}

TEST_CASE("a node that does not report", "[truth]") {
  auto unreachable = [](const std::string& conditions,
                        const std::string& more = "") {
    return seen(R"({"phase": "Running", )" + more + R"("conditions": [)" +
                conditions + "]}")
        .unreachable;
  };
  auto ready = [](const char* status) {
    return pod_condition("Ready", status, "", "");
  };
  auto containers = [](const char* status) {
    return pod_condition("ContainersReady", status, "", "");
  };
  CHECK(unreachable(ready("False") + "," + containers("True")));
  CHECK(unreachable(ready("Unknown")));
  CHECK(unreachable(ready("True"), R"("reason": "NodeLost", )"));
  CHECK_FALSE(unreachable(ready("True") + "," + containers("True")));
  CHECK_FALSE(unreachable(ready("False") + "," + containers("False")));
  // With gates of its own a pod may be unready at will.
  auto gated = json::parse(R"({"spec": {"readinessGates": [{}]}, "status":
    {"phase": "Running", "conditions": [{"type": "Ready", "status": "False"},
      {"type": "ContainersReady", "status": "True"}]}})");
  CHECK_FALSE(read_driver(gated).unreachable);
}

TEST_CASE("what a watch cannot show is kept", "[truth]") {
  auto creating = seen(waits("ContainerCreating", ""));
  auto known = creating;
  known.complaint = "FailedMount";
  known.complaint_message = "configmap \"x\" not found";
  auto again = creating;
  again.resource_version = "8";
  CHECK(continued(known, again).complaint == "FailedMount");
  CHECK(wait_of(known).clock == wait_clock::start);
  CHECK(wait_of(known).reason == "FailedMount");
  // It got on, or is another pod.
  CHECK(continued(known, seen(R"({"phase": "Running"})")).complaint.empty());
  CHECK(continued(known, seen(waits("ErrImagePull", ""))).complaint.empty());
  again.uid = "pod-2";
  CHECK(continued(known, again).complaint.empty());
  // Being bound is no news by itself.
  driver_fact unbound, bound;
  bound.node = "node-1";
  bound.resource_version = "9";
  CHECK(continued(unbound, bound).node.empty());
  bound.waiting = "ContainerCreating";
  CHECK(continued(unbound, bound).node == "node-1");
}

TEST_CASE("warnings that say why a pod does not start", "[truth]") {
  for (auto* word : {"FailedMount", "FailedAttachVolume", "FailedMapVolume",
                     "FailedCreatePodSandBox", "NetworkNotReady", "Failed",
                     "FailedPrepareDynamicResources"})
    CHECK(is_complaint(word));
  for (auto* word :
       {"DNSConfigForming", "FailedToRetrieveImagePullSecret", "Unhealthy",
        "BackOff", "FailedPreStopHook", "FailedScheduling", "NodeNotReady"})
    CHECK_FALSE(is_complaint(word));
}

TEST_CASE("reasons are what the API server takes", "[truth]") {
  CHECK(as_reason("OOMKilled") == "OOMKilled");
  CHECK(as_reason("OutOfnvidia.com/gpu") == "OutOfnvidiaComGpu");
  CHECK(as_reason("-- 9 lives") == "Lives");
  CHECK(as_reason("") == "Unknown");
  CHECK(as_reason("\xC3\xA4") == "Unknown");
  CHECK(as_reason(std::string(1000, 'x')).size() == 64);
  for (auto& row : driver_causes()) {
    INFO(row.word);
    CHECK(as_reason(row.word) == row.word);
    CHECK(find_cause(row.word) == &row);
    CHECK_FALSE(row.meaning.empty());
    // What a cause is called is in the table, too, and counts the same.
    if (!row.cause.empty())
      CHECK(is_infrastructure(row.cause) == row.infrastructure);
  }
}

TEST_CASE("messages stay short, whatever a cluster says", "[truth]") {
  auto d = seen(R"({"phase": "Failed"})");
  for (auto* text :
       {&d.reason, &d.message, &d.disruption, &d.disruption_message, &d.node,
        &d.init_container, &d.memory_limit})
    *text = std::string(5000, '\x01');
  CHECK(json::serialize(json::string(end_of(d).message)).size() <= 1024);
  CHECK(end_of(d).reason == "Unknown");
}
