#include "actors/app/decision.hpp"
#include "actors/app/phases.hpp"

#include <algorithm>

namespace spark {
namespace {

bool is_open(const std::string& state) {
  return state == "SUBMITTED" || state == "RUNNING" || state == "UNKNOWN";
}

bool has_succeeded(const std::string& state) {
  return state == "COMPLETED" || state == "SUCCEEDING";
}

/// What a Go operator's state means for the attempt it started.
std::string foreign_outcome(const std::string& state) {
  if (is_open(state))
    return "";
  if (has_succeeded(state))
    return "Completed";
  if (state == "SUSPENDING" || state == "SUSPENDED" || state == "RESUMING")
    return "Suspended";
  if (state == "INVALIDATING" || state == "PENDING_RERUN")
    return "Superseded";
  return state == "SUBMISSION_FAILED" ? "SubmissionFailed" : "Failed";
}

/// It counts executions only; all but one that runs or succeeded have failed.
std::int64_t foreign_failures(const app_observed& o) {
  bool last_failed = !is_open(o.state) && !has_succeeded(o.state);
  return std::max<std::int64_t>(0, o.execution_attempts - !last_failed);
}

} // namespace

bool decision::edited() const {
  return s_.spec.generation != s_.current.generation &&
         s_.spec.spec_hash != s_.current.spec_hash;
}

void decision::see_spec(const app_observed& o) {
  spec_seen seen;
  seen.generation = o.generation;
  seen.spec_hash = o.spec_hash;
  seen.next_hash = o.next_hash;
  seen.refusal = o.refusal;
  seen.warning = o.warning;
  seen.pod_name = o.pod_name;
  seen.start_timeout = o.start_timeout;
  seen.scheduling_timeout = o.scheduling_timeout;
  seen.policy = o.policy;
  seen.suspend = o.suspend;
  seen.time_to_live = o.time_to_live;
  seen.live_hash = o.live_hash;
  seen.companions = o.companions;
  if (!(seen == s_.spec))
    say(std::move(seen));
}

/// Owns the next attempt. A spec that cannot be submitted is claimed and
/// refused in one go, so that a later edit is recognised.
void decision::intend(std::int64_t number) {
  claim_intended c;
  c.number = number > 0 ? number : s_.current.number + 1;
  c.generation = s_.spec.generation;
  auto& spec = s_.spec;
  c.spec_hash = spec.next_hash.empty() ? spec.spec_hash : spec.next_hash;
  c.epoch = s_.term;
  c.submission_id = submission_id(s_.uid, c.number);
  c.pod_name = s_.spec.pod_name;
  c.submission_attempts = submission_number();
  c.sweep = c.number > 1;
  say(std::move(c));
  if (!s_.spec.refusal.empty()) {
    say(spec_refused{s_.spec.refusal});
    say(policy_finished{});
  }
}

/// How many times in a row the policy has had this submitted. Superseding an
/// attempt is not another try; a new run begins anew.
std::int64_t decision::submission_number() const {
  if (s_.at == phase::pending_rerun || s_.at == phase::resuming)
    return 1;
  bool superseded = s_.current.outcome == "Superseded";
  return superseded ? s_.submission_attempts : s_.submission_attempts + 1;
}

void decision::intend_again(const app_observed& o) {
  auto attempts = s_.submission_attempts;
  s_.submission_attempts = attempts > 0 ? attempts - 1 : 0;
  auto number = std::max(s_.current.number, o.claim_number + 1);
  intend(number);
}

/// Somebody may have put our CRD in place meanwhile.
void decision::retry_pruned_claim(const app_observed& o) {
  if (now_ - s_.claimed_at >= pruned_pause)
    intend_again(o);
}

/// An id that we made, or have taken over already.
bool decision::is_ours(const std::string& submission) const {
  return submission == s_.current.submission_id ||
         attempt_number(s_.uid, submission) > 0;
}

/// A Go operator ran it: there is a submission, and no claim of ours beside it.
bool decision::started_by_another(const app_observed& o) const {
  auto& c = s_.current;
  bool kept = c.held && o.claim_number == c.number;
  if (o.claim_number != 0 && !kept)
    return false;
  if (!o.submission_id.empty())
    return !is_ours(o.submission_id);
  return s_.at == phase::fresh && c.number == 0 && !o.state.empty();
}

/// What is shown after an attempt's end has had its time.
static bool goes_on(const std::string& state) {
  for (auto at : {phase::invalidating, phase::pending_rerun, phase::suspending,
                  phase::suspended, phase::resuming})
    if (state == row_of(at).shows)
      return true;
  return false;
}

/// Takes over what the cluster holds if it is not what we know.
void decision::adopt_claim(const app_observed& o) {
  auto& c = s_.current;
  bool same = o.claim_number == c.number && o.claim_number > 0;
  bool ended_elsewhere =
      same && c.held && c.outcome.empty() && !o.claim_outcome.empty();
  bool newer = o.claim_number > c.number;
  bool ours_landed = same && s_.at == phase::claiming && c.unsure;
  // We refused it, and before the cluster knew another leader made the claim.
  bool refused_alone =
      same && !c.held && c.outcome == "Refused" &&
      (o.claim_generation != c.generation || o.claim_hash != c.spec_hash ||
       o.claim_outcome != c.outcome);
  // What never got as far as the cluster under us was made by another leader:
  // we had called it off, or were about to number a foreign attempt.
  bool made_elsewhere =
      same && !c.held && s_.at != phase::claiming &&
      (o.claim_epoch != c.epoch || o.submission_id != c.submission_id);
  // What a time was written for stands: a time to live begins with it.
  bool same_end =
      same && c.held && !c.outcome.empty() && o.claim_outcome == c.outcome;
  bool dated_elsewhere = same_end && s_.ended_at != no_time &&
                         o.ended_at != no_time &&
                         to_rfc3339(o.ended_at) != to_rfc3339(s_.ended_at);
  // Another leader has done more about its end than our journal knows.
  auto& row = row_of(s_.at);
  bool gone_on_elsewhere =
      same_end && (row.waits || row.ended) && goes_on(o.state);
  // Live, what another operator writes beside us is not taken over: two that
  // follow each other would never end.
  bool nothing_claimed =
      c.number == 0 || (s_.at == phase::claiming && c.unsure);
  if (newer || ended_elsewhere || dated_elsewhere || gone_on_elsewhere ||
      ours_landed || refused_alone || made_elsewhere)
    adopt(o, false);
  else if (nothing_claimed && started_by_another(o))
    adopt(o, true);
}

void decision::adopt(const app_observed& o, bool unclaimed) {
  auto next = s_.current.held ? s_.current.number + 1
                              : std::max<std::int64_t>(1, s_.current.number);
  auto own = unclaimed ? attempt_number(s_.uid, o.submission_id) : 0;
  next = std::max(next, own);
  claim_adopted c;
  c.number = unclaimed ? next : o.claim_number;
  c.generation = unclaimed ? o.generation : o.claim_generation;
  c.spec_hash = unclaimed ? o.spec_hash : o.claim_hash;
  c.epoch = unclaimed ? s_.term : o.claim_epoch;
  c.outcome = unclaimed ? foreign_outcome(o.state) : o.claim_outcome;
  if (own > 0 && o.state.empty())
    c.outcome.clear(); // it was claimed, and got no further
  c.submission_id = o.submission_id;
  c.pod_name = o.driver_pod.empty() ? o.pod_name : o.driver_pod;
  c.state = o.state;
  c.execution_attempts = o.execution_attempts;
  c.submission_attempts = o.submission_attempts;
  c.application_failures =
      unclaimed ? foreign_failures(o) : o.application_failures;
  c.infrastructure_failures = o.infrastructure_failures;
  c.unclaimed = unclaimed;
  c.error_message = o.error_message;
  bool ended = !c.outcome.empty() && c.outcome != "Superseded" &&
               c.outcome != "Suspended";
  if (ended) // a time to live needs a time
    c.ended_at = o.ended_at == no_time ? now_ : o.ended_at;
  say(std::move(c));
}

/// After a restart: facts from the cluster, identity from the claim. An
/// outcome that the journal has and the open claim lacks stands.
void decision::reconcile_with_cluster(const app_observed& o) {
  if (o.claim_number > s_.current.number)
    return; // adopt_claim does it
  if (claim_dropped(o) || started_by_another(o))
    return; // contested_by says so
  bool lost = o.claim_number < s_.current.number;
  if (s_.at == phase::claiming) {
    // Whoever led meanwhile may have done more with the attempt before than we
    // knew when we meant to follow it: what the cluster holds counts.
    if (lost && o.claim_number > 0)
      adopt(o, false);
    else if (lost || !s_.current.unsure)
      say(claim_unsure{"a new term began"});
    return;
  }
  // Another leader saw it end in another way, and has said so.
  auto& c = s_.current;
  if (!lost && c.held && !c.outcome.empty() && !o.claim_outcome.empty() &&
      o.claim_outcome != c.outcome) {
    adopt(o, false);
    return;
  }
  // The cluster forgot a claim it once held (restored from a backup): what it
  // says counts, yet its number is never used again.
  if (lost && s_.current.held && s_.current.outcome.empty()) {
    say(attempt_superseded{"the cluster no longer holds the claim"});
    see_spec(o);
    intend();
  }
}

/// Edited or suspended, and no driver is known: none may come any more.
void decision::leave_before_driver(std::string why) {
  auto& c = s_.current;
  if (!c.mine)
    return; // settling already: plan() looks when no write can land
  if (!c.config_ready || !c.service_ready || !c.swept) {
    supersede(std::move(why));
  } else if (!c.unsure) {
    // A POST may be under way; when no write can land any more, we look.
    say(driver_unsure{now_ + settle_time, std::move(why)});
  }
}

void decision::invalidate() {
  say(app_invalidated{});
  if (s_.current.pod_name.empty())
    say(rerun_due{}); // it never got as far as a driver's name
}

/// What an attempt came to is shown before anything else becomes of it: who
/// waits for its end would never hear of it. Where claims are dropped nothing
/// can be shown.
bool decision::end_is_shown(const app_observed& o) const {
  auto& c = s_.current;
  if (s_.pruned || c.outcome.empty() || s_.ended_at == no_time)
    return true;
  return o.claim_number == c.number && o.claim_outcome == c.outcome &&
         o.ended_at != no_time;
}

void decision::invalidate_if_shown(const app_observed& o) {
  if (end_is_shown(o))
    invalidate();
}

void decision::supersede(std::string why) {
  if (s_.spec.suspend) {
    say(app_suspending{});
    return;
  }
  say(attempt_superseded{std::move(why)});
  intend();
}

} // namespace spark
