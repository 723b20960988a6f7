#include "actors/app/executors.hpp"
#include "actors/app/machine.hpp"
#include "actors/app/phases.hpp"

#include <algorithm>
#include <tuple>

namespace spark {
namespace {

/// Builds conditions[]; a condition whose status did not change keeps its
/// transition time.
class condition_list {
public:
  condition_list(const app_state& s, const application_status& observed)
      : generation_(s.spec.generation), observed_(observed) {}

  void add(std::string type, bool is, std::string reason, std::string message,
           time_point since) {
    condition c;
    c.type = std::move(type);
    c.status = is ? "True" : "False";
    c.reason = std::move(reason);
    c.message = std::move(message);
    c.observed_generation = generation_;
    c.last_transition_time = since == no_time ? "" : to_rfc3339(since);
    for (auto& old : observed_.conditions)
      if (old.type == c.type &&
          (old.status == c.status || c.last_transition_time.empty()))
        c.last_transition_time = old.last_transition_time;
    out_.push_back(std::move(c));
  }

  /// What an earlier process wrote of the same attempt, and this one cannot
  /// know: its journal was lost.
  void keep(const std::string& type, std::int64_t attempt) {
    for (auto& old : observed_.conditions)
      if (old.type == type && observed_.claim.number == attempt)
        out_.push_back(old);
  }

  std::vector<condition> take() { return std::move(out_); }

private:
  std::int64_t generation_;
  const application_status& observed_;
  std::vector<condition> out_;
};

/// Adopted with its outcome: the state does not know when or why it ended.
bool ended_unseen(const app_state& s) {
  return row_of(s.at).ended && s.ended_at == no_time;
}

std::string reason_of_end(const app_state& s) {
  return s.current.outcome.empty() ? "Unknown" : s.current.outcome;
}

void add_life(condition_list& list, const app_state& s,
              const std::string& error_message) {
  bool ended = row_of(s.at).ended;
  if (s.submitted_at != no_time)
    list.add("Submitted", true, "DriverCreated",
             "driver pod " + s.current.pod_name, s.submitted_at);
  else
    list.keep("Submitted", s.current.number);
  if (s.running_at != no_time)
    list.add("Running", s.at == phase::running,
             ended ? reason_of_end(s) : "DriverRunning", "",
             s.at == phase::running ? s.running_at : s.ended_at);
  else if (ended_unseen(s))
    list.keep("Running", s.current.number);
  if (s.at == phase::completed)
    list.add("Succeeded", true, reason_of_end(s), "", s.ended_at);
  if (s.at == phase::failed)
    list.add("Failed", true, reason_of_end(s), error_message, s.ended_at);
  if (ended)
    list.add("Finished", true, reason_of_end(s),
             "the restart policy has nothing more to do", s.ended_at);
}

/// Warnings: there only while they hold.
void add_warnings(condition_list& list, const app_state& s) {
  bool ended = row_of(s.at).ended;
  if (!s.lingering.empty() && !ended)
    list.add("Blocked", true, "DriverLingers", s.lingering, s.ending_since);
  else if (s.blocked != blockage::none && !ended)
    list.add("Blocked", true, s.blocked_reason, s.blocked_message,
             s.blocked_since);
  else if (s.at == phase::submitted && s.wait_noticed &&
           !is_making_progress(s.driver))
    list.add("Blocked", true, s.driver.waiting, s.driver.waiting_message,
             s.waiting_since);
  if (!s.spec.warning.empty())
    list.add("SpecWarning", true, "Accepted", s.spec.warning, s.claimed_at);
}

/// What the driver's end means for executors that nobody saw end.
std::string final_state(const app_state& s, const std::string& state) {
  if (has_ended(state) || !row_of(s.at).ended)
    return state;
  return s.at == phase::completed ? "COMPLETED" : "FAILED";
}

/// The newest 100: ended ones go first, oldest first.
void bound_executors(std::map<std::string, std::string>& all) {
  if (all.size() <= max_executors)
    return;
  std::vector<std::tuple<bool, std::int64_t, std::string>> order;
  for (auto& [pod, state] : all)
    order.emplace_back(!has_ended(state), executor_number(pod), pod);
  std::sort(order.begin(), order.end());
  order.resize(order.size() - max_executors);
  for (auto& [open, number, pod] : order)
    all.erase(pod);
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
  bound_executors(out.executor_state);
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
  auto out = observed;
  put_claim(out, s);
  // The claim writes all of this but applicationState, which `shows` and
  // `error_message` leave as it was; so no write of its own follows it.
  out.state = s.shows;
  if (!ended_unseen(s))
    out.error_message = s.error_message;
  out.execution_attempts = s.execution_attempts;
  out.observed_generation = s.spec.generation;
  out.failures_application = s.application_failures;
  out.failures_infrastructure = s.infrastructure_failures;
  if (!s.application_id.empty())
    out.spark_application_id = s.application_id;
  if (!ended_unseen(s))
    out.termination_time = s.ended_at == no_time ? "" : to_rfc3339(s.ended_at);
  put_executors(out, s);
  condition_list list{s, observed};
  add_life(list, s, out.error_message);
  add_warnings(list, s);
  out.conditions = list.take();
  return out;
}

} // namespace spark
