#include "actors/app/driver_truth.hpp"
#include "actors/app/machine.hpp"

namespace spark {
namespace {

/// Reasons and wording that users of v1beta2 know from `kubectl describe`.
struct announcer {
  const app_state& s;
  std::vector<announcement>& out;

  void normal(std::string reason, std::string message) {
    out.push_back({std::move(reason), false, std::move(message)});
  }
  void warn(std::string reason, std::string message) {
    out.push_back({std::move(reason), true, std::move(message)});
  }
  [[nodiscard]] std::string app() const { return "SparkApplication " + s.name; }

  void operator()(const claim_intended& e) {
    if (e.number == 1 && s.current.number == 0)
      normal("SparkApplicationAdded",
             app() + " was added, enqueuing it for submission");
  }
  void operator()(const driver_created& e) {
    normal("SparkApplicationSubmitted", app() + " was submitted successfully");
    driver_state("", e.driver);
  }
  void operator()(const driver_changed& e) {
    driver_state(s.driver.phase, e.driver);
    // Once: ErrImagePull and ImagePullBackOff take turns for ever.
    if (cannot_start(e.driver) && !cannot_start(s.driver))
      warn("SparkDriverPending", "Driver " + e.driver.name + " cannot start: " +
                                     words_of(wait_of(e.driver)));
    if (e.driver.unreachable && !s.driver.unreachable)
      warn("SparkDriverUnknownState",
           "Driver " + e.driver.name +
               " in unknown state: " + unreachable_message(e.driver));
    else if (s.driver.unreachable && !e.driver.unreachable &&
             e.driver.phase == s.driver.phase && !e.driver.has_exit)
      normal("SparkDriverRunning", "Driver " + e.driver.name + " is running");
  }
  void operator()(const driver_succeeded&) {
    normal("SparkDriverCompleted", "Driver " + s.driver.name + " completed");
  }
  void operator()(const policy_finished&) {
    if (s.at == phase::succeeding)
      normal("SparkApplicationCompleted", app() + " completed");
    else
      warn("SparkApplicationFailed", app() + " failed: " + s.error_message);
  }
  void operator()(const driver_failed& e) {
    warn("SparkDriverFailed",
         "Driver " + s.current.pod_name + " failed: " + e.message);
  }
  void operator()(const driver_lost&) {
    warn("SparkDriverNotFound", "Driver pod " + s.current.pod_name +
                                    " not found, marking application as "
                                    "Failing");
  }
  void operator()(const retry_scheduled& e) {
    warn("SparkApplicationRetryScheduled",
         app() + " failed and runs again at " + to_rfc3339(e.at) + ", retry " +
             std::to_string(e.retry) +
             (e.limit > 0 ? " of " + std::to_string(e.limit) : "") + ": " +
             s.error_message);
  }
  void operator()(const app_suspending&) {
    warn("SparkApplicationSuspending", app() + " is suspending");
  }
  void operator()(const app_suspended&) {
    warn("SparkApplicationSuspended", app() + " is suspended");
  }
  void operator()(const app_resuming&) {
    warn("SparkApplicationResuming", app() + " is resuming");
  }
  void operator()(const app_expired&) {
    normal("SparkApplicationExpired",
           app() + " was deleted: its time to live of " +
               std::to_string(s.spec.time_to_live) + " s is over");
  }
  void operator()(const app_contested& e) {
    if (!s.contested)
      warn("SparkApplicationContested",
           "another operator (" +
               (e.writer.empty() ? std::string{"unknown"} : e.writer) +
               ") writes the status of " + app() +
               "; this one leaves it alone until that stops");
  }
  void operator()(const driver_given_up& e) {
    warn("SparkDriverFailed", e.message);
  }
  void operator()(const wait_noticed&) {
    // A container that cannot start was told of when it was seen.
    if (!cannot_start(s.driver))
      warn("SparkDriverPending", "Driver " + s.driver.name +
                                     " waits: " + words_of(wait_of(s.driver)));
  }
  void operator()(const driver_lingers& e) {
    warn("SparkDriverLingers", e.message);
  }
  void operator()(const submission_failed& e) { not_submitted(e.message); }
  void operator()(const spec_refused& e) { not_submitted(e.message); }
  void operator()(const attempt_blocked& e) {
    // The one in the way has begun to end: nothing new for people.
    if (e.message != s.blocked_message)
      warn(e.reason, e.message);
  }
  void operator()(const companions_refused& e) {
    warn("SparkCompanionsFailed", "beside the driver of " + app() +
                                      " something is missing, which stops "
                                      "nothing: " +
                                      e.message);
  }
  void operator()(const app_invalidated&) {
    normal("SparkApplicationSpecUpdateProcessed",
           "Successfully processed spec update for " + app());
  }
  void operator()(const rerun_due&) {
    warn("SparkApplicationPendingRerun", app() + " is pending rerun");
  }
  void operator()(const deletion_seen&) {
    normal("SparkApplicationDeleted", app() + " was deleted");
  }
  void operator()(const claims_pruned&) {
    if (s.pruned)
      return; // tried again, with no other end
    warn("ClaimPruned", "the installed SparkApplication CRD drops "
                        "status.claim; nothing is submitted until the "
                        "operator's own CRD is applied");
  }
  void operator()(const executors_changed& e) {
    for (auto& [pod, state] : e.changed) {
      auto why = e.why.find(pod);
      executor_state(pod, state, why == e.why.end() ? "" : why->second);
    }
  }
  template<class Other>
  void operator()(const Other&) {
    // The rest is of interest to the journal only.
  }

private:
  void not_submitted(const std::string& why) {
    warn("SparkApplicationSubmissionFailed",
         "failed to submit " + app() + ": " + why);
  }

  void driver_state(const std::string& before, const driver_fact& d) {
    if (before == d.phase)
      return;
    if (d.phase == "Pending")
      normal("SparkDriverPending", "Driver " + d.name + " is pending");
    else if (d.phase == "Running")
      normal("SparkDriverRunning", "Driver " + d.name + " is running");
    else if (d.phase == "Unknown")
      warn("SparkDriverUnknownState", "Driver " + d.name + " in unknown state");
  }

  void executor_state(const std::string& pod, const std::string& state,
                      const std::string& why) {
    if (state == "PENDING")
      normal("SparkExecutorPending", "Executor " + pod + " is pending");
    else if (state == "RUNNING")
      normal("SparkExecutorRunning", "Executor " + pod + " is running");
    else if (state == "COMPLETED")
      normal("SparkExecutorCompleted", "Executor " + pod + " completed");
    else if (state == "FAILED")
      warn("SparkExecutorFailed",
           "Executor " + pod + " failed" + (why.empty() ? "" : " with " + why));
    else
      warn("SparkExecutorUnknownState",
           "Executor " + pod + " in unknown state");
  }
};

} // namespace

std::vector<announcement> announce(const app_state& before,
                                   const app_event& event) {
  std::vector<announcement> out;
  std::visit(announcer{before, out}, event);
  return out;
}

} // namespace spark
