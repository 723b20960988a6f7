#include "actors/app/decision.hpp"
#include "actors/app/phases.hpp"

namespace spark {

void decision::on_child(const child_settled& f) {
  switch (f.how) {
  case ending::done:
    say(child_ready{f.what});
    break;
  case ending::refused:
    fail_submission(f.message);
    break;
  case ending::taken:
    block(blockage::name_conflict, "NameConflict", f.message);
    if (name_is_given_up())
      fail_submission(s_.blocked_message);
    break;
  case ending::retry:
  case ending::unsure:
  case ending::conflict:
    wait_for_server(f);
    break;
  }
}

/// Whatever becomes of them, the driver is not held up.
void decision::on(const companions_settled& f) {
  if (f.number != s_.current.number || s_.at == phase::deleting ||
      s_.at == phase::gone)
    return;
  auto& known = s_.companions;
  switch (f.how) {
  case ending::done:
    say(companions_ready{f.live_hash, f.made, f.web_ui});
    break;
  case ending::refused:
  case ending::taken:
    if (known.attempt != f.number || known.message != f.message)
      say(companions_refused{f.how == ending::taken ? "NameConflict"
                                                    : "Refused",
                             f.message, f.made});
    break;
  case ending::retry:
  case ending::unsure:
  case ending::conflict:
    break; // tried again after a backoff
  }
}

void decision::on_driver_post(const child_settled& f) {
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

void decision::wait_for_server(const child_settled& f) {
  block(blockage::api_server, f.over_quota ? "QuotaExceeded" : "ApiServer",
        f.message);
}

void decision::block(blockage by, std::string reason, std::string message) {
  if (s_.blocked == by && s_.blocked_message == message)
    return;
  attempt_blocked e;
  e.by = by;
  e.reason = std::move(reason);
  e.message = std::move(message);
  say(std::move(e));
}

/// Another driver has the name of ours.
void decision::block_by(const driver_fact& d) {
  attempt_blocked e;
  e.pod_uid = d.uid;
  e.terminating = d.terminating;
  e.grace = d.grace;
  e.reason = "WaitingForOldDriver";
  auto owner = owner_of(s_, d);
  if (owner == driver_owner::older_attempt) {
    e.by = blockage::older_attempt;
    e.message = "driver pod " + d.name +
                " of an older attempt is being "
                "removed first";
  } else if (owner == driver_owner::predecessor) {
    e.by = blockage::old_driver;
    e.message = "driver pod " + d.name +
                " of a deleted application of the "
                "same name still exists";
  } else if (d.terminating && !d.submission_id.empty()) {
    e.by = blockage::old_driver;
    e.message = "driver pod " + d.name + " of another submission is ending";
  } else {
    e.by = blockage::name_conflict;
    e.reason = "NameConflict";
    e.message = "pod " + d.name +
                " exists and does not belong to this "
                "application";
  }
  if (s_.blocked != e.by || s_.blocked_uid != e.pod_uid ||
      s_.blocked_terminating != e.terminating)
    say(std::move(e));
}

bool decision::name_is_given_up() const {
  return s_.at == phase::claimed && s_.blocked == blockage::name_conflict &&
         now_ - s_.blocked_since >= name_conflict_limit;
}

void decision::fail_submission(std::string message) {
  say(submission_failed{std::move(message)});
  ask_policy();
}

} // namespace spark
