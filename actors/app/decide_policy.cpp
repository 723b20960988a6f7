#include "actors/app/decision.hpp"
#include "actors/app/phases.hpp"
#include "actors/app/policy.hpp"

#include <algorithm>

/// What follows an end, and what the user wants of an application as a whole:
/// retries, suspension, time to live.
namespace spark {

/// Succeeding, failing or submission_failed: what does the policy say?
void decision::ask_policy() {
  auto next = next_attempt_of(s_);
  if (!next.wanted)
    say(policy_finished{});
  else if (s_.at == phase::succeeding)
    say(rerun_begun{});
  else // counts that another operator wrote may lack this failure
    say(retry_scheduled{next.at, std::max<std::int64_t>(1, next.retry),
                        next.limit});
}

bool decision::retry_is_due() const {
  return s_.retry_at != no_time && now_ >= s_.retry_at;
}

/// A live look has just shown what is left of the old driver.
void decision::retry() {
  if (s_.at == phase::submission_failed)
    intend();
  else
    say(rerun_begun{});
}

/// spec.suspend comes before every claim that is not made yet. True: the
/// application is on its way to rest, or there.
bool decision::suspended_by(const app_observed& o) {
  switch (s_.at) {
  case phase::suspending:
    // Without a driver there is nothing to wait for.
    if (s_.current.pod_name.empty() && o.state == "SUSPENDING")
      say(app_suspended{});
    return true;
  case phase::suspended:
    if (!s_.spec.suspend && o.state == "SUSPENDED")
      say(app_resuming{});
    return true;
  case phase::completed:
  case phase::failed:
  case phase::deleting:
  case phase::gone:
    return false;
  case phase::claimed:
    if (s_.spec.suspend)
      leave_before_driver("suspended before the driver was created");
    return s_.spec.suspend;
  case phase::succeeding:
  case phase::failing:
  case phase::submission_failed:
    if (s_.spec.suspend && !end_is_shown(o))
      return true;
    break;
  case phase::fresh:
  case phase::claiming: // one of two writes lands, and the other looks again
  case phase::submitted:
  case phase::running:
  case phase::unknown:
  case phase::invalidating:
  case phase::pending_rerun:
  case phase::resuming:
    break;
  }
  if (s_.spec.suspend && !s_.pruned)
    say(app_suspending{});
  return s_.spec.suspend;
}

void decision::on(const expiry_settled& f) {
  if (f.how == ending::done && row_of(s_.at).ended && s_.at != phase::gone)
    say(app_expired{});
}

} // namespace spark
