#include "crds/cut_text.hpp"
#include "messages/json_at.hpp"
#include "messages/observed.hpp"

#include <fmt/format.h>

/// What pods say of themselves. Reasons, conditions and what they mean are
/// those of kubelet, scheduler and controllers of Kubernetes 1.34; older ones
/// lack some of them.
namespace spark {
namespace {

using json_at::at;
using json_at::item_with;
using json_at::items;
using json_at::number;
using json_at::text;

namespace json = boost::json;

constexpr std::string_view driver_container = "spark-kubernetes-driver";
constexpr std::string_view executor_container = "spark-kubernetes-executor";
constexpr std::size_t max_message = 512;
constexpr std::size_t max_why = 240;

std::string words(const json::value& v,
                  std::initializer_list<std::string_view> path) {
  auto out = text(v, path);
  while (!out.empty() && (out.back() == ' ' || out.back() == '\n'))
    out.pop_back();
  return cut_text(out, max_message);
}

const json::value* controller(const json::value& object) {
  for (auto& o : items(object, {"metadata", "ownerReferences"}))
    if (at(o, {"controller"}) == json::value(true))
      return &o;
  return nullptr;
}

/// Its place in the list of conditions, nullptr: it is not there.
const json::value* condition_of(const json::value& pod, std::string_view type) {
  return item_with(items(pod, {"status", "conditions"}), "type", type);
}

bool has_status(const json::value* condition, std::string_view status) {
  return condition && text(*condition, {"status"}) == status;
}

bool is_terminating(const json::value& pod) {
  return !text(pod, {"metadata", "deletionTimestamp"}).empty();
}

/// A sidecar among the init containers: it is started again whenever it ends,
/// so an end of it means nothing.
bool is_restarted(const json::value& pod, std::string_view init_container) {
  auto* spec =
      item_with(items(pod, {"spec", "initContainers"}), "name", init_container);
  return spec && text(*spec, {"restartPolicy"}) == "Always";
}

void read_wait(driver_fact& d, const json::value& container) {
  auto& waiting = at(container, {"state", "waiting"});
  if (!waiting.is_object())
    return;
  d.waiting = text(waiting, {"reason"});
  d.waiting_message = words(waiting, {"message"});
}

/// An init sidecar that ends again and again runs in between, and for these
/// moments nothing seems to be wrong.
bool read_crashes(driver_fact& d, const json::value& container) {
  auto& last = at(container, {"lastState", "terminated"});
  if (number(at(container, {"restartCount"})) == 0 || !last.is_object() ||
      at(container, {"started"}) == json::value(true))
    return false;
  d.waiting = "CrashLoopBackOff";
  d.waiting_message =
      fmt::format("it ended with ExitCode: {}, Reason: {}",
                  number(at(last, {"exitCode"})), text(last, {"reason"}));
  return true;
}

/// The first init container that cannot start is why the others and the driver
/// say PodInitializing.
void read_init_waits(driver_fact& d, const json::value& pod) {
  for (auto& c : items(pod, {"status", "initContainerStatuses"})) {
    if (!d.waiting.empty() && d.waiting != "PodInitializing")
      return;
    auto name = text(c, {"name"});
    if (!is_restarted(pod, name) || !read_crashes(d, c))
      read_wait(d, c);
    if (!d.waiting_message.empty())
      d.waiting_message = cut_text(
          fmt::format("init container {}: {}", name, d.waiting_message),
          max_message);
  }
}

/// With restartPolicy Never, one init container that fails is the pod's end.
void read_failed_init(driver_fact& d, const json::value& pod) {
  for (auto& c : items(pod, {"status", "initContainerStatuses"})) {
    auto& ended = at(c, {"state", "terminated"});
    auto name = text(c, {"name"});
    auto code = number(at(ended, {"exitCode"}));
    if (code == 0 || is_restarted(pod, name))
      continue;
    d.init_container = std::move(name);
    d.exit_code = code;
    d.reason = text(ended, {"reason"});
    d.message = words(ended, {"message"});
    return;
  }
}

/// True: the driver container runs or ran, so nothing keeps it from starting.
bool read_driver_container(driver_fact& d, const json::value& pod) {
  auto* c = item_with(items(pod, {"status", "containerStatuses"}), "name",
                      driver_container);
  if (!c)
    return false;
  auto& ended = at(*c, {"state", "terminated"});
  if (ended.is_object()) {
    d.has_exit = true;
    d.exit_code = number(at(ended, {"exitCode"}));
    d.reason = text(ended, {"reason"});
    d.message = words(ended, {"message"});
    return true;
  }
  read_wait(d, *c);
  bool runs = at(*c, {"state", "running"}).is_object();
  // A sidecar that cannot start keeps the pod Pending all the while.
  if (runs && d.phase == "Pending")
    d.phase = "Running";
  return runs;
}

void read_unschedulable(driver_fact& d, const json::value& pod) {
  auto* scheduled = condition_of(pod, "PodScheduled");
  if (!has_status(scheduled, "False"))
    return;
  d.waiting = text(*scheduled, {"reason"});
  d.waiting_message = words(*scheduled, {"message"});
}

void read_disruption(driver_fact& d, const json::value& pod) {
  auto* target = condition_of(pod, "DisruptionTarget");
  if (!has_status(target, "True"))
    return;
  d.disruption = text(*target, {"reason"});
  d.disruption_message = words(*target, {"message"});
}

/// While a node does not report, the control plane makes its pods not ready
/// and changes nothing else: their containers stay ready. A kubelet never says
/// so of a pod without readiness gates. NodeLost is of older control planes.
bool is_unreachable(const json::value& pod) {
  if (text(pod, {"status", "phase"}) != "Running")
    return false;
  auto* ready = condition_of(pod, "Ready");
  return text(pod, {"status", "reason"}) == "NodeLost" ||
         has_status(ready, "Unknown") ||
         (has_status(ready, "False") &&
          has_status(condition_of(pod, "ContainersReady"), "True") &&
          items(pod, {"spec", "readinessGates"}).empty());
}

/// Only what a memory limit has to do with the end.
void read_memory_limit(driver_fact& d, const json::value& pod) {
  if (!d.has_exit || (d.reason != "OOMKilled" && d.exit_code != 137))
    return;
  if (auto* c = item_with(items(pod, {"spec", "containers"}), "name",
                          driver_container))
    d.memory_limit = cut_text(text(*c, {"resources", "limits", "memory"}), 64);
}

void read_end_of_pod(driver_fact& d, const json::value& pod) {
  auto reason = text(pod, {"status", "reason"});
  if (!reason.empty()) {
    d.reason = std::move(reason);
    d.message = words(pod, {"status", "message"});
  } else if (!d.has_exit) {
    read_failed_init(d, pod);
  }
}

void read_progress(driver_fact& d, const json::value& pod) {
  bool began = read_driver_container(d, pod);
  if (!began)
    read_init_waits(d, pod);
  if (d.phase == "Pending" && d.waiting.empty())
    read_unschedulable(d, pod);
  if (d.phase == "Failed")
    read_end_of_pod(d, pod);
  read_disruption(d, pod);
  read_memory_limit(d, pod);
  d.unreachable = is_unreachable(pod);
}

// -- executors ----------------------------------------------------------------

struct executor_end {
  bool known = false; ///< the container has terminated
  std::int64_t exit_code = -1;
  std::string reason = "Unknown (Container not Found)";
};

/// Of the container that runs the executor: that of Spark's name, else the
/// first.
executor_end end_of_executor(const json::value& pod) {
  executor_end out;
  auto& all = items(pod, {"status", "containerStatuses"});
  auto* c = item_with(all, "name", executor_container);
  if (!c && !all.empty())
    c = &all.front();
  if (!c || !at(*c, {"state", "terminated"}).is_object())
    return out;
  auto& ended = at(*c, {"state", "terminated"});
  out.known = true;
  out.exit_code = number(at(ended, {"exitCode"}));
  out.reason = text(ended, {"reason"});
  return out;
}

/// Spark removes the executors that it needs no more by deleting their pods. To
/// go when told to is no failure, be it by SIGTERM or by the SIGKILL after it.
bool went_when_told(const json::value& pod, const executor_end& end) {
  bool by_signal = end.exit_code == 143 || end.exit_code == 137;
  return is_terminating(pod) && by_signal && end.reason != "OOMKilled" &&
         !has_status(condition_of(pod, "DisruptionTarget"), "True");
}

/// Its own container decides, also while sidecars run on.
std::string executor_state(const json::value& pod, const executor_end& end) {
  auto phase = text(pod, {"status", "phase"});
  if (phase == "Succeeded")
    return "COMPLETED";
  if (phase == "Failed" || end.known) {
    bool well = end.known && text(pod, {"status", "reason"}).empty() &&
                (end.exit_code == 0 || went_when_told(pod, end));
    return well ? "COMPLETED" : "FAILED";
  }
  if (phase == "Pending" || phase.empty())
    return "PENDING";
  return phase == "Running" ? "RUNNING" : "UNKNOWN";
}

/// In the words of the Go operator's Events.
std::string why_failed(const json::value& pod, const executor_end& end) {
  auto reason = text(pod, {"status", "reason"});
  auto out = fmt::format("ExitCode: {}, Reason: {}", end.exit_code,
                         reason.empty() ? end.reason : reason);
  if (auto message = words(pod, {"status", "message"}); !message.empty())
    out += ", Pod Message: " + message;
  else if (auto* target = condition_of(pod, "DisruptionTarget");
           has_status(target, "True"))
    out += ", Pod Message: " + words(*target, {"message"});
  return fit_json(cut_text(out, max_message), max_why);
}

} // namespace

driver_fact read_driver(const json::value& pod) {
  driver_fact d;
  d.name = text(pod, {"metadata", "name"});
  d.uid = text(pod, {"metadata", "uid"});
  if (auto* owner = controller(pod)) {
    d.owner_uid = text(*owner, {"uid"});
    if (text(*owner, {"kind"}) == "SparkApplication")
      d.owner_name = text(*owner, {"name"});
  } else {
    d.created = from_rfc3339(text(pod, {"metadata", "creationTimestamp"}));
  }
  d.submission_id = text(pod, {"metadata", "labels", labels::submission});
  d.application_id = text(pod, {"metadata", "labels", "spark-app-selector"});
  d.phase = text(pod, {"status", "phase"});
  d.terminating = is_terminating(pod);
  if (d.terminating)
    d.grace = number(at(pod, {"metadata", "deletionGracePeriodSeconds"}));
  d.node = text(pod, {"spec", "nodeName"});
  read_progress(d, pod);
  d.resource_version = text(pod, {"metadata", "resourceVersion"});
  return d;
}

result<observed_pod> read_pod(const json::value& object) {
  observed_pod out;
  auto& meta = at(object, {"metadata"});
  out.key = {text(meta, {"namespace"}), text(meta, {"name"})};
  if (out.key.name.empty())
    return fail(errc::bad_reply, "no name", "pod");
  out.resource_version = text(meta, {"resourceVersion"});
  out.app_name = text(meta, {"labels", labels::app_name});
  out.submission_id = text(meta, {"labels", labels::submission});
  out.is_driver = text(meta, {"labels", labels::spark_role}) == "driver";
  if (out.is_driver) {
    out.driver = read_driver(object);
    return out;
  }
  auto end = end_of_executor(object);
  out.executor_state = executor_state(object, end);
  if (out.executor_state == "FAILED")
    out.executor_why = why_failed(object, end);
  return out;
}

std::string controller_uid(const json::value& object) {
  auto* owner = controller(object);
  return owner ? text(*owner, {"uid"}) : std::string{};
}

bool has_owner(const json::value& object, std::string_view uid) {
  return item_with(items(object, {"metadata", "ownerReferences"}), "uid", uid);
}

} // namespace spark
