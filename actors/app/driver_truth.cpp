#include "actors/app/driver_truth.hpp"

#include "crds/cut_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace spark {
namespace {

constexpr std::size_t most_words = 1024;
constexpr std::int64_t killed = 137;     ///< 128 + SIGKILL
constexpr std::int64_t terminated = 143; ///< 128 + SIGTERM
// Spark's own exit codes.
constexpr std::int64_t no_heap = 52;
constexpr std::int64_t no_class = 101;

bool holds(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

/// A container's reason that tells no more than its exit code does.
bool says_nothing(const std::string& reason) {
  return reason.empty() || reason == "Error" || reason == "Completed";
}

/// An eviction for what the pod itself was allowed, not for want of anything
/// at its node: the next pod would go the same way.
bool over_own_storage(const driver_fact& d) {
  return d.reason == "Evicted" &&
         (holds(d.message, "exceeds the limit") ||
          holds(d.message, "exceeds the total limit of containers") ||
          holds(d.message, "exceeded its local ephemeral storage limit"));
}

/// The cluster's word for what happened, the one that explains most: the pod's
/// or the container's own, else who had the pod removed, else what is left.
std::string word_of(const driver_fact& d) {
  bool init = !d.init_container.empty();
  if (!init && !says_nothing(d.reason))
    return d.reason;
  if (!d.disruption.empty())
    return d.disruption;
  if (init)
    return "InitContainerFailed";
  if (!d.has_exit)
    return "ContainerStatusUnknown"; // failed, and no container tells how
  return d.exit_code == killed ? "Killed" : "Error";
}

std::string what_failed(const driver_fact& d) {
  if (d.has_exit)
    return "driver container failed";
  return d.init_container.empty()
             ? "driver pod failed"
             : "init container " + d.init_container + " failed";
}

/// The first part is parsed by users of v1beta2.
std::string told(const driver_fact& d) {
  auto out = what_failed(d);
  if (d.has_exit || !d.init_container.empty())
    out += fmt::format(" with ExitCode: {}, Reason: {}", d.exit_code,
                       d.reason.empty() ? "Error" : d.reason);
  else if (!d.reason.empty())
    out += ", Reason: " + d.reason;
  if (!d.message.empty())
    out += ", Message: " + d.message;
  return out;
}

std::string of_limit(const driver_fact& d) {
  return d.memory_limit.empty() ? "" : " of " + d.memory_limit;
}

/// What to do about it, where that can be said.
std::string hint(const driver_fact& d, const std::string& word) {
  constexpr auto raise = "raise driver.memory or driver.memoryOverhead";
  if (word == "OOMKilled")
    return fmt::format("its memory limit{} was reached: {}", of_limit(d),
                       raise);
  if (word == "Killed")
    return fmt::format("SIGKILL ended it, most often for its memory limit{}: "
                       "if so, {}",
                       of_limit(d), raise);
  if (word == "InitContainerFailed")
    return "the driver never ran";
  if (word == "DeadlineExceeded")
    return "its pod template sets activeDeadlineSeconds";
  if (over_own_storage(d))
    return "raise its limit for ephemeral storage";
  if (word != "Error")
    return {};
  if (d.exit_code == terminated)
    return d.terminating ? "SIGTERM ended it: its pod was deleted"
                         : "SIGTERM ended it";
  if (d.exit_code == no_heap)
    return "its JVM had no heap left: raise driver.memory";
  if (d.exit_code == no_class)
    return "its main class was not found: see mainClass and "
           "mainApplicationFile";
  return {};
}

/// Scheduler's words about a claim that it cannot use. One that is not bound
/// yet is waited for: a provisioner may be at it.
std::string_view claim_trouble(const std::string& message) {
  auto claim = message.find("persistentvolumeclaim \"");
  if (claim == std::string::npos)
    return {};
  auto rest = std::string_view{message}.substr(claim);
  if (rest.find("\" not found") != rest.npos)
    return "VolumeClaimNotFound";
  return rest.find("bound to non-existent") != rest.npos ? "VolumeClaimLost"
                                                         : "";
}

/// Pending, and no word of why.
driver_wait silent_wait(const driver_fact& d) {
  if (d.node.empty())
    return {wait_clock::scheduling, "NotScheduled",
            "no scheduler has looked at driver pod " + d.name +
                ": does its schedulerName name one that runs?"};
  return {wait_clock::held, "NotStarted",
          "node " + d.node + " has not begun to start driver pod " + d.name};
}

std::string_view name_of(wait_clock c) {
  return c == wait_clock::scheduling ? "driverSchedulingTimeoutSeconds"
                                     : "driverStartTimeoutSeconds";
}

} // namespace

driver_end end_of(const driver_fact& d) {
  auto word = word_of(d);
  auto* row = find_cause(word);
  driver_end out;
  out.reason = as_reason(row && !row->cause.empty() ? row->cause
                                                    : std::string_view{word});
  // A node that refuses a pod says so in these words; the next may take it.
  out.infrastructure =
      !over_own_storage(d) &&
      (row ? row->infrastructure : d.message.starts_with("Pod was rejected"));
  out.message = told(d);
  if (!d.disruption.empty())
    out.message += fmt::format("; the cluster removed it: {}: {}", d.disruption,
                               d.disruption_message);
  if (out.infrastructure && !d.node.empty())
    out.message += "; its node was " + d.node;
  if (auto advice = hint(d, word); !advice.empty())
    out.message += "; " + advice;
  out.message = fit_json(out.message, most_words);
  return out;
}

driver_wait wait_of(const driver_fact& d) {
  if (d.has_exit || (d.phase != "Pending" && !d.phase.empty()))
    return {};
  if (d.waiting.empty() && d.complaint.empty())
    return silent_wait(d);
  auto* row = find_cause(d.waiting);
  auto clock = row ? row->clock : wait_clock::start;
  if (d.waiting.empty() || clock == wait_clock::progress) {
    if (d.complaint.empty())
      return {wait_clock::progress, {}, {}};
    return {wait_clock::start, as_reason(d.complaint), d.complaint_message};
  }
  if (clock == wait_clock::scheduling)
    if (auto trouble = claim_trouble(d.waiting_message); !trouble.empty())
      return {wait_clock::start, std::string{trouble}, d.waiting_message};
  if (clock == wait_clock::none)
    clock = wait_clock::start; // "Error": whatever it is, it does not run
  return {clock, as_reason(d.waiting), d.waiting_message};
}

bool cannot_start(const driver_fact& d) {
  return wait_of(d).clock == wait_clock::start;
}

std::string words_of(const driver_wait& w) {
  return w.message.empty() ? w.reason : w.reason + ": " + w.message;
}

std::int64_t limit_of(const spec_seen& spec, wait_clock c) {
  if (c == wait_clock::start)
    return spec.start_timeout;
  return c == wait_clock::scheduling ? spec.scheduling_timeout : 0;
}

driver_given_up given_up(const app_state& s) {
  auto w = wait_of(s.driver);
  auto what =
      w.clock == wait_clock::scheduling ? "found no node" : "could not start";
  return {w.reason,
          fit_json(fmt::format("driver pod {} {} within {} s ({}): {}",
                               s.driver.name, what, limit_of(s.spec, w.clock),
                               name_of(w.clock), words_of(w)),
                   most_words)};
}

std::string lost_message(const app_state& s) {
  auto since = s.running_at != no_time ? s.running_at : s.submitted_at;
  auto out =
      fmt::format("driver pod {} disappeared; last seen {}", s.current.pod_name,
                  s.shows.empty() ? "nowhere" : s.shows);
  if (since != no_time) // else the journal that knew is lost
    out += " at " + to_rfc3339(since);
  if (s.driver.unreachable && !s.driver.node.empty())
    out += "; its node " + s.driver.node + " did not report";
  if (!s.driver.disruption.empty())
    out += fmt::format("; the cluster had it removed: {}: {}",
                       s.driver.disruption, s.driver.disruption_message);
  return fit_json(out, most_words);
}

std::string unreachable_message(const driver_fact& d) {
  return fmt::format("node {} does not report; driver pod {} may still run "
                     "there, and nothing takes its place before it is gone",
                     d.node.empty() ? "(unknown)" : d.node, d.name);
}

bool is_complaint(std::string_view reason) {
  // Hooks belong to containers that run; the secrets of a pull may not be
  // needed; the scheduler's words are in the pod.
  constexpr std::array<std::string_view, 4> no_hindrance{
      "FailedPreStopHook", "FailedPostStartHook",
      "FailedToRetrieveImagePullSecret", "FailedScheduling"};
  return reason == "NetworkNotReady" ||
         (reason.starts_with("Failed") &&
          std::find(no_hindrance.begin(), no_hindrance.end(), reason) ==
              no_hindrance.end());
}

driver_fact continued(const driver_fact& known, driver_fact seen) {
  if (known.uid != seen.uid)
    return seen;
  if (seen.complaint.empty() && seen.waiting == known.waiting &&
      seen.phase == known.phase) {
    seen.complaint = known.complaint;
    seen.complaint_message = known.complaint_message;
  }
  auto same = seen;
  same.node = known.node;
  same.resource_version = known.resource_version;
  if (same == known)
    seen.node = known.node;
  return seen;
}

} // namespace spark
