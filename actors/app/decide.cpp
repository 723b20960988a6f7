#include "actors/app/companions.hpp"
#include "actors/app/decision.hpp"
#include "actors/app/driver_truth.hpp"
#include "actors/app/executors.hpp"
#include "actors/app/phases.hpp"

namespace spark {

bool has_ended(const driver_fact& d) {
  return d.has_exit || d.phase == "Succeeded" || d.phase == "Failed";
}

void decision::on(const app_observed& o) {
  if (s_.at == phase::gone)
    return;
  if (o.deleting) {
    // Its driver may be one that only the claim tells of.
    if (s_.current.number == 0)
      adopt_claim(o);
    // The finalizer that asks for it goes before the application does.
    bool orphan = s_.orphan || o.orphan;
    if (s_.at != phase::deleting || s_.orphan != orphan)
      say(deletion_seen{orphan});
    return;
  }
  if (s_.at == phase::deleting)
    return;
  adopt_claim(o);
  if (contested_by(o))
    return;
  see_claim(o);
  see_spec(o);
  if (!suspended_by(o))
    run(o);
}

void decision::run(const app_observed& o) {
  switch (s_.at) {
  case phase::fresh:
    if (s_.pruned)
      retry_pruned_claim(o);
    else
      intend();
    break;
  case phase::pending_rerun:
  case phase::resuming:
    // The next claim leaves applicationState alone, so show it first. A Go
    // operator's attempt gets its number before ours follows, and may still
    // have its driver.
    if (o.state == row_of(s_.at).shows &&
        o.claim_outcome == s_.current.outcome && !s_.has_driver &&
        o.claim_number == s_.current.number)
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
      leave_before_driver("edited before the driver was created");
    break;
  case phase::succeeding:
  case phase::failing:
  case phase::submission_failed:
    if (edited())
      invalidate_if_shown(o);
    else if (s_.retry_at == no_time && s_.giving_up.empty())
      ask_policy(); // adopted with its end
    else if (retry_is_due() && s_.current.pod_name.empty() &&
             o.claim_number == s_.current.number)
      retry(); // there is no name to look for
    break;
  case phase::submitted:
  case phase::running:
  case phase::unknown:
  case phase::completed:
  case phase::failed:
    if (edited())
      invalidate_if_shown(o);
    break;
  case phase::invalidating:
  case phase::suspending:
  case phase::suspended:
  case phase::deleting:
  case phase::gone:
    break;
  }
}

void decision::on(const adopted& a) {
  if (s_.at == phase::gone)
    return;
  say(term_began{a.epoch, now_ + settle_time});
  if (!a.app.deleting && s_.at != phase::deleting) {
    adopt_foreign(a);
    reconcile_with_cluster(a.app);
    adopt_claim(a.app);
    // Before the drivers: whether theirs was edited is judged by the spec that
    // is there now, not by what this journal saw last.
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

void decision::on(const app_gone&) {
  if (s_.at == phase::gone)
    return;
  // One that a Go operator started may have no owner reference, so that nobody
  // else collects it. Ours lost it because the user chose to keep the driver.
  bool unowned =
      s_.has_driver && s_.driver.owner_uid.empty() && !s_.orphan &&
      s_.driver.submission_id != submission_id(s_.uid, s_.current.number);
  say(app_vanished{});
  if (unowned && s_.stray_uid.empty())
    say(stray_driver{s_.driver.uid});
}

void decision::on(const driver_observed& f) {
  auto& d = f.driver;
  switch (owner_of(s_, d)) {
  case driver_owner::current:
    on_our_driver(continued(s_.driver, d));
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

void decision::on(const driver_gone& f) {
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
    if (!row_of(s_.at).rests)
      return;
  }
  if (s_.at == phase::failing && !s_.giving_up.empty())
    finish_giving_up();
  else if (s_.at == phase::invalidating || s_.at == phase::pending_rerun)
    say(rerun_due{});
  else if (s_.at == phase::suspending)
    say(app_suspended{});
  else if (!s_.missing && s_.at != phase::gone)
    say(driver_missing{});
}

void decision::on(const driver_looked_up& f) {
  if (f.found)
    on_found(f.driver);
  else
    on_absent();
  after_a_look();
}

void decision::on(const executors_observed& f) {
  if (f.submission_id != s_.current.submission_id || s_.at == phase::gone)
    return;
  // Spark stops them when its driver is done: how they go then says nothing.
  bool done = s_.current.outcome == "Completed";
  executors_changed changed;
  for (auto& [pod, told] : f.changed) {
    auto state = done && told == "FAILED" ? "COMPLETED" : told;
    auto known = s_.executors.find(pod);
    bool news =
        known == s_.executors.end()
            ? !is_forgotten(s_, pod, state)
            : known->second != state && !(done && has_ended(known->second));
    if (!news)
      continue;
    changed.changed.emplace(pod, state);
    if (auto why = f.why.find(pod); why != f.why.end() && state == told)
      changed.why.insert(*why);
  }
  if (!changed.changed.empty())
    say(std::move(changed));
}

void decision::on(const claim_settled& f) {
  if (f.number != s_.current.number)
    return;
  if (f.pruned) {
    if (!s_.pruned || s_.at == phase::claiming)
      say(claims_pruned{});
    return;
  }
  if (s_.at != phase::claiming)
    return;
  if (f.how == ending::done) {
    say(claim_made{f.number});
    if (s_.spec.suspend)
      leave_before_driver("suspended before the driver was created");
  } else if (f.how != ending::retry && !s_.current.unsure) {
    say(claim_unsure{f.message});
  }
}

void decision::on(const child_settled& f) {
  if (f.what == child::driver && f.has_driver &&
      (s_.at == phase::gone || s_.at == phase::deleting)) {
    if (owner_of(s_, f.driver) != driver_owner::foreign &&
        s_.stray_uid.empty() && !s_.orphan)
      say(stray_driver{f.driver.uid});
    return;
  }
  if (f.number != s_.current.number)
    return;
  if (s_.at == phase::claimed && f.what == child::driver)
    on_driver_post(f);
  else if (s_.at == phase::claimed)
    on_child(f);
  else if (f.what == child::sweep && f.how == ending::done &&
           !s_.current.swept) // beside a driver that was adopted
    say(child_ready{f.what});
  else if (f.what == child::budget && f.how == ending::done &&
           has_budget(s_.companions))
    say(child_ready{f.what});
}

/// Time alone proves nothing: what is due is looked at first, and the look
/// concludes (after_a_look). So a pod that started while nobody could hear of
/// it is not taken for one that did not.
void decision::on(const timer_fired&) {}

std::vector<app_event> decide(const app_state& state,
                              const app_stimulus& stimulus, time_point now) {
  decision d{state, now};
  std::visit([&d](auto& fact) { d.on(fact); }, stimulus);
  return d.take();
}

} // namespace spark
