#include "actors/app/companions.hpp"
#include "actors/app/driver_truth.hpp"
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
  s.unreachable_since = no_time;
  s.ending_since = no_time;
  s.lingering.clear();
}

void forget_executors(app_state& s) {
  s.executors.clear();
  s.forgotten_executors.clear();
  s.forgotten_up_to = 0;
}

/// What an attempt leaves behind must not be shown on the next one.
void begin_attempt(app_state& s, time_point at) {
  forget_driver(s);
  unblock(s);
  forget_executors(s);
  s.application_id.clear();
  s.infrastructure = false;
  s.retry_at = no_time;
  s.retry = 0;
  s.retry_limit = 0;
  s.end_seen = false;
  s.failure_reason.clear();
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
  s.end_seen = true;
  s.giving_up.clear(); // else its driver's absence would end it once more
  unblock(s);
}

/// Between two attempts: what the last one left is shown no longer.
void clear_end(app_state& s) {
  if (!s.error_message.empty())
    s.last_failure = std::move(s.error_message);
  s.error_message.clear();
  s.ended_at = no_time;
  s.retry_at = no_time;
  s.giving_up.clear();
  s.current.mine = false;
  unblock(s);
}

void reset_counts(app_state& s) {
  s.execution_attempts = 0;
  s.submission_attempts = 0;
  s.application_failures = 0;
  s.infrastructure_failures = 0;
}

/// Its end, if it has one, was no fault of the application.
bool ended_by_cluster(const driver_fact& d) {
  return (d.has_exit || d.phase == "Failed") && end_of(d).infrastructure;
}

/// What the adopted attempt failed of decides which limit counts, and its
/// status does not say it: what is known of its driver does.
bool failed_by_cluster(const app_state& s, const claim_adopted& e) {
  if (e.outcome != "Failed" || e.submission_id != s.current.submission_id)
    return e.outcome == "DriverLost";
  bool known = s.current.outcome == e.outcome;
  return known ? s.infrastructure : s.has_driver && ended_by_cluster(s.driver);
}

struct applier {
  app_state& s;
  time_point at;

  void operator()(const spec_seen& e) {
    leave_companions(s);
    s.spec = e;
  }

  void operator()(const claim_intended& e) {
    leave_companions(s);
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
    bool by_cluster = failed_by_cluster(s, e);
    begin_attempt(s, no_time);
    auto contests = e.unclaimed ? s.current.contests : 0;
    s.infrastructure = by_cluster;
    s.current = {};
    s.current.contests = contests;
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
    s.companions = {};
    s.companions.may_be_more = true;
    s.current.settle_until = at + settle_time;
    s.execution_attempts = e.execution_attempts;
    s.submission_attempts = e.submission_attempts;
    s.application_failures = e.application_failures;
    s.infrastructure_failures = e.infrastructure_failures;
    s.error_message = e.error_message;
    s.ended_at = e.ended_at;
    end_contest();
    s.shows = e.state;
    s.at = phase_of_status(e);
    // A Go operator's FAILING or SUBMISSION_FAILED is over, too.
    if (row_of(s.at).ended)
      s.shows = row_of(s.at).shows;
    else if (!row_of(s.at).waits)
      s.ended_at = no_time; // it was cleared with the end's other traces
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
      if (s.companions.attempt != s.current.number)
        s.companions = {};
      break;
    case child::budget:
      std::erase_if(s.companions.made, is_budget);
      return; // which says nothing of what blocks the attempt
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

  void operator()(const companions_ready& e) { take_companions(s, e); }

  void operator()(const companions_refused& e) { refuse_companions(s, e, at); }

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
    bool adopted = !s.has_driver && !s.end_seen;
    take_driver(e.driver);
    follow_driver();
    if (adopted && s.at == phase::failing && s.current.outcome == "Failed")
      s.infrastructure = ended_by_cluster(e.driver);
  }

  void operator()(const driver_missing&) { s.missing = true; }

  void operator()(const driver_succeeded&) {
    end_attempt(s, "Completed", "", phase::succeeding, at);
    s.last_failure.clear();
  }

  void operator()(const driver_failed& e) {
    end_attempt(s, "Failed", e.message, phase::failing, at);
    s.failure_reason = e.reason;
    count_failure(e.infrastructure);
  }

  void operator()(const driver_lost& e) {
    end_attempt(s, "DriverLost", e.message, phase::failing, at);
    s.failure_reason = "DriverLost";
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

  /// Its phase stays, and shows now, since it lasts.
  void operator()(const retry_scheduled& e) {
    s.retry_at = e.at;
    s.retry = e.retry;
    s.retry_limit = e.limit;
    show(s, s.at);
  }

  void operator()(const rerun_begun&) {
    // Only failures in a row count.
    if (s.current.outcome == "Completed") {
      s.application_failures = 0;
      s.infrastructure_failures = 0;
    }
    clear_end(s);
    show(s, phase::pending_rerun);
  }

  void operator()(const counts_renewed&) {
    reset_counts(s);
    s.execution_attempts = 1;
    s.submission_attempts = 1;
  }

  void operator()(const app_suspending&) {
    if (s.current.outcome.empty() && s.current.number > 0)
      s.current.outcome = "Suspended";
    clear_end(s);
    s.current.unsure = false;
    show(s, phase::suspending);
  }

  void operator()(const app_suspended&) {
    forget_driver(s);
    forget_executors(s);
    s.application_id.clear();
    show(s, phase::suspended);
  }

  void operator()(const app_resuming&) { show(s, phase::resuming); }

  void operator()(const app_expired&) {} // its deletion is an event of its own

  void operator()(const app_contested& e) {
    if (!s.contested)
      ++s.current.contests;
    s.contested = true;
    s.contested_by = e.writer;
    s.contested_state = e.state;
    s.contested_at = at;
  }

  void operator()(const contest_ended&) {
    end_contest();
    s.current.retaken = true;
  }

  void operator()(const app_invalidated&) {
    if (s.current.outcome.empty())
      s.current.outcome = "Superseded";
    clear_end(s);
    s.last_failure.clear();
    reset_counts(s);
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

  void operator()(const claims_kept&) {
    s.pruned = false;
    s.current.retaken = false;
    if (s.at != phase::claiming && s.at != phase::fresh)
      s.current.held = true;
  }

private:
  void count_failure(bool infrastructure) {
    s.infrastructure = infrastructure;
    ++(infrastructure ? s.infrastructure_failures : s.application_failures);
  }

  void end_contest() {
    s.contested = false;
    s.contested_by.clear();
    s.contested_state.clear();
    s.contested_at = no_time;
  }

  void take_driver(const driver_fact& d) {
    // Hours in the scheduler's queue do not count against an image.
    auto clock = wait_of(d).clock;
    bool same_wait = s.has_driver && s.waiting_since != no_time &&
                     wait_of(s.driver).clock == clock;
    if (d.terminating && !(s.has_driver && s.driver.terminating))
      s.ending_since = at;
    bool known = s.has_driver && s.driver.unreachable;
    if (d.unreachable != known)
      s.unreachable_since = d.unreachable ? at : no_time;
    s.has_driver = true;
    s.missing = false;
    s.driver = d;
    if (!d.application_id.empty())
      s.application_id = d.application_id;
    if (same_wait)
      return;
    s.waiting_since = clock == wait_clock::none ? no_time : at;
    s.wait_noticed = false;
  }

  /// Only phases that follow the pod do: an end is an event of its own.
  void follow_driver() {
    if (!follows_driver(s.at))
      return;
    if (s.driver.phase == "Running") {
      if (s.running_at == no_time)
        s.running_at = at;
      show(s, phase::running);
    } else if (s.driver.phase == "Unknown") {
      show(s, phase::unknown);
    }
  }

  /// A claim without an outcome leaves applicationState as it was before, so
  /// most states say something of closed ones only.
  static phase phase_of_status(const claim_adopted& e) {
    bool open = e.outcome.empty();
    for (auto& row : phase_table) {
      if (row.shows.empty() || e.state != row.shows)
        continue;
      bool of_open = row.at == phase::submitted || row.at == phase::running ||
                     row.at == phase::unknown;
      if (of_open == open || row.at == phase::invalidating)
        return row.at;
    }
    if (open)
      return phase::claimed;
    return e.outcome == "Completed" ? phase::completed : phase::failed;
  }
};

} // namespace

void evolve(app_state& state, const app_event& event, time_point at) {
  std::visit(applier{state, at}, event);
}

} // namespace spark
