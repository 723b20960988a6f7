#include "messages/observed_schedule.hpp"

#include "crds/cut_text.hpp"
#include "crds/run_names.hpp"
#include "crds/schedule/schedule.hpp"
#include "crds/scheduled_application.hpp"
#include "messages/json_at.hpp"

namespace spark {
namespace {

namespace json = boost::json;
using json_at::at;
using json_at::number;
using json_at::text;

/// When something other than a status was written last: an edit of the spec is
/// no later. metav1.Time sorts like the time. The first generation is as old as
/// the object.
time_point edited_at(const json::value& object) {
  if (number(at(object, {"metadata", "generation"})) <= 1)
    return from_rfc3339(text(object, {"metadata", "creationTimestamp"}));
  std::string when;
  for (auto& entry : json_at::items(object, {"metadata", "managedFields"}))
    if (auto time = text(entry, {"time"});
        text(entry, {"subresource"}).empty() && time > when)
      when = time;
  return from_rfc3339(when);
}

schedule_record read_record(const scheduled_status& st) {
  schedule_record out;
  out.observed_generation = st.observed_generation;
  out.last_run = from_rfc3339(st.last_run);
  out.next_run = from_rfc3339(st.next_run);
  out.last_run_name = st.last_run_name;
  out.pending_name = st.pending.name;
  out.pending_tick = from_rfc3339(st.pending.tick);
  if (out.pending_tick == no_time)
    out.pending_name.clear(); // nobody can tell what it was for
  for (auto& c : st.conditions)
    if (c.type == "Skipped" && c.status == "True") {
      out.skip_reason = c.reason;
      out.skip_message = c.message;
    }
  return out;
}

/// One refusal for all that is wrong; its reason is that of the first.
void refuse(schedule_rules& r, const std::vector<problem>& problems) {
  if (problems.empty())
    return;
  auto& path = problems.front().path;
  r.refusal_reason = path == "spec.schedule"             ? "InvalidSchedule"
                     : path == "spec.timeZone"           ? "InvalidTimeZone"
                     : path.starts_with("spec.template") ? "InvalidTemplate"
                                                         : "InvalidSpec";
  r.refusal = to_text(problems);
}

schedule_rules read_rules(const json::value& object, const fact_settings& set) {
  auto parsed = parse_scheduled(object);
  auto& spec = parsed.spec;
  schedule_rules out;
  out.expression = spec.schedule;
  out.zone = spec.time_zone.empty() || spec.time_zone == "Local"
                 ? set.local_zone
                 : spec.time_zone;
  out.created = from_rfc3339(text(object, {"metadata", "creationTimestamp"}));
  out.concurrency = spec.concurrency_policy;
  out.successful_limit = spec.successful_run_history_limit.value_or(1);
  out.failed_limit = spec.failed_run_history_limit.value_or(1);
  out.starting_deadline = spec.starting_deadline.value_or(-1);
  out.suspend = spec.suspend;
  auto ticks = schedule::parse(out.expression, out.zone, out.zone,
                               std::chrono::floor<seconds>(out.created));
  auto problems = std::move(parsed.problems);
  if (!ticks && !out.expression.empty())
    problems.insert(problems.begin(),
                    {ticks.error().path, ticks.error().message});
  refuse(out, problems);
  // What is longer was refused, and a row of the journal is bounded.
  out.expression = cut_text(out.expression, 300);
  out.zone = cut_text(out.zone, 300);
  out.concurrency = cut_text(out.concurrency, 100);
  return out;
}

} // namespace

result<observed_schedule> read_schedule(const json::value& object,
                                        const fact_settings& set,
                                        bool with_source) {
  observed_schedule out;
  auto& meta = at(object, {"metadata"});
  out.key = {text(meta, {"namespace"}), text(meta, {"name"})};
  out.uid = text(meta, {"uid"});
  if (out.key.ns.empty() || out.key.name.empty() || out.uid.empty())
    return fail(errc::bad_reply, "no name, namespace or uid",
                "ScheduledSparkApplication");
  out.resource_version = text(meta, {"resourceVersion"});
  out.status = parse_scheduled_status(at(object, {"status"}));
  auto& f = out.fact;
  f.generation = number(at(meta, {"generation"}));
  f.deleting = !text(meta, {"deletionTimestamp"}).empty();
  f.edited = edited_at(object);
  f.rules = read_rules(object, set);
  f.record = read_record(out.status);
  if (!with_source)
    return out;
  auto source = std::make_shared<run_source>();
  if (auto& spec = at(object, {"spec", "template"}); spec.is_object())
    source->spec = spec.as_object();
  if (auto& labels = at(meta, {"labels"}); labels.is_object())
    source->labels = labels.as_object();
  out.source = std::move(source);
  return out;
}

run_fact read_run(const json::value& application) {
  run_fact out;
  auto& meta = at(application, {"metadata"});
  out.name = text(meta, {"name"});
  out.uid = text(meta, {"uid"});
  out.state = text(application, {"status", "applicationState", "state"});
  out.created = from_rfc3339(text(meta, {"creationTimestamp"}));
  out.deleting = from_rfc3339(text(meta, {"deletionTimestamp"}));
  return out;
}

std::string schedule_of_run(const json::value& application) {
  if (text(application, {"metadata", "labels", schedule_label}).empty())
    return {};
  for (auto& owner :
       json_at::items(application, {"metadata", "ownerReferences"}))
    if (text(owner, {"kind"}) == "ScheduledSparkApplication")
      return text(owner, {"uid"});
  return {};
}

} // namespace spark
