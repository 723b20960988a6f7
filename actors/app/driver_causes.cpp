#include "actors/app/driver_causes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace spark {
namespace {

using enum wait_clock;

constexpr bool ours = false; ///< the application's own failure
constexpr bool infra = true;

/// The kubelet refuses a pod for want of any resource with this and its name.
constexpr std::string_view out_of = "OutOf";

constexpr auto rows = std::to_array<driver_cause>({
    // The driver container's own end.
    {"Error", "", none, ours, "the driver ended with an exit code of its own"},
    {"OOMKilled", "", none, ours, "its memory limit was reached"},
    {"Killed", "", none, ours,
     "exit code 137 and no more: SIGKILL, most often for its memory"},
    {"StartError", "", none, ours, "the container could not be started"},
    {"ContainerCannotRun", "", none, ours,
     "the container could not be started"},
    {"InitContainerFailed", "", none, ours,
     "an init container failed: the driver never ran"},
    {"DeadlineExceeded", "", none, ours,
     "it ran longer than activeDeadlineSeconds of its pod template"},
    {"ContainerStatusUnknown", "", none, infra,
     "node or container runtime lost the container, e.g. by a restart; or "
     "nothing tells how it ended"},
    {"Unknown", "ContainerStatusUnknown", none, infra,
     "the container runtime was restarted, and lost the container"},
    // The pod's end, by its node.
    {"Evicted", "", none, infra,
     "its node ran short of something. For a limit of its own it is the "
     "application's failure"},
    {"Preempting", "", none, infra, "its node made room for a critical pod"},
    {"NodeShutdown", "", none, infra, "its node shuts down, or did"},
    {"Terminated", "NodeShutdown", none, infra, "its node shut down"},
    {"Shutdown", "NodeShutdown", none, infra, "the same, by older kubelets"},
    {"NodeLost", "", none, infra, "its node does not answer"},
    // Its node did not take it.
    {"UnexpectedAdmissionError", "", none, infra,
     "its node could not take it, e.g. for a device"},
    {"NodeAffinity", "", none, infra,
     "its node does not fit its node selector or affinity any more"},
    {"NodeName", "", none, infra, "its node has another name"},
    {"NodePorts", "", none, infra, "a port of its node is taken"},
    {"TopologyAffinityError", "", none, infra,
     "its node cannot give it aligned resources"},
    {"InvalidNodeInfo", "", none, infra, "its node did not know itself"},
    {"OutOf", "", none, infra,
     "its node had too little left: OutOfcpu, OutOfmemory, OutOfpods, …"},
    {"SysctlForbidden", "", none, ours, "its node forbids a sysctl of it"},
    {"AppArmor", "", none, ours, "its node lacks its AppArmor profile"},
    // Condition DisruptionTarget.
    {"PreemptionByScheduler", "", none, infra,
     "the scheduler made room for a pod of higher priority"},
    {"DeletionByTaintManager", "", none, infra,
     "its node was tainted NoExecute, e.g. because it does not answer"},
    {"DeletionByDeviceTaintManager", "", none, infra,
     "a device of it was tainted NoExecute"},
    {"EvictionByEvictionAPI", "", none, infra,
     "somebody evicted it, e.g. to drain its node"},
    {"DeletionByPodGC", "", none, infra, "its node does not exist any more"},
    {"TerminationByKubelet", "", none, infra,
     "its node ended it: short of something, or shutting down"},
    // What only we can say.
    {"DriverLost", "", none, infra,
     "the pod disappeared, and nobody saw how it ended"},
    // Being started.
    {"ContainerCreating", "", progress, ours, "volumes, network, images"},
    {"PodInitializing", "", progress, ours, "init containers run"},
    // No node.
    {"SchedulingGated", "", held, ours,
     "a scheduling gate holds it, e.g. of a queue"},
    {"NotStarted", "", held, infra,
     "it has a node that has not begun to start it"},
    {"Unschedulable", "", scheduling, infra,
     "no node can take it, or a volume of it is not bound yet"},
    {"SchedulerError", "", scheduling, infra, "the scheduler failed"},
    {"NotScheduled", "", scheduling, infra,
     "no scheduler has looked at it: does schedulerName name one that runs?"},
    // Images.
    {"ErrImagePull", "", start, ours, "the image cannot be pulled"},
    {"ImagePullBackOff", "", start, ours, "the same, after several tries"},
    {"InvalidImageName", "", start, ours, "the image's name is no such name"},
    {"ErrImageNeverPull", "", start, ours,
     "imagePullPolicy is Never, and the node does not have the image"},
    {"ImageInspectError", "", start, ours, "the image cannot be read"},
    {"RegistryUnavailable", "", start, infra, "the registry does not answer"},
    {"SignatureValidationFailed", "", start, ours,
     "the image's signature is not accepted"},
    // Configuration.
    {"CreateContainerConfigError", "", start, ours,
     "a Secret, a ConfigMap or a key of one is missing"},
    {"CreateContainerError", "", start, ours, "the container cannot be made"},
    {"RunContainerError", "", start, ours, "the container cannot be started"},
    {"CrashLoopBackOff", "", start, ours,
     "a sidecar among the init containers ends again and again"},
    // Volumes and the network.
    {"FailedMount", "", start, ours,
     "a volume cannot be mounted, e.g. of a Secret that is missing"},
    {"FailedAttachVolume", "", start, ours, "a volume cannot be attached"},
    {"FailedMapVolume", "", start, ours, "a block volume cannot be mapped"},
    {"VolumeClaimNotFound", "", start, ours,
     "there is no such PersistentVolumeClaim"},
    {"VolumeClaimLost", "", start, ours,
     "the PersistentVolumeClaim lost its volume"},
    {"FailedCreatePodSandBox", "", start, infra,
     "the node cannot set up the pod, e.g. its network"},
    {"NetworkNotReady", "", start, infra, "the node's network is not ready"},
});

std::string_view clock_text(wait_clock c) {
  switch (c) {
  case none:
  case progress:
    return "";
  case held:
    return "after 60 s; never";
  case scheduling:
    return "after 60 s; `driverSchedulingTimeoutSeconds`";
  case start:
    return "at once; `driverStartTimeoutSeconds`";
  }
  return "";
}

void add_table(std::string& out, bool waits) {
  for (auto& r : rows) {
    bool renamed = !r.cause.empty(); // the row of that name stands for it
    if (renamed || r.clock == progress || (r.clock != none) != waits)
      continue;
    auto what = r.word == out_of ? "OutOf…" : r.word;
    out += fmt::format("| `{}` | {} | {} |", what, r.meaning,
                       r.infrastructure ? "infrastructure" : "application");
    if (waits)
      out += fmt::format(" {} |", clock_text(r.clock));
    out += '\n';
  }
}

} // namespace

std::span<const driver_cause> driver_causes() { return rows; }

const driver_cause* find_cause(std::string_view word) {
  if (word.starts_with(out_of))
    word = out_of;
  auto it = std::find_if(rows.begin(), rows.end(),
                         [word](auto& r) { return r.word == word; });
  return it == rows.end() ? nullptr : &*it;
}

bool is_infrastructure(std::string_view word) {
  auto* row = find_cause(word);
  return row && row->infrastructure;
}

std::string as_reason(std::string_view text) {
  constexpr std::size_t most = 64;
  std::string out;
  bool begins = true; // a word
  for (char c : text.substr(0, 4 * most)) {
    auto u = static_cast<unsigned char>(c);
    bool fits = u < 0x80 && (out.empty() ? std::isalpha(u) : std::isalnum(u));
    if (fits && out.size() < most)
      out += begins ? static_cast<char>(std::toupper(u)) : c;
    begins = !fits;
  }
  return out.empty() ? "Unknown" : out;
}

std::string causes_markdown() {
  std::string out =
      "These words are reasons of conditions (`kubectl describe sparkapp`): of "
      "`Failed` when a driver\nfailed, of `Blocked` while one waits. The "
      "messages beside them hold what the cluster said. What\nis not listed "
      "is shown with the cluster's own word, as a failure of the "
      "application.\nA failure that counts as `infrastructure` is counted "
      "apart in `status.failureCounts`.\n\n"
      "`DriverUnreachable` with the reason `NodeNotReady` is no end: the node "
      "of a running driver does not\nreport. The driver may still run, and "
      "nothing takes its place before its pod is gone.\n\n"
      "## A driver fails\n\n"
      "| reason | meaning | counts as |\n|---|---|---|\n";
  add_table(out, false);
  out +=
      "\n## A driver waits\n\n"
      "| reason | meaning | counts as | told; given up |\n|---|---|---|---|\n";
  add_table(out, true);
  return out;
}

} // namespace spark
