#include "messages/observed.hpp"

#include "crds/cut_text.hpp"

#include <algorithm>

namespace spark {
namespace {

namespace json = boost::json;

constexpr std::string_view driver_container = "spark-kubernetes-driver";
constexpr std::size_t max_message = 512;

const json::value* find(const json::value& v, std::string_view key) {
  return v.is_object() ? v.as_object().if_contains(key) : nullptr;
}

/// The value at a path of keys, null where any step is missing.
const json::value& at(const json::value& v,
                      std::initializer_list<std::string_view> path) {
  static const json::value nothing;
  auto* p = &v;
  for (auto key : path) {
    p = find(*p, key);
    if (!p)
      return nothing;
  }
  return *p;
}

std::string text(const json::value& v) {
  return v.is_string() ? std::string{v.as_string()} : std::string{};
}

std::int64_t number(const json::value& v) {
  return v.is_int64() ? v.as_int64() : 0;
}

const json::value* controller(const json::value& object) {
  auto& owners = at(object, {"metadata", "ownerReferences"});
  if (!owners.is_array())
    return nullptr;
  for (auto& o : owners.as_array())
    if (at(o, {"controller"}) == json::value(true))
      return &o;
  return nullptr;
}

bool has_finalizer(const json::value& object, std::string_view name) {
  auto& all = at(object, {"metadata", "finalizers"});
  return all.is_array() &&
         std::any_of(all.as_array().begin(), all.as_array().end(),
                     [&](auto& f) { return text(f) == name; });
}

const json::value* status_of_driver_container(const json::value& pod) {
  auto& all = at(pod, {"status", "containerStatuses"});
  if (all.is_array())
    for (auto& c : all.as_array())
      if (text(at(c, {"name"})) == driver_container)
        return &c;
  return nullptr;
}

void read_wait(driver_fact& d, const json::value& container) {
  auto& waiting = at(container, {"state", "waiting"});
  if (!waiting.is_object())
    return;
  d.waiting = text(at(waiting, {"reason"}));
  d.waiting_message = cut_text(text(at(waiting, {"message"})), max_message);
}

void read_unschedulable(driver_fact& d, const json::value& pod) {
  auto& all = at(pod, {"status", "conditions"});
  if (!all.is_array())
    return;
  for (auto& c : all.as_array())
    if (text(at(c, {"type"})) == "PodScheduled" &&
        text(at(c, {"status"})) == "False") {
      d.waiting = text(at(c, {"reason"}));
      d.waiting_message = cut_text(text(at(c, {"message"})), max_message);
    }
}

void read_progress(driver_fact& d, const json::value& pod) {
  if (auto* c = status_of_driver_container(pod)) {
    auto& ended = at(*c, {"state", "terminated"});
    if (ended.is_object()) {
      d.has_exit = true;
      d.exit_code = number(at(ended, {"exitCode"}));
      d.reason = text(at(ended, {"reason"}));
      d.message = cut_text(text(at(ended, {"message"})), max_message);
    }
    read_wait(d, *c);
  }
  auto& init = at(pod, {"status", "initContainerStatuses"});
  // Those after the one that cannot start say PodInitializing, too.
  if (init.is_array())
    for (auto& c : init.as_array())
      if (d.waiting.empty() || d.waiting == "PodInitializing")
        read_wait(d, c);
  if (d.phase == "Pending" && d.waiting.empty())
    read_unschedulable(d, pod);
  auto pod_reason = text(at(pod, {"status", "reason"}));
  if (d.phase == "Failed" && !pod_reason.empty()) {
    d.reason = std::move(pod_reason);
    d.message = cut_text(text(at(pod, {"status", "message"})), max_message);
  }
}

std::string executor_state(const json::value& pod) {
  auto phase = text(at(pod, {"status", "phase"}));
  if (phase == "Pending" || phase.empty())
    return "PENDING";
  if (phase == "Running")
    return "RUNNING";
  if (phase == "Succeeded")
    return "COMPLETED";
  return phase == "Failed" ? "FAILED" : "UNKNOWN";
}

void read_claim(app_observed& f, const application_status& st) {
  f.claim_number = st.claim.number;
  f.claim_generation = st.claim.generation;
  f.claim_hash = st.claim.spec_hash;
  f.claim_epoch = st.claim.epoch;
  f.claim_outcome = st.claim.outcome;
  f.submission_id = st.submission_id;
  f.state = st.state;
  f.driver_pod = st.driver_pod_name;
  f.execution_attempts = st.execution_attempts;
  f.submission_attempts = st.submission_attempts;
  f.application_failures = st.failures_application;
  f.infrastructure_failures = st.failures_infrastructure;
}

} // namespace

result<observed_application> read_application(const json::value& object,
                                              const fact_settings& set) {
  observed_application out;
  auto& meta = at(object, {"metadata"});
  out.key = {text(at(meta, {"namespace"})), text(at(meta, {"name"}))};
  out.uid = text(at(meta, {"uid"}));
  if (out.key.ns.empty() || out.key.name.empty() || out.uid.empty())
    return fail(errc::bad_reply, "no name, namespace or uid",
                "SparkApplication");
  out.resource_version = text(at(meta, {"resourceVersion"}));
  out.status = parse_status(at(object, {"status"}));
  auto& f = out.fact;
  read_claim(f, out.status);
  f.generation = number(at(meta, {"generation"}));
  f.deleting = !text(at(meta, {"deletionTimestamp"})).empty();
  f.orphan = f.deleting && has_finalizer(object, "orphan");
  auto& raw = at(object, {"spec"});
  f.spec_hash =
      f.claim_hash.empty() ? spec_hash(raw) : spec_hash_like(raw, f.claim_hash);
  auto parsed = parse_application(object);
  f.refusal = to_text(parsed.problems);
  f.warning = to_text(parsed.warnings);
  f.pod_name = driver_pod_name(out.key.name, parsed.spec);
  f.start_timeout = set.start_timeout.count();
  auto loaded = std::make_shared<loaded_spec>();
  loaded->spec = std::move(parsed.spec);
  loaded->hash = f.spec_hash;
  loaded->generation = f.generation;
  out.spec = std::move(loaded);
  return out;
}

driver_fact read_driver(const json::value& pod) {
  driver_fact d;
  d.name = text(at(pod, {"metadata", "name"}));
  d.uid = text(at(pod, {"metadata", "uid"}));
  if (auto* owner = controller(pod)) {
    d.owner_uid = text(at(*owner, {"uid"}));
    if (text(at(*owner, {"kind"})) == "SparkApplication")
      d.owner_name = text(at(*owner, {"name"}));
  }
  d.submission_id = text(at(pod, {"metadata", "labels", labels::submission}));
  d.application_id =
      text(at(pod, {"metadata", "labels", "spark-app-selector"}));
  d.phase = text(at(pod, {"status", "phase"}));
  d.terminating = !text(at(pod, {"metadata", "deletionTimestamp"})).empty();
  if (d.terminating)
    d.grace = number(at(pod, {"metadata", "deletionGracePeriodSeconds"}));
  read_progress(d, pod);
  d.resource_version = text(at(pod, {"metadata", "resourceVersion"}));
  return d;
}

result<observed_pod> read_pod(const json::value& object) {
  observed_pod out;
  auto& meta = at(object, {"metadata"});
  out.key = {text(at(meta, {"namespace"})), text(at(meta, {"name"}))};
  if (out.key.name.empty())
    return fail(errc::bad_reply, "no name", "pod");
  out.resource_version = text(at(meta, {"resourceVersion"}));
  out.app_name = text(at(meta, {"labels", labels::app_name}));
  out.submission_id = text(at(meta, {"labels", labels::submission}));
  out.is_driver = text(at(meta, {"labels", labels::spark_role})) == "driver";
  if (out.is_driver)
    out.driver = read_driver(object);
  else
    out.executor_state = executor_state(object);
  return out;
}

std::string controller_uid(const json::value& object) {
  auto* owner = controller(object);
  return owner ? text(at(*owner, {"uid"})) : std::string{};
}

} // namespace spark
