#include "actors/condition_list.hpp"
#include "actors/scheduler/explain.hpp"
#include "actors/scheduler/machine.hpp"
#include "actors/scheduler/ticks.hpp"

namespace spark {
namespace {

/// Names of ended runs in a status.
constexpr std::size_t most_names = 100;

std::string text(time_point t) { return t == no_time ? "" : to_rfc3339(t); }

std::vector<std::string> first_of(std::vector<std::string> names) {
  if (names.size() > most_names)
    names.resize(most_names);
  return names;
}

} // namespace

scheduled_status projection(const schedule_state& s,
                            const scheduled_status& observed) {
  auto out = observed;
  auto& p = s.pending;
  bool recording = p.created;
  out.last_run = text(recording ? p.tick : s.last_run);
  out.last_run_name = recording ? p.name : s.last_run_name;
  out.next_run = text(s.next_run);
  bool intent = !p.name.empty() && !p.created;
  out.pending.name = intent ? p.name : "";
  out.pending.tick = intent ? text(p.tick) : "";
  out.past_successful_run_names = first_of(history(s, "COMPLETED"));
  out.past_failed_run_names = first_of(history(s, "FAILED"));
  bool invalid = !s.rules.refusal.empty();
  out.schedule_state = invalid ? "FailedValidation" : "Scheduled";
  // The one place for it that also the other CRD has.
  out.reason = invalid ? s.rules.refusal : s.pruned ? pruned_words : "";
  out.observed_generation = s.generation;
  condition_list list{s.generation, observed.conditions};
  auto why = explain(s);
  bool scheduled = !invalid && !s.rules.suspend && s.next_run != no_time;
  list.add("Scheduled", scheduled,
           invalid           ? s.rules.refusal_reason
           : s.rules.suspend ? "Suspended"
           : scheduled       ? "Scheduled"
                             : "NoTickToCome",
           invalid ? s.rules.refusal : "", invalid ? s.refused_at : no_time);
  if (s.held.tick != no_time || p.how != ending::done)
    list.add("Held", true, why.reason, to_text(why), s.held.since);
  if (!s.skipped.reason.empty())
    list.add("Skipped", true, s.skipped.reason, words_of(s.skipped),
             s.skipped_at);
  out.conditions = list.take();
  return out;
}

} // namespace spark
