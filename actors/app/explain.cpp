#include "actors/app/explain.hpp"

#include "actors/app/driver_truth.hpp"
#include "actors/app/machine.hpp"
#include "actors/app/phases.hpp"
#include "actors/app/policy.hpp"
#include "crds/cut_text.hpp"

#include <fmt/format.h>

namespace spark {
namespace {

std::string pod(const app_state& s) {
  return "driver pod " + s.current.pod_name;
}

/// "Reason: words", or the one of them that there is.
std::string both(const std::string& reason, const std::string& words) {
  if (reason.empty() || words.empty())
    return reason + words;
  return reason + ": " + words;
}

std::string once_more(const app_state& s) {
  if (s.retry_limit > 0)
    return fmt::format("retry {} of {}", s.retry, s.retry_limit);
  return fmt::format("retry {}", s.retry);
}

std::string policy_in_words(const app_state& s) {
  auto& p = s.spec.policy;
  auto count = [](std::int64_t n) {
    return n < 0 ? std::string{"no"} : std::to_string(n);
  };
  if (p.restart == "Always")
    return "restartPolicy Always: it runs again after every end";
  if (p.restart != "OnFailure")
    return "restartPolicy Never: it runs once";
  auto out = fmt::format("restartPolicy OnFailure: {} retries after a failure, "
                         "{} after a failed submission",
                         count(p.failure_retries), count(p.submission_retries));
  if (p.infrastructure_retries >= 0)
    out += fmt::format(", {} after failures of the infrastructure",
                       p.infrastructure_retries);
  return out;
}

std::string counts_in_words(const app_state& s) {
  return fmt::format("{} executions and {} submissions of this run so far; "
                     "failures: {} of the application, {} of the "
                     "infrastructure",
                     s.execution_attempts, s.submission_attempts,
                     s.application_failures, s.infrastructure_failures);
}

class teller {
public:
  explicit teller(const app_state& s) : s_(s) {}

  explanation tell() {
    where();
    if (s_.contested)
      contested();
    why();
    out_.headline = cut_text(out_.headline, most_explained);
    for (auto& line : out_.because)
      line = cut_text(line, most_explained);
    return std::move(out_);
  }

private:
  void say(std::string reason, std::string headline, std::string next) {
    out_.reason = std::move(reason);
    out_.headline = std::move(headline);
    out_.next = std::move(next);
  }

  void where() {
    switch (s_.at) {
    case phase::fresh:
      say("Accepted", "nothing is submitted yet",
          "the next free turn claims its first attempt");
      break;
    case phase::claiming:
    case phase::claimed:
      creating();
      break;
    case phase::submitted:
      starting();
      break;
    case phase::running:
      running();
      break;
    case phase::unknown:
      say("Unknown", "the node does not say what " + pod(s_) + " does",
          "it is waited for; a live look every few minutes shows whether it "
          "still exists");
      break;
    case phase::succeeding:
    case phase::failing:
    case phase::submission_failed:
      after_an_end();
      break;
    case phase::completed:
      say("Completed", pod(s_) + " ended well", at_rest());
      break;
    case phase::failed:
      say(s_.current.outcome.empty() ? "Failed" : s_.current.outcome,
          both("it failed", s_.error_message), at_rest());
      break;
    case phase::invalidating:
      leaving("Edited", "the spec was edited");
      break;
    case phase::pending_rerun:
      leaving("Rerun", "the next attempt is due");
      break;
    case phase::suspending:
      leaving("Suspending", "spec.suspend is true");
      break;
    case phase::suspended:
      say("Suspended", "spec.suspend is true, and nothing of it runs",
          "it runs again when spec.suspend is false");
      break;
    case phase::resuming:
      say("Resuming", "spec.suspend is false again",
          "the next attempt is claimed");
      break;
    case phase::deleting:
      leaving("Deleting", s_.orphan ? "it is being deleted, its driver stays"
                                    : "it is being deleted");
      break;
    case phase::gone:
      say("Gone", "it does not exist any more", "nothing");
      break;
    }
  }

  void running() {
    if (s_.driver.unreachable)
      say("NodeNotReady", unreachable_message(s_.driver),
          "its end decides, or the end of its pod");
    else
      say("Running", pod(s_) + " runs", "its end decides");
  }

  void creating() {
    auto n = s_.current.number;
    if (s_.blocked != blockage::none)
      say(s_.blocked_reason,
          both(fmt::format("attempt {} cannot go on", n), s_.blocked_message),
          when_unblocked());
    else
      say("Submitting", fmt::format("attempt {} is being submitted", n),
          "its driver pod is created");
  }

  [[nodiscard]] std::string when_unblocked() const {
    if (s_.blocked == blockage::name_conflict)
      return "it fails unless the name is free by " +
             to_rfc3339(s_.blocked_since + name_conflict_limit);
    if (s_.blocked == blockage::api_server)
      return "it is tried again, for as long as it takes";
    return "the new driver pod follows when the old one is gone";
  }

  void starting() {
    auto wait = wait_of(s_.driver);
    if (!s_.wait_noticed || wait.reason.empty()) {
      say("Starting", pod(s_) + " is starting", "it runs, or says why not");
      return;
    }
    auto limit = start_limit(s_);
    bool stuck = wait.clock == wait_clock::start;
    say(wait.reason,
        pod(s_) + (stuck ? " cannot start: " : " waits: ") + words_of(wait),
        limit == no_time ? "it is waited for, without a limit"
                         : fmt::format("the attempt fails unless it {} by {}",
                                       stuck ? "starts" : "finds a node",
                                       to_rfc3339(limit)));
  }

  void after_an_end() {
    bool submission = s_.at == phase::submission_failed;
    auto reason = submission ? "SubmissionFailed" : "Failing";
    if (!s_.giving_up.empty()) {
      leaving(s_.giving_up, s_.error_message);
      return;
    }
    auto headline =
        both(submission ? "the submission failed" : "the attempt failed",
             s_.error_message);
    if (s_.retry_at == no_time)
      say(reason, headline, "the restart policy decides");
    else
      say(reason, headline,
          once_more(s_) + " follows at " + to_rfc3339(s_.retry_at));
  }

  /// What goes first is the old driver, in its own time.
  void leaving(std::string reason, std::string headline) {
    std::string next;
    if (s_.at == phase::pending_rerun && s_.lingering.empty())
      next = "what the last attempt left is removed, then the next is claimed";
    else if (!s_.lingering.empty())
      next = s_.lingering;
    else if (s_.has_driver && !(s_.at == phase::deleting && s_.orphan))
      next = "driver pod " + s_.driver.name +
             " is ended first, with its own grace period";
    else
      next = s_.at == phase::suspending ? "it is at rest then"
             : s_.at == phase::deleting ? "the API server removes it"
                                        : "the next attempt is claimed";
    say(std::move(reason), std::move(headline), std::move(next));
  }

  [[nodiscard]] std::string at_rest() const {
    auto at = expires_at(s_);
    return at == no_time ? "nothing: the restart policy has nothing more to do"
                         : "it is deleted at " + to_rfc3339(at) +
                               ", when its time to live is over";
  }

  void contested() {
    auto who = s_.contested_by.empty() ? std::string{"an unknown writer"}
                                       : s_.contested_by;
    say("Contested",
        "another operator (" + who + ") writes the status of this application",
        fmt::format("this operator leaves it alone until the other one has "
                    "been silent for {} minutes; stop one of the two",
                    contest_silence(s_) / seconds{60}));
  }

  void why() {
    auto& out = out_.because;
    out.push_back(policy_in_words(s_));
    out.push_back(counts_in_words(s_));
    if (!s_.last_failure.empty())
      out.push_back("the attempt before failed: " + s_.last_failure);
    if (s_.current.number > 0)
      out.push_back(fmt::format(
          "attempt {} runs generation {} of the spec, submission {}",
          s_.current.number, s_.current.generation, s_.current.submission_id));
    if (s_.has_driver)
      out.push_back("driver pod " + s_.driver.name + " is " +
                    (s_.driver.phase.empty() ? "new" : s_.driver.phase) +
                    (s_.driver.terminating ? ", terminating" : "") +
                    (s_.missing ? ", and was not found last" : ""));
    if (!s_.error_message.empty())
      out.push_back("the cluster said: " + s_.error_message);
    if (auto wait = wait_of(s_.driver); s_.has_driver && !wait.reason.empty())
      out.push_back("the pod waits: " + words_of(wait));
    if (s_.has_driver && !s_.driver.disruption.empty())
      out.push_back("the cluster ends the pod: " +
                    both(s_.driver.disruption, s_.driver.disruption_message));
    if (s_.blocked != blockage::none)
      out.push_back("blocked since " + to_rfc3339(s_.blocked_since) + ": " +
                    s_.blocked_message);
    if (!s_.spec.warning.empty())
      out.push_back("the spec: " + s_.spec.warning);
  }

  const app_state& s_;
  explanation out_;
};

} // namespace

explanation explain(const app_state& s) { return teller{s}.tell(); }

} // namespace spark
