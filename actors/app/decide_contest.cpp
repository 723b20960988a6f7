#include "actors/app/decision.hpp"
#include "actors/app/phases.hpp"

#include <fmt/format.h>

#include <algorithm>

/// A Go operator before us: what it left is taken over. One that still runs
/// beside us: noticed and named, not fought (contract "Applications the Go
/// operator left").
namespace spark {
namespace {

/// The states in which a Go operator submits without saying so before.
bool may_be_submitting(const std::string& state) {
  return state.empty() || state == "PENDING_RERUN" ||
         state == "SUBMISSION_FAILED" || state == "RESUMING";
}

/// What the other one says, as far as it changes.
std::string word_of(const app_observed& o) {
  return fmt::format("{} {} {}/{}", o.state, o.submission_id,
                     o.execution_attempts, o.submission_attempts);
}

/// Twice as much for each time that it came back.
seconds doubled(seconds base, std::int64_t contests) {
  constexpr std::int64_t most = 3;
  return base * (1 << std::clamp<std::int64_t>(contests - 1, 0, most));
}

} // namespace

seconds contest_silence(const app_state& s) {
  return doubled(contest_limit, s.current.contests);
}

seconds contest_write_pause(const app_state& s) {
  return doubled(contest_pause, s.current.contests);
}

/// A driver that a Go operator submitted and had no time to speak of.
bool decision::is_unrecorded(const driver_fact& d,
                             const app_observed& o) const {
  // What we have made ourselves, and its user has set free, stays free.
  if (d.submission_id.empty() || has_our_form(d.submission_id))
    return false;
  // That one is on its way out.
  bool leaves = o.state == "PENDING_RERUN" || o.state == "RESUMING";
  bool known = d.submission_id == o.submission_id;
  if (leaves && known)
    return false;
  // Otherwise only what runs says more than the status.
  bool runs = !has_ended(d) && !d.terminating;
  if (!may_be_submitting(o.state) && (known || !runs))
    return false;
  if (!d.owner_uid.empty())
    return d.owner_uid == s_.uid;
  // Without a webhook 1.x sets no owner. It may be of an application before
  // this one, unless it is younger.
  return d.created != no_time && o.created != no_time && d.created >= o.created;
}

/// At the first look: takes over what a Go operator has started, also where it
/// stopped before its status said so.
void decision::adopt_foreign(const adopted& a) {
  auto o = a.app;
  if (o.claim_number != 0)
    return;
  // Our own attempt: another operator's write has dropped its claim, and no
  // journal tells of it.
  if (s_.current.number == 0 && attempt_number(s_.uid, o.submission_id) > 0) {
    adopt(o, true);
    return;
  }
  bool unknown = s_.current.number == 0;
  if (auto* d = own_driver(a.drivers); d && started_by_another(o)) {
    // Its name is taken by ours, so what wrote over our status has none.
    if (unknown)
      adopt_driver(*d, o);
    return; // else contested_by says so
  }
  for (auto& d : a.drivers)
    if (unknown && is_unrecorded(d, o)) {
      adopt_driver(d, o);
      return;
    }
  if (!started_by_another(o))
    return;
  if (o.state.empty())
    o.state = "PENDING_RERUN"; // nothing came of it
  adopt(o, true);
}

/// Whatever the status says: this driver is there.
void decision::adopt_driver(const driver_fact& d, app_observed o) {
  o.submission_id = d.submission_id;
  o.driver_pod = d.name;
  o.state = "SUBMITTED";
  adopt(o, true);
}

/// Of an attempt that we made, or have taken over.
const driver_fact*
decision::own_driver(const std::vector<driver_fact>& drivers) const {
  for (auto& d : drivers) {
    bool made =
        d.owner_uid == s_.uid && attempt_number(s_.uid, d.submission_id) > 0;
    bool known =
        s_.current.number > 0 && owner_of(s_, d) == driver_owner::current;
    if (made || known)
      return &d;
  }
  return nullptr;
}

/// Its writes keep only what it knows of a status: our claim is gone, and all
/// else may be as it was.
bool decision::claim_dropped(const app_observed& o) const {
  auto& c = s_.current;
  if (!c.held || c.retaken || s_.pruned || o.claim_number != 0)
    return false;
  return o.submission_id == c.submission_id ||
         (o.submission_id.empty() && !o.state.empty());
}

/// The cluster shows the claim that we wrote over another's attempt, or again
/// one that a foreign CRD had dropped.
void decision::see_claim(const app_observed& o) {
  auto& c = s_.current;
  bool written = (!c.held || c.retaken) && o.claim_number == c.number &&
                 s_.at != phase::claiming && s_.at != phase::fresh;
  if (o.claim_number > 0 && (s_.pruned || written))
    say(claims_kept{});
}

/// True: the application is left alone for now.
bool decision::contested_by(const app_observed& o) {
  // What it left, and no claim of ours has come over it yet.
  bool still_left = !s_.current.held && may_be_submitting(o.state);
  bool nothing_of_ours = s_.current.number == 0 || still_left ||
                         (s_.at == phase::claiming && s_.current.unsure);
  bool restarted =
      !nothing_of_ours && !s_.current.retaken && started_by_another(o);
  bool dropped = !nothing_of_ours && claim_dropped(o);
  if (!restarted && !dropped) {
    if (s_.contested)
      say(contest_ended{});
    return false;
  }
  auto word = word_of(o);
  if (!s_.contested || s_.contested_state != word) {
    say(app_contested{o.writer, std::move(word)});
    return true;
  }
  if (now_ - s_.contested_at < contest_silence(s_))
    return true;
  // It has gone, or has nothing more to say: what it left is taken over. While
  // our driver is there, and has its name, theirs is not.
  bool ours_is_there = s_.has_driver && !s_.missing;
  if (restarted && !ours_is_there)
    adopt(o, true);
  else
    say(contest_ended{});
  return false;
}

} // namespace spark
