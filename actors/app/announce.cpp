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
      warn("SparkDriverPending", "Driver " + e.driver.name +
                                     " cannot start: " + e.driver.waiting +
                                     ": " + e.driver.waiting_message);
  }
  void operator()(const driver_succeeded&) {
    normal("SparkDriverCompleted", "Driver " + s.driver.name + " completed");
    normal("SparkApplicationCompleted", app() + " completed");
  }
  void operator()(const driver_failed& e) {
    warn("SparkDriverFailed", "Driver " + s.current.pod_name + " failed");
    warn("SparkApplicationFailed", app() + " failed: " + e.message);
  }
  void operator()(const driver_lost& e) {
    warn("SparkDriverNotFound", "Driver pod " + s.current.pod_name +
                                    " not found, marking application as "
                                    "Failing");
    warn("SparkApplicationFailed", app() + " failed: " + e.message);
  }
  void operator()(const driver_given_up& e) {
    warn("SparkDriverFailed", e.message);
  }
  void operator()(const wait_noticed&) {
    // A container that cannot start was told of when it was seen.
    if (!cannot_start(s.driver))
      warn("SparkDriverPending", "Driver " + s.driver.name +
                                     " waits: " + s.driver.waiting + ": " +
                                     s.driver.waiting_message);
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
    for (auto& [pod, state] : e.changed)
      executor_state(pod, state);
  }
  template<class Other>
  void operator()(const Other&) {
    // The rest is of interest to the journal only.
  }

private:
  void not_submitted(const std::string& why) {
    warn("SparkApplicationSubmissionFailed",
         "failed to submit " + app() + ": " + why);
    warn("SparkApplicationFailed", app() + " failed: " + why);
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

  void executor_state(const std::string& pod, const std::string& state) {
    if (state == "PENDING")
      normal("SparkExecutorPending", "Executor " + pod + " is pending");
    else if (state == "RUNNING")
      normal("SparkExecutorRunning", "Executor " + pod + " is running");
    else if (state == "COMPLETED")
      normal("SparkExecutorCompleted", "Executor " + pod + " completed");
    else if (state == "FAILED")
      warn("SparkExecutorFailed", "Executor " + pod + " failed");
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
