#include "actors/app/decision.hpp"
#include "actors/app/phases.hpp"

#include <algorithm>

namespace spark {
namespace {

/// What a Go operator's state means for the attempt it started.
std::string foreign_outcome(const std::string& state) {
  if (state == "SUBMITTED" || state == "RUNNING" || state == "UNKNOWN")
    return "";
  return state == "COMPLETED" || state == "SUCCEEDING" ? "Completed" : "Failed";
}

} // namespace

bool decision::edited() const {
  return s_.spec.generation != s_.current.generation &&
         s_.spec.spec_hash != s_.current.spec_hash;
}

void decision::see_spec(const app_observed& o) {
  spec_seen seen{o.generation, o.spec_hash, o.refusal,
                 o.warning,    o.pod_name,  o.start_timeout};
  if (!(seen == s_.spec))
    say(std::move(seen));
}

/// Owns the next attempt. A spec that cannot be submitted is claimed and
/// refused in one go, so that a later edit is recognised.
void decision::intend(std::int64_t number) {
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
  if (submission == s_.current.submission_id)
    return true;
  // A claim whose number a foreign CRD dropped is the next one.
  for (auto n = s_.current.number + 1; n > 0; --n)
    if (submission == submission_id(s_.uid, n))
      return true;
  return false;
}

/// A Go operator ran it: there is a submission, and no claim of ours beside it.
bool decision::started_by_another(const app_observed& o) const {
  if (o.claim_number != 0)
    return false;
  if (!o.submission_id.empty())
    return !is_ours(o.submission_id);
  return s_.current.number == 0 && !o.state.empty();
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
  // Live, what another operator writes beside us is not taken over: two that
  // follow each other would never end.
  bool nothing_claimed =
      c.number == 0 || (s_.at == phase::claiming && c.unsure);
  if (newer || ended_elsewhere || ours_landed || refused_alone)
    adopt(o, false);
  else if (nothing_claimed && started_by_another(o))
    adopt(o, true);
}

void decision::adopt(const app_observed& o, bool unclaimed) {
  auto next = s_.current.held ? s_.current.number + 1
                              : std::max<std::int64_t>(1, s_.current.number);
  claim_adopted c;
  c.number = unclaimed ? next : o.claim_number;
  c.generation = unclaimed ? o.generation : o.claim_generation;
  c.spec_hash = unclaimed ? o.spec_hash : o.claim_hash;
  c.epoch = unclaimed ? s_.term : o.claim_epoch;
  c.outcome = unclaimed ? foreign_outcome(o.state) : o.claim_outcome;
  c.submission_id = o.submission_id;
  c.pod_name = o.driver_pod.empty() ? o.pod_name : o.driver_pod;
  c.state = o.state;
  c.execution_attempts = o.execution_attempts;
  c.submission_attempts = o.submission_attempts;
  c.application_failures = o.application_failures;
  c.infrastructure_failures = o.infrastructure_failures;
  c.unclaimed = unclaimed;
  say(std::move(c));
}

/// After a restart: facts from the cluster, identity from the claim. An
/// outcome that the journal has and the open claim lacks stands.
void decision::reconcile_with_cluster(const app_observed& o) {
  if (o.claim_number > s_.current.number)
    return; // adopt_claim does it
  bool lost = o.claim_number < s_.current.number;
  if (s_.at == phase::claiming) {
    if (lost || !s_.current.unsure)
      say(claim_unsure{"a new term began"});
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

void decision::on_edit_before_driver() {
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

void decision::invalidate() {
  say(app_invalidated{});
  if (s_.current.pod_name.empty())
    say(rerun_due{}); // it never got as far as a driver's name
}

void decision::supersede(std::string why) {
  say(attempt_superseded{std::move(why)});
  intend();
}

} // namespace spark
