#include "actors/app/decision.hpp"
#include "actors/app/executors.hpp"
#include "actors/app/phases.hpp"

namespace spark {

bool follows_driver(phase p) {
  return p == phase::submitted || p == phase::running || p == phase::unknown;
}

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
    if (s_.at != phase::deleting || s_.orphan != o.orphan)
      say(deletion_seen{o.orphan});
    return;
  }
  if (s_.at == phase::deleting)
    return;
  adopt_claim(o);
  if (s_.pruned && o.claim_number > 0)
    say(claims_kept{});
  see_spec(o);
  switch (s_.at) {
  case phase::fresh:
    if (s_.pruned)
      retry_pruned_claim(o);
    else
      intend();
    break;
  case phase::pending_rerun:
    // The next claim leaves applicationState alone, so show it first. A Go
    // operator's attempt gets its number before ours follows, and may still
    // have its driver.
    if (o.state == "PENDING_RERUN" && !s_.has_driver &&
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

void decision::on(const adopted& a) {
  if (s_.at == phase::gone)
    return;
  say(term_began{a.epoch, now_ + settle_time});
  if (!a.app.deleting && s_.at != phase::deleting) {
    if (started_by_another(a.app))
      adopt(a.app, true);
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
    return;
  }
  if (s_.at == phase::failing && !s_.giving_up.empty())
    finish_giving_up();
  else if (s_.at == phase::invalidating || s_.at == phase::pending_rerun)
    say(rerun_due{});
  else if (!s_.missing && !row_of(s_.at).ended)
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
  executors_changed changed;
  for (auto& [pod, state] : f.changed) {
    auto known = s_.executors.find(pod);
    bool news = known == s_.executors.end() ? !is_forgotten(s_, pod, state)
                                            : known->second != state;
    if (news)
      changed.changed.emplace(pod, state);
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
  if (f.how == ending::done)
    say(claim_made{f.number});
  else if (f.how != ending::retry && !s_.current.unsure)
    say(claim_unsure{f.message});
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
