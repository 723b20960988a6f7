#include "actors/app/machine.hpp"
#include "actors/app/phases.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace spark {
namespace {

bool follows_driver(phase p) {
  return p == phase::submitted || p == phase::running || p == phase::unknown;
}

bool has_ended(const driver_fact& d) {
  return d.has_exit || d.phase == "Succeeded" || d.phase == "Failed";
}

bool infrastructure_reason(const std::string& reason) {
  return reason == "Evicted" || reason == "NodeLost" ||
         reason == "Preempting" || reason == "NodeShutdown" ||
         reason == "Terminated" || reason == "DeletionByTaintManager" ||
         reason == "DeletionByPodGC" || reason == "UnexpectedAdmissionError";
}

/// Collects events and keeps the state they lead to, so that later rules of the
/// same stimulus see what earlier ones concluded.
class decision {
public:
  decision(const app_state& s, time_point now) : s_(s), now_(now) {}

  std::vector<app_event> take() { return std::move(events_); }

  void on(const app_observed& o) {
    if (s_.at == phase::gone)
      return;
    if (o.deleting) {
      if (s_.at != phase::deleting || s_.orphan != o.orphan)
        say(deletion_seen{o.orphan});
      return;
    }
    if (s_.at == phase::deleting)
      return;
    adopt_claim(o);
    see_spec(o);
    switch (s_.at) {
    case phase::fresh:
      if (!s_.pruned)
        intend();
      break;
    case phase::pending_rerun:
      // The next claim leaves applicationState alone, so show it first. And a
      // Go operator's attempt gets its number before ours follows.
      if (o.state == "PENDING_RERUN" && o.claim_number == s_.current.number)
        intend();
      break;
    case phase::claiming:
      // While our PATCH is under way its reply decides; after an unclear end
      // the cluster does not hold the claim, so we intend it anew.
      if (s_.current.unsure)
        intend_again(o);
      break;
    case phase::claimed:
      if (edited())
        on_edit_before_driver();
      break;
    case phase::submitted:
    case phase::running:
    case phase::unknown:
    case phase::succeeding:
    case phase::failing:
    case phase::submission_failed:
    case phase::completed:
    case phase::failed:
      if (edited())
        invalidate();
      break;
    case phase::invalidating:
    case phase::deleting:
    case phase::gone:
      break;
    }
  }

  void on(const adopted& a) {
    if (s_.at == phase::gone)
      return;
    say(term_began{a.epoch, now_ + settle_time});
    if (!a.app.deleting && s_.at != phase::deleting) {
      reconcile_with_cluster(a.app);
      adopt_claim(a.app);
      // Before the drivers: whether theirs was edited is judged by the spec
      // that is there now, not by what this journal saw last.
      see_spec(a.app);
    }
    bool seen = false;
    for (auto& d : a.drivers)
      if (owner_of(s_, d) == driver_owner::current) {
        on(driver_observed{d});
        seen = true;
      }
    if (!seen && follows_driver(s_.at) && !s_.missing)
      say(driver_missing{});
    on(a.app);
  }

  void on(const app_gone&) {
    if (s_.at == phase::gone)
      return;
    // One that a Go operator started may have no owner reference, so that
    // nobody else collects it.
    bool unowned = s_.has_driver && s_.driver.owner_uid.empty() && !s_.orphan;
    say(app_vanished{});
    if (unowned && s_.stray_uid.empty())
      say(stray_driver{s_.driver.uid});
  }

  void on(const driver_observed& f) {
    auto& d = f.driver;
    switch (owner_of(s_, d)) {
    case driver_owner::current:
      on_our_driver(d);
      break;
    case driver_owner::older_attempt:
    case driver_owner::predecessor:
      if (d.uid == s_.blocked_uid && d.terminating != s_.blocked_terminating)
        block_by(d);
      break;
    case driver_owner::foreign:
      break;
    }
  }

  void on(const driver_gone& f) {
    auto& d = f.driver;
    if (!s_.stray_uid.empty() && d.uid == s_.stray_uid) {
      say(stray_driver{});
      return;
    }
    if (s_.blocked != blockage::none && d.uid == s_.blocked_uid) {
      say(attempt_unblocked{});
      return;
    }
    if (!s_.has_driver || d.uid != s_.driver.uid)
      return;
    if (has_ended(d) && follows_driver(s_.at)) {
      on_our_driver(d);
      return;
    }
    if (s_.at == phase::failing && !s_.giving_up.empty())
      finish_giving_up();
    else if (s_.at == phase::invalidating)
      say(rerun_due{});
    else if (!s_.missing && !row_of(s_.at).ended)
      say(driver_missing{});
  }

  void on(const driver_looked_up& f) {
    if (f.found)
      on_found(f.driver);
    else
      on_absent();
  }

  void on(const executors_observed& f) {
    if (f.submission_id != s_.current.submission_id || s_.at == phase::gone)
      return;
    executors_changed changed;
    for (auto& [pod, state] : f.changed) {
      auto known = s_.executors.find(pod);
      if (known == s_.executors.end() || known->second != state)
        changed.changed.emplace(pod, state);
    }
    if (!changed.changed.empty())
      say(std::move(changed));
  }

  void on(const claim_settled& f) {
    if (s_.at != phase::claiming || f.number != s_.current.number)
      return;
    if (f.how == ending::done) {
      if (f.pruned)
        say(claims_pruned{});
      else
        say(claim_made{f.number});
    } else if (f.how != ending::retry && !s_.current.unsure) {
      say(claim_unsure{f.message});
    }
  }

  void on(const child_settled& f) {
    if (f.what == child::driver && f.has_driver &&
        (s_.at == phase::gone || s_.at == phase::deleting)) {
      if (owner_of(s_, f.driver) != driver_owner::foreign &&
          s_.stray_uid.empty() && !s_.orphan)
        say(stray_driver{f.driver.uid});
      return;
    }
    if (s_.at != phase::claimed || f.number != s_.current.number)
      return;
    if (f.what == child::driver)
      on_driver_post(f);
    else
      on_child(f);
  }

  void on(const timer_fired&) {
    if (s_.at == phase::claimed && s_.blocked == blockage::name_conflict &&
        now_ - s_.blocked_since >= name_conflict_limit) {
      fail_submission(s_.blocked_message);
      return;
    }
    auto timeout = seconds{s_.spec.start_timeout};
    if (s_.at == phase::submitted && s_.has_driver && cannot_start(s_.driver) &&
        timeout.count() > 0 && s_.waiting_since != no_time &&
        now_ - s_.waiting_since >= timeout)
      say(driver_given_up{
          s_.driver.waiting,
          fmt::format("driver pod {} could not start within {} s: {}: {}",
                      s_.driver.name, timeout.count(), s_.driver.waiting,
                      s_.driver.waiting_message)});
  }

private:
  template<class E>
  void say(E event) {
    app_event e{std::move(event)};
    evolve(s_, e, now_);
    events_.push_back(std::move(e));
  }

  // -- claims -----------------------------------------------------------------

  [[nodiscard]] bool edited() const {
    return s_.spec.generation != s_.current.generation &&
           s_.spec.spec_hash != s_.current.spec_hash;
  }

  void see_spec(const app_observed& o) {
    spec_seen seen{o.generation, o.spec_hash, o.refusal,
                   o.warning,    o.pod_name,  o.start_timeout};
    if (!(seen == s_.spec))
      say(std::move(seen));
  }

  /// Owns the next attempt. A spec that cannot be submitted is claimed and
  /// refused in one go, so that a later edit is recognised.
  void intend(std::int64_t number = 0) {
    claim_intended c;
    c.number = number > 0 ? number : s_.current.number + 1;
    c.generation = s_.spec.generation;
    c.spec_hash = s_.spec.spec_hash;
    c.epoch = s_.term;
    c.submission_id = submission_id(s_.uid, c.number);
    c.pod_name = s_.spec.pod_name;
    // Superseding an attempt is not another try of the user's policy.
    bool superseded =
        s_.current.outcome == "Superseded" && s_.at != phase::pending_rerun;
    c.submission_attempts =
        superseded ? s_.submission_attempts : s_.submission_attempts + 1;
    c.sweep = c.number > 1;
    say(std::move(c));
    if (!s_.spec.refusal.empty()) {
      say(spec_refused{s_.spec.refusal});
      say(policy_finished{});
    }
  }

  void intend_again(const app_observed& o) {
    auto attempts = s_.submission_attempts;
    s_.submission_attempts = attempts > 0 ? attempts - 1 : 0;
    auto number = std::max(s_.current.number, o.claim_number + 1);
    intend(number);
  }

  /// Takes over what the cluster holds if it is not what we know.
  void adopt_claim(const app_observed& o) {
    bool same = o.claim_number == s_.current.number;
    bool ended_elsewhere = same && s_.current.held &&
                           s_.current.outcome.empty() &&
                           !o.claim_outcome.empty();
    bool newer = o.claim_number > s_.current.number;
    bool ours_landed = same && o.claim_number > 0 && s_.at == phase::claiming &&
                       s_.current.unsure;
    bool unclaimed = o.claim_number == 0 && s_.current.number == 0 &&
                     (!o.submission_id.empty() || !o.state.empty());
    if (newer || ended_elsewhere || ours_landed || unclaimed)
      adopt(o, unclaimed);
  }

  void adopt(const app_observed& o, bool unclaimed) {
    claim_adopted c;
    c.number = unclaimed ? 1 : o.claim_number;
    c.generation = unclaimed ? o.generation : o.claim_generation;
    c.spec_hash = unclaimed ? o.spec_hash : o.claim_hash;
    c.epoch = unclaimed ? s_.term : o.claim_epoch;
    c.outcome = unclaimed ? foreign_outcome(o.state) : o.claim_outcome;
    c.submission_id = o.submission_id;
    c.pod_name = o.driver_pod.empty() ? o.pod_name : o.driver_pod;
    c.state = o.state;
    c.execution_attempts = o.execution_attempts;
    c.submission_attempts = o.submission_attempts;
    c.unclaimed = unclaimed;
    say(std::move(c));
  }

  /// What a Go operator's state means for the attempt it started.
  static std::string foreign_outcome(const std::string& state) {
    if (state == "SUBMITTED" || state == "RUNNING" || state == "UNKNOWN")
      return "";
    return state == "COMPLETED" || state == "SUCCEEDING" ? "Completed"
                                                         : "Failed";
  }

  /// After a restart: facts from the cluster, identity from the claim. An
  /// outcome that the journal has and the open claim lacks stands.
  void reconcile_with_cluster(const app_observed& o) {
    if (o.claim_number > s_.current.number)
      return; // adopt_claim does it
    bool lost = o.claim_number < s_.current.number;
    if (s_.at == phase::claiming) {
      if (lost || !s_.current.unsure)
        say(claim_unsure{"a new term began"});
      return;
    }
    // The cluster forgot a claim it once held (restored from a backup): what
    // it says counts, yet its number is never used again.
    if (lost && s_.current.held && s_.current.outcome.empty()) {
      say(attempt_superseded{"the cluster no longer holds the claim"});
      see_spec(o);
      intend();
    }
  }

  void on_edit_before_driver() {
    auto& c = s_.current;
    if (!c.mine)
      return; // settling already: plan() looks when no write can land
    if (!c.config_ready || !c.service_ready || !c.swept) {
      supersede("edited before the driver was created");
    } else if (!c.unsure) {
      // A POST may be under way; when no write can land any more, we look.
      say(driver_unsure{now_ + settle_time, "edited while submitting"});
    }
  }

  void invalidate() {
    say(app_invalidated{});
    if (s_.current.pod_name.empty())
      say(rerun_due{}); // it never got as far as a driver's name
  }

  void supersede(std::string why) {
    say(attempt_superseded{std::move(why)});
    intend();
  }

  // -- children ---------------------------------------------------------------

  void on_child(const child_settled& f) {
    switch (f.how) {
    case ending::done:
      say(child_ready{f.what});
      break;
    case ending::refused:
      fail_submission(f.message);
      break;
    case ending::taken:
      block(blockage::name_conflict, "NameConflict", f.message);
      break;
    case ending::retry:
    case ending::unsure:
    case ending::conflict:
      wait_for_server(f);
      break;
    }
  }

  void on_driver_post(const child_settled& f) {
    if (f.has_driver) {
      on_found(f.driver);
      return;
    }
    switch (f.how) {
    case ending::refused:
      fail_submission(f.message);
      break;
    case ending::unsure:
      say(driver_unsure{now_ + settle_time, f.message});
      break;
    case ending::retry:
    case ending::conflict:
    case ending::taken:
    case ending::done:
      wait_for_server(f);
      break;
    }
  }

  void wait_for_server(const child_settled& f) {
    block(blockage::api_server, f.over_quota ? "QuotaExceeded" : "ApiServer",
          f.message);
  }

  void block(blockage by, std::string reason, std::string message) {
    if (s_.blocked == by && s_.blocked_message == message)
      return;
    attempt_blocked e;
    e.by = by;
    e.reason = std::move(reason);
    e.message = std::move(message);
    say(std::move(e));
  }

  /// Another driver has the name of ours.
  void block_by(const driver_fact& d) {
    attempt_blocked e;
    e.pod_uid = d.uid;
    e.terminating = d.terminating;
    e.grace = d.grace;
    switch (owner_of(s_, d)) {
    case driver_owner::older_attempt:
      e.by = blockage::older_attempt;
      e.reason = "WaitingForOldDriver";
      e.message = "driver pod " + d.name +
                  " of an older attempt is being "
                  "removed first";
      break;
    case driver_owner::predecessor:
      e.by = blockage::old_driver;
      e.reason = "WaitingForOldDriver";
      e.message = "driver pod " + d.name +
                  " of a deleted application of the "
                  "same name still exists";
      break;
    case driver_owner::current:
    case driver_owner::foreign:
      e.by = blockage::name_conflict;
      e.reason = "NameConflict";
      e.message = "pod " + d.name +
                  " exists and does not belong to this "
                  "application";
      break;
    }
    if (s_.blocked == e.by && s_.blocked_uid == e.pod_uid &&
        s_.blocked_terminating == e.terminating)
      return;
    say(std::move(e));
  }

  void fail_submission(std::string message) {
    say(submission_failed{std::move(message)});
    say(policy_finished{});
  }

  // -- the driver -------------------------------------------------------------

  void on_found(const driver_fact& d) {
    if (owner_of(s_, d) == driver_owner::current)
      on_our_driver(d);
    else if (s_.at == phase::claimed)
      block_by(d);
    else if (s_.has_driver || follows_driver(s_.at) ||
             s_.at == phase::invalidating || !s_.giving_up.empty())
      on_absent(); // ours is gone: its name has another owner
  }

  void on_absent() {
    if (s_.at == phase::claimed) {
      if (!s_.blocked_uid.empty())
        say(attempt_unblocked{});
      bool may_post = s_.current.mine && !s_.current.unsure;
      if (!may_post && now_ >= s_.current.settle_until)
        supersede("no driver came of it, and none can any more");
      return;
    }
    if (s_.at == phase::failing && !s_.giving_up.empty())
      finish_giving_up();
    else if (s_.at == phase::invalidating)
      say(rerun_due{});
    else if (follows_driver(s_.at)) {
      if (s_.missing)
        lose_driver();
      else
        say(driver_missing{});
    } else if (s_.at == phase::deleting && s_.has_driver && !s_.missing) {
      say(driver_missing{});
    }
  }

  void lose_driver() {
    auto since = s_.running_at != no_time ? s_.running_at : s_.submitted_at;
    auto message = fmt::format("driver pod {} disappeared; last seen {}",
                               s_.current.pod_name,
                               s_.shows.empty() ? "nowhere" : s_.shows);
    if (since != no_time) // else the journal that knew is lost
      message += " at " + to_rfc3339(since);
    say(driver_lost{std::move(message)});
    say(policy_finished{});
  }

  void finish_giving_up() {
    say(driver_failed{s_.error_message, false});
    say(policy_finished{});
  }

  void on_our_driver(const driver_fact& d) {
    if (s_.at == phase::claimed) {
      say(driver_created{d});
      if (edited()) {
        invalidate();
        return;
      }
    } else if (row_of(s_.at).ended || s_.at == phase::claiming) {
      return; // what follows an end is not our business
    } else if (!s_.has_driver || s_.missing || changed(d)) {
      say(driver_changed{d});
    }
    if (follows_driver(s_.at))
      conclude(d);
  }

  [[nodiscard]] bool changed(const driver_fact& d) const {
    auto known = s_.driver;
    known.resource_version = d.resource_version;
    return !(known == d);
  }

  /// The driver container decides, also while sidecars still run.
  void conclude(const driver_fact& d) {
    if (!has_ended(d))
      return;
    if (d.phase == "Succeeded" || (d.has_exit && d.exit_code == 0)) {
      say(driver_succeeded{});
    } else {
      say(driver_failed{failure_message(d), infrastructure_reason(d.reason)});
    }
    say(policy_finished{});
  }

  static std::string failure_message(const driver_fact& d) {
    std::string out;
    if (d.has_exit)
      out = fmt::format("driver container failed with ExitCode: {}, Reason: {}",
                        d.exit_code, d.reason.empty() ? "Error" : d.reason);
    else
      out = "driver pod failed" +
            (d.reason.empty() ? std::string{} : ", Reason: " + d.reason);
    if (!d.message.empty())
      out += ", Message: " + d.message;
    return out;
  }

  app_state s_;
  time_point now_;
  std::vector<app_event> events_;
};

} // namespace

bool cannot_start(const driver_fact& d) {
  constexpr std::string_view harmless[] = {
      "",
      // progress
      "ContainerCreating",
      "PodInitializing",
      // no node yet
      "Unschedulable",
      "SchedulingGated",
      "SchedulerError",
  };
  return std::find(std::begin(harmless), std::end(harmless), d.waiting) ==
         std::end(harmless);
}

driver_owner owner_of(const app_state& s, const driver_fact& d) {
  if (d.owner_uid == s.uid)
    return d.submission_id == s.current.submission_id
               ? driver_owner::current
               : driver_owner::older_attempt;
  // Started by a Go operator without an owner reference: its submission id is
  // the only tie, and it is enough.
  if (d.owner_uid.empty() && !d.submission_id.empty() &&
      d.submission_id == s.current.submission_id)
    return driver_owner::current;
  // Names are unique: an owner of our kind and name with another uid does not
  // exist any more.
  if (!d.owner_uid.empty() && d.owner_name == s.name)
    return driver_owner::predecessor;
  return driver_owner::foreign;
}

std::vector<app_event> decide(const app_state& state,
                              const app_stimulus& stimulus, time_point now) {
  decision d{state, now};
  std::visit([&d](auto& fact) { d.on(fact); }, stimulus);
  return d.take();
}

} // namespace spark
