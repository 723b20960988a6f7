#include "messages/observed.hpp"

#include "crds/cut_text.hpp"
#include "messages/json_at.hpp"

#include <algorithm>

namespace spark {
namespace {

using json_at::at;
using json_at::number;
using json_at::text;

namespace json = boost::json;

/// No message of ours is longer.
constexpr std::size_t max_message = 1100;

bool has_finalizer(const json::value& object, std::string_view name) {
  auto& all = at(object, {"metadata", "finalizers"});
  return all.is_array() &&
         std::any_of(all.as_array().begin(), all.as_array().end(),
                     [&](auto& f) { return text(f) == name; });
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
  f.error_message = cut_text(st.error_message, max_message);
  f.ended_at = from_rfc3339(st.termination_time);
  // A Go operator of 1.x writes no other time for a failed submission.
  if (f.ended_at == no_time && st.state == "SUBMISSION_FAILED")
    f.ended_at = from_rfc3339(st.last_submission_attempt_time);
}

restart_rules read_rules(const restart_policy_spec& p) {
  restart_rules out;
  out.restart = p.type;
  out.failure_retries = p.failure_retries.value_or(-1);
  out.submission_retries = p.submission_retries.value_or(-1);
  out.infrastructure_retries = p.infrastructure_retries.value_or(-1);
  out.failure_interval = p.failure_interval.value_or(out.failure_interval);
  out.submission_interval =
      p.submission_interval.value_or(out.submission_interval);
  out.exponential = p.backoff.value_or("Linear") == "Exponential";
  out.max_interval = p.max_interval.value_or(0);
  out.healthy_run = p.healthy_run.value_or(0);
  return out;
}

/// Who wrote the status last, as the API server keeps it.
std::string status_writer(const json::value& object) {
  std::string who;
  std::string when;
  auto& all = at(object, {"metadata", "managedFields"});
  if (all.is_array())
    for (auto& entry : all.as_array())
      if (auto time = text(at(entry, {"time"}));
          text(at(entry, {"subresource"})) == "status" && time >= when) {
        who = cut_text(text(at(entry, {"manager"})), 64);
        when = time;
      }
  return who;
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
  out.schedule_uid = schedule_of_run(object);
  if (!out.schedule_uid.empty())
    out.run = read_run(object);
  auto& raw = at(object, {"spec"});
  f.spec_hash =
      f.claim_hash.empty() ? spec_hash(raw) : spec_hash_like(raw, f.claim_hash);
  if (auto newest = spec_hash(raw); newest != f.spec_hash)
    f.next_hash = std::move(newest);
  f.live_hash = live_hash(raw);
  if (f.claim_number == 0 && !f.submission_id.empty())
    f.writer = status_writer(object);
  if (f.claim_number == 0)
    f.created = from_rfc3339(text(at(meta, {"creationTimestamp"})));
  auto parsed = parse_application(object);
  f.refusal = to_text(parsed.problems);
  f.warning = to_text(parsed.warnings);
  f.pod_name = driver_pod_name(out.key.name, parsed.spec);
  f.start_timeout =
      parsed.spec.driver_start_timeout.value_or(set.start_timeout.count());
  f.scheduling_timeout = parsed.spec.driver_scheduling_timeout.value_or(
      set.scheduling_timeout.count());
  f.policy = read_rules(parsed.spec.restart_policy);
  f.suspend = parsed.spec.suspend;
  f.time_to_live = set.time_to_live.count();
  if (auto own = parsed.spec.time_to_live)
    f.time_to_live = std::max<std::int64_t>(0, *own);
  auto loaded = std::make_shared<loaded_spec>();
  loaded->spec = std::move(parsed.spec);
  loaded->hash = f.spec_hash;
  loaded->live_hash = f.live_hash;
  loaded->generation = f.generation;
  out.spec = std::move(loaded);
  return out;
}

} // namespace spark
