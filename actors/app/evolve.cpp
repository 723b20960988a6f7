#include "actors/app/executors.hpp"
#include "actors/app/machine.hpp"
#include "actors/app/phases.hpp"

#include <algorithm>
#include <charconv>

namespace spark {
namespace {

void show(app_state& s, phase p) {
  s.at = p;
  if (!row_of(p).shows.empty())
    s.shows = row_of(p).shows;
}

void unblock(app_state& s) {
  s.blocked = blockage::none;
  s.blocked_reason.clear();
  s.blocked_message.clear();
  s.blocked_uid.clear();
  s.blocked_terminating = false;
  s.blocked_grace = 0;
  s.blocked_since = no_time;
  s.ending_since = no_time;
  s.lingering.clear();
}

void forget_driver(app_state& s) {
  s.has_driver = false;
  s.missing = false;
  s.driver = {};
  s.giving_up.clear();
  s.waiting_since = no_time;
  s.wait_noticed = false;
  s.ending_since = no_time;
  s.lingering.clear();
}

/// What an attempt leaves behind must not be shown on the next one.
void begin_attempt(app_state& s, time_point at) {
  forget_driver(s);
  unblock(s);
  s.executors.clear();
  s.forgotten_executors.clear();
  s.forgotten_up_to = 0;
  s.application_id.clear();
  s.infrastructure = false;
  s.claimed_at = at;
  s.submitted_at = no_time;
  s.running_at = no_time;
  s.ended_at = no_time;
}

void end_attempt(app_state& s, const char* outcome, std::string message,
                 phase p, time_point at) {
  if (s.current.outcome.empty())
    s.current.outcome = outcome;
  s.error_message = std::move(message);
  s.at = p;
  s.ended_at = at;
  unblock(s);
}

struct applier {
  app_state& s;
  time_point at;

  void operator()(const spec_seen& e) { s.spec = e; }

  void operator()(const claim_intended& e) {
    begin_attempt(s, at);
    s.current = {};
    s.current.number = e.number;
    s.current.generation = e.generation;
    s.current.spec_hash = e.spec_hash;
    s.current.epoch = e.epoch;
    s.current.submission_id = e.submission_id;
    s.current.pod_name = e.pod_name;
    s.current.swept = !e.sweep;
    s.submission_attempts = e.submission_attempts;
    s.at = phase::claiming;
  }

  void operator()(const claim_made&) {
    s.current.held = true;
    s.current.mine = true;
    s.current.unsure = false;
    s.pruned = false;
    s.at = phase::claimed;
  }

  void operator()(const claim_unsure&) { s.current.unsure = true; }

  void operator()(const claim_adopted& e) {
    begin_attempt(s, no_time);
    s.current = {};
    s.current.number = e.number;
    s.current.generation = e.generation;
    s.current.spec_hash = e.spec_hash;
    s.current.epoch = e.epoch;
    s.current.outcome = e.outcome;
    s.current.submission_id = e.submission_id;
    s.current.pod_name = e.pod_name;
    s.current.held = !e.unclaimed;
    if (!e.unclaimed)
      s.pruned = false; // it can be seen, so nothing drops it
    s.current.swept = e.number <= 1;
    s.current.settle_until = at + settle_time;
    s.execution_attempts = e.execution_attempts;
    s.submission_attempts = e.submission_attempts;
    s.application_failures = e.application_failures;
    s.infrastructure_failures = e.infrastructure_failures;
    s.shows = e.state;
    s.at = phase_of_status(e);
    // A Go operator's FAILING or SUBMISSION_FAILED is over, too.
    if (row_of(s.at).ended)
      s.shows = row_of(s.at).shows;
  }

  void operator()(const term_began& e) {
    s.term = e.epoch;
    s.pruned = false;
    s.current.mine = false;
    s.current.settle_until = e.settle_until;
  }

  void operator()(const driver_unsure& e) {
    s.current.unsure = true;
    s.current.settle_until = e.settle_until;
  }

  void operator()(const attempt_superseded&) {
    s.current.outcome = "Superseded";
  }

  void operator()(const child_ready& e) {
    switch (e.what) {
    case child::sweep:
      s.current.swept = true;
      break;
    case child::config:
      s.current.config_ready = true;
      break;
    case child::service:
      s.current.service_ready = true;
      break;
    case child::driver:
      break;
    }
    bool by_child =
        s.blocked == blockage::name_conflict && s.blocked_uid.empty();
    if (s.blocked == blockage::api_server || by_child)
      unblock(s);
  }

  void operator()(const attempt_blocked& e) {
    if (s.blocked != e.by)
      s.blocked_since = at;
    bool same = s.blocked_uid == e.pod_uid && s.blocked_terminating;
    if (e.terminating && !same)
      s.ending_since = at;
    s.blocked = e.by;
    s.blocked_uid = e.pod_uid;
    s.blocked_terminating = e.terminating;
    s.blocked_grace = e.grace;
    s.blocked_reason = e.reason;
    s.blocked_message = e.message;
  }

  void operator()(const attempt_unblocked&) { unblock(s); }

  void operator()(const driver_created& e) {
    take_driver(e.driver);
    s.current.held = true;
    s.current.unsure = false;
    unblock(s);
    if (s.at != phase::claimed)
      return;
    s.submitted_at = at;
    s.error_message.clear();
    ++s.execution_attempts;
    show(s, phase::submitted);
    follow_driver();
  }

  void operator()(const driver_changed& e) {
    take_driver(e.driver);
    follow_driver();
  }

  void operator()(const driver_missing&) { s.missing = true; }

  void operator()(const driver_succeeded&) {
    end_attempt(s, "Completed", "", phase::succeeding, at);
  }

  void operator()(const driver_failed& e) {
    end_attempt(s, "Failed", e.message, phase::failing, at);
    count_failure(e.infrastructure);
  }

  void operator()(const driver_lost& e) {
    end_attempt(s, "DriverLost", e.message, phase::failing, at);
    count_failure(true);
    forget_driver(s);
  }

  void operator()(const driver_given_up& e) {
    s.giving_up = e.reason;
    s.error_message = e.message;
    s.at = phase::failing;
  }

  void operator()(const wait_noticed&) { s.wait_noticed = true; }

  void operator()(const driver_lingers& e) { s.lingering = e.message; }

  void operator()(const submission_failed& e) {
    end_attempt(s, "SubmissionFailed", e.message, phase::submission_failed, at);
    s.current.mine = false;
  }

  void operator()(const spec_refused& e) {
    end_attempt(s, "Refused", e.message, phase::submission_failed, at);
  }

  void operator()(const policy_finished&) {
    show(s, s.at == phase::succeeding ? phase::completed : phase::failed);
  }

  void operator()(const app_invalidated&) {
    if (s.current.outcome.empty())
      s.current.outcome = "Superseded";
    s.current.mine = false;
    s.error_message.clear();
    s.execution_attempts = 0;
    s.submission_attempts = 0;
    s.ended_at = no_time;
    unblock(s);
    show(s, phase::invalidating);
  }

  void operator()(const rerun_due&) {
    forget_driver(s);
    show(s, phase::pending_rerun);
  }

  void operator()(const executors_changed& e) {
    for (auto& [pod, state] : e.changed)
      s.executors[pod] = state;
    forget_ended_executors(s);
  }

  void operator()(const deletion_seen& e) {
    s.orphan = e.orphan;
    s.current.mine = false;
    s.at = phase::deleting;
  }

  void operator()(const app_vanished&) {
    s.current.mine = false;
    s.at = phase::gone;
  }

  void operator()(const stray_driver& e) { s.stray_uid = e.pod_uid; }

  /// What is over stays over, also where no claim can say so.
  void operator()(const claims_pruned&) {
    s.pruned = true;
    if (s.at == phase::claiming)
      s.at = phase::fresh;
    s.current.unsure = false;
  }

  void operator()(const claims_kept&) { s.pruned = false; }

private:
  void count_failure(bool infrastructure) {
    s.infrastructure = infrastructure;
    ++(infrastructure ? s.infrastructure_failures : s.application_failures);
  }

  void take_driver(const driver_fact& d) {
    // Hours in the scheduler's queue do not count against an image.
    bool same_wait = s.has_driver && !s.driver.waiting.empty() &&
                     cannot_start(s.driver) == cannot_start(d);
    if (d.terminating && !(s.has_driver && s.driver.terminating))
      s.ending_since = at;
    s.has_driver = true;
    s.missing = false;
    s.driver = d;
    if (!d.application_id.empty())
      s.application_id = d.application_id;
    if (same_wait && !d.waiting.empty())
      return;
    s.waiting_since = d.waiting.empty() ? no_time : at;
    s.wait_noticed = false;
  }

  /// Only phases that follow the pod do: an end is an event of its own.
  void follow_driver() {
    if (s.at != phase::submitted && s.at != phase::running &&
        s.at != phase::unknown)
      return;
    if (s.driver.phase == "Running") {
      if (s.running_at == no_time)
        s.running_at = at;
      show(s, phase::running);
    } else if (s.driver.phase == "Unknown") {
      show(s, phase::unknown);
    }
  }

  static phase phase_of_status(const claim_adopted& e) {
    if (e.state == "INVALIDATING")
      return phase::invalidating;
    if (e.state == "PENDING_RERUN" && !e.outcome.empty())
      return phase::pending_rerun;
    if (!e.outcome.empty())
      return e.outcome == "Completed" ? phase::completed : phase::failed;
    if (e.state == "SUBMITTED")
      return phase::submitted;
    if (e.state == "RUNNING")
      return phase::running;
    if (e.state == "UNKNOWN")
      return phase::unknown;
    return phase::claimed;
  }
};

} // namespace

void evolve(app_state& state, const app_event& event, time_point at) {
  std::visit(applier{state, at}, event);
}

} // namespace spark
