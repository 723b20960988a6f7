#include "actors/app/decision.hpp"
#include "actors/app/driver_truth.hpp"
#include "actors/app/phases.hpp"
#include "actors/app/policy.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace spark {
void decision::on_found(const driver_fact& d) {
  if (owner_of(s_, d) == driver_owner::current)
    on_our_driver(d);
  else if (s_.at == phase::claimed)
    on_other_in_its_place(d);
  else if (s_.has_driver || follows_driver(s_.at) ||
           s_.at == phase::invalidating || !s_.giving_up.empty())
    on_absent(); // ours is gone: its name has another owner
  else if (s_.at == phase::suspending)
    on_found_suspending(d);
}

/// What an older attempt left must not go on either.
void decision::on_found_suspending(const driver_fact& d) {
  if (owner_of(s_, d) == driver_owner::older_attempt)
    say(driver_changed{d});
  else
    on_absent();
}

void decision::on_other_in_its_place(const driver_fact& d) {
  auto& c = s_.current;
  if ((edited() || s_.spec.suspend) && c.unsure && now_ >= c.settle_until)
    supersede("edited while another pod had the driver's name");
  else
    block_by(d);
}

void decision::on_absent() {
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
  else if (s_.at == phase::invalidating ||
           (s_.at == phase::pending_rerun && s_.has_driver))
    say(rerun_due{});
  else if (s_.at == phase::suspending)
    say(app_suspended{});
  else if (s_.at == phase::failing && retry_is_due()) {
    retry();
    say(rerun_due{});
  } else if (follows_driver(s_.at)) {
    if (s_.missing)
      lose_driver();
    else
      say(driver_missing{});
  } else if (s_.at == phase::deleting && s_.has_driver && !s_.missing) {
    say(driver_missing{});
  }
}

/// What only a live GET can prove: that the time for something is over.
void decision::after_a_look() {
  if (name_is_given_up()) {
    fail_submission(s_.blocked_message);
    return;
  }
  auto give_up = start_limit(s_);
  if (give_up != no_time && now_ >= give_up)
    say(given_up(s_));
  notice_wait();
  bool waits = s_.at == phase::failing || s_.at == phase::submission_failed;
  if (waits && retry_is_due())
    retry();
  auto late = lingers_at(s_);
  if (late != no_time && now_ >= late)
    say(driver_lingers{fmt::format(
        "driver pod {} was told to end and still exists, {} s after its grace "
        "period of {} s; it is waited for: see its node, or remove it by force",
        old_driver_name(s_),
        std::chrono::duration_cast<seconds>(now_ - late + linger_limit).count(),
        old_driver_grace(s_))});
}

void decision::notice_wait() {
  auto at = notice_wait_at(s_);
  if (at != no_time && now_ >= at)
    say(wait_noticed{});
}

void decision::on_our_driver(const driver_fact& d) {
  if (s_.at == phase::claimed) {
    say(driver_created{d});
    bool ended = has_ended(d); // then that comes first
    if (!ended && s_.spec.suspend) {
      say(app_suspending{});
      return;
    }
    if (!ended && edited()) {
      invalidate();
      return;
    }
  } else if (row_of(s_.at).rests || s_.at == phase::claiming ||
             s_.at == phase::resuming) {
    // What follows an end is not our business, but that the pod is there: it
    // may have no owner that would take it away, and it has the name.
    if (row_of(s_.at).rests && s_.at != phase::gone && !s_.has_driver)
      say(driver_changed{d});
    return;
  } else if (!s_.has_driver || s_.missing || changed(d)) {
    say(driver_changed{d});
  }
  notice_wait();
  if (follows_driver(s_.at))
    conclude(d);
  else if (s_.at == phase::failing && !s_.giving_up.empty() && d.has_exit &&
           d.exit_code == 0)
    conclude(d); // it ran after all, before our DELETE came
}

bool decision::changed(const driver_fact& d) const {
  auto known = s_.driver;
  known.resource_version = d.resource_version;
  return !(known == d);
}

/// The driver container decides, also while sidecars still run.
void decision::conclude(const driver_fact& d) {
  if (!has_ended(d))
    return;
  if (d.phase == "Succeeded" || (d.has_exit && d.exit_code == 0)) {
    say(driver_succeeded{});
    ask_policy();
  } else {
    auto end = end_of(d);
    fail_driver({end.message, end.infrastructure, end.reason});
  }
}

void decision::fail_driver(driver_failed e) {
  if (ran_healthily(s_, now_))
    say(counts_renewed{});
  say(std::move(e));
  ask_policy();
}

void decision::lose_driver() {
  if (ran_healthily(s_, now_))
    say(counts_renewed{});
  say(driver_lost{lost_message(s_)});
  ask_policy();
}

void decision::finish_giving_up() {
  fail_driver(
      {s_.error_message, is_infrastructure(s_.giving_up), s_.giving_up});
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

} // namespace spark
