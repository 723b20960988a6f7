#include "actors/app/driver_truth.hpp"
#include "actors/app/executors.hpp"
#include "actors/app/explain.hpp"
#include "actors/app/machine.hpp"
#include "actors/app/phases.hpp"
#include "actors/app/status_bound.hpp"
#include "actors/condition_list.hpp"

#include <algorithm>

namespace spark {
namespace {

class app_conditions : public condition_list {
public:
  app_conditions(const app_state& s, const application_status& observed)
      : condition_list(s.spec.generation, observed.conditions),
        observed_(observed) {}

  /// What an earlier process wrote of the same attempt, and this one cannot
  /// know: its journal was lost.
  void keep(const std::string& type, std::int64_t attempt) {
    if (observed_.claim.number == attempt)
      condition_list::keep(type);
  }

  /// It is on the object, for the same attempt.
  [[nodiscard]] bool holds(const std::string& type,
                           std::int64_t attempt) const {
    return observed_.claim.number == attempt &&
           std::any_of(observed_.conditions.begin(), observed_.conditions.end(),
                       [&](auto& c) { return c.type == type; });
  }

private:
  const application_status& observed_;
};

/// Adopted with its outcome: the state knows nothing of how it came to it.
bool ended_unseen(const app_state& s) {
  return row_of(s.at).ended && !s.end_seen;
}

std::string reason_of_end(const app_state& s) {
  return s.current.outcome.empty() ? "Unknown" : s.current.outcome;
}

/// Why it failed, where that is known; else how the attempt ended.
std::string cause_of_end(const app_state& s) {
  return s.failure_reason.empty() ? reason_of_end(s) : s.failure_reason;
}

void add_life(app_conditions& list, const app_state& s,
              const std::string& error_message) {
  bool ended = row_of(s.at).ended;
  if (s.submitted_at != no_time)
    list.add("Submitted", true, "DriverCreated",
             "driver pod " + s.current.pod_name, s.submitted_at);
  else
    list.keep("Submitted", s.current.number);
  bool runs = s.at == phase::running;
  bool over = s.ended_at != no_time; // or about to be
  if (s.running_at != no_time)
    list.add("Running", runs,
             over || ended ? cause_of_end(s)
             : runs        ? "DriverRunning"
                           : explain(s).reason,
             "", runs ? s.running_at : s.ended_at);
  else if (ended_unseen(s))
    list.keep("Running", s.current.number);
  if (s.at == phase::completed)
    list.add("Succeeded", true, reason_of_end(s), "", s.ended_at);
  if (s.at == phase::failed &&
      !(ended_unseen(s) && list.holds("Failed", s.current.number)))
    list.add("Failed", true, cause_of_end(s), error_message, s.ended_at);
  else if (s.at == phase::failed)
    list.keep("Failed", s.current.number); // its cause is in nothing else
  auto why = explain(s);
  if (ended)
    list.add("Finished", true, reason_of_end(s), to_text(why), s.ended_at);
  else
    list.add("Finished", false, why.reason, to_text(why), s.claimed_at);
}

/// Another operator writes here, too: what it says stays, and one condition of
/// ours says that it is there.
application_status beside_another(const app_state& s,
                                  const application_status& observed) {
  auto out = observed;
  std::erase_if(out.conditions, [](auto& c) { return c.type == "Contested"; });
  app_conditions list{s, observed};
  auto why = explain(s);
  list.add("Contested", true, why.reason, to_text(why), s.contested_at);
  for (auto& c : list.take())
    out.conditions.push_back(std::move(c));
  return out;
}

void add_wait(app_conditions& list, const app_state& s) {
  auto wait = wait_of(s.driver);
  if (!wait.reason.empty())
    list.add("Blocked", true, wait.reason, wait.message, s.waiting_since);
}

/// Warnings: there only while they hold.
void add_warnings(app_conditions& list, const app_state& s) {
  bool ended = row_of(s.at).ended;
  if (!s.lingering.empty() && !ended)
    list.add("Blocked", true, "DriverLingers", s.lingering, s.ending_since);
  else if (s.blocked != blockage::none && !ended)
    list.add("Blocked", true, s.blocked_reason, s.blocked_message,
             s.blocked_since);
  else if (s.at == phase::submitted && s.wait_noticed)
    add_wait(list, s);
  if (s.driver.unreachable && s.has_driver && follows_driver(s.at))
    list.add("DriverUnreachable", true, "NodeNotReady",
             unreachable_message(s.driver), s.unreachable_since);
  auto& beside = s.companions;
  if (!beside.message.empty() && beside.attempt == s.current.number && !ended)
    list.add("CompanionsFailed", true, beside.reason, beside.message,
             beside.refused_at);
  // What an edit without a restart would be refused for at the next start.
  if (!s.spec.refusal.empty() && !ended && follows_driver(s.at))
    list.add("SpecWarning", true, "Refused",
             "the next attempt would be refused: " + s.spec.refusal,
             s.claimed_at);
  else if (!s.spec.warning.empty())
    list.add("SpecWarning", true, "Accepted", s.spec.warning, s.claimed_at);
}

/// What the driver's end means for executors that nobody saw end.
std::string final_state(const app_state& s, const std::string& state) {
  if (has_ended(state) || !row_of(s.at).ended)
    return state;
  return s.at == phase::completed ? "COMPLETED" : "FAILED";
}

void put_executors(application_status& out, const app_state& s) {
  // An attempt that ended before this operator looked: what others saw stays.
  bool nothing_known = s.executors.empty() && s.forgotten_executors.empty();
  if (nothing_known && ended_unseen(s))
    return;
  out.executor_state.clear();
  out.executor_counts.clear();
  for (auto& [state, n] : s.forgotten_executors)
    out.executor_counts[final_state(s, state)] += n;
  for (auto& [pod, state] : s.executors) {
    auto shown = final_state(s, state);
    ++out.executor_counts[shown];
    out.executor_state.emplace(pod, std::move(shown));
  }
}

void put_claim(application_status& out, const app_state& s) {
  out.claim.number = s.current.number;
  out.claim.generation = s.current.generation;
  out.claim.spec_hash = s.current.spec_hash;
  out.claim.epoch = s.current.epoch;
  out.claim.outcome = s.current.outcome;
  out.submission_id = s.current.submission_id;
  out.driver_pod_name = s.current.pod_name;
  out.submission_attempts = s.submission_attempts;
  if (s.claimed_at != no_time)
    out.last_submission_attempt_time = to_rfc3339(s.claimed_at);
}

} // namespace

application_status projection(const app_state& s,
                              const application_status& observed) {
  if (s.contested)
    return beside_another(s, observed);
  auto out = observed;
  put_claim(out, s);
  // The claim writes all of this but applicationState, which `shows` and
  // `error_message` leave as it was; so no write of its own follows it.
  out.state = s.shows;
  out.error_message = s.error_message;
  out.execution_attempts = s.execution_attempts;
  out.observed_generation = s.spec.generation;
  out.failures_application = s.application_failures;
  out.failures_infrastructure = s.infrastructure_failures;
  if (!s.application_id.empty())
    out.spark_application_id = s.application_id;
  out.termination_time = s.ended_at == no_time ? "" : to_rfc3339(s.ended_at);
  if (s.companions.attempt == s.current.number)
    out.web_ui = s.companions.web_ui;
  else if (observed.claim.number != s.current.number)
    out.web_ui = {};
  put_executors(out, s);
  app_conditions list{s, observed};
  add_life(list, s, out.error_message);
  add_warnings(list, s);
  out.conditions = list.take();
  fit_status(out);
  return out;
}

} // namespace spark
