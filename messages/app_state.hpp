#pragma once

#include "messages/app_events.hpp"

#include <optional>
#include <string_view>

namespace spark {

/// Where an application is. The table in actors/app/phases.hpp says for each
/// phase what the status shows, when it looks again and when it gives up.
enum class phase {
  fresh,     ///< nothing claimed that counts
  claiming,  ///< intent journaled, the cluster does not hold it yet
  claimed,   ///< the cluster holds it; no driver known
  submitted, ///< the driver exists and does not run yet
  running,
  unknown,           ///< the node does not say what the driver does
  succeeding,        ///< the driver ended well; the policy decides
  failing,           ///< the driver failed or is being removed
  submission_failed, ///< no driver could be made; the policy decides
  completed,
  failed,
  invalidating,  ///< edited: the old driver is being removed
  pending_rerun, ///< old driver gone: the next claim follows
  deleting,      ///< deletionTimestamp is set
  gone           ///< the object does not exist any more
};
BOOST_DESCRIBE_ENUM(phase, fresh, claiming, claimed, submitted, running,
                    unknown, succeeding, failing, submission_failed, completed,
                    failed, invalidating, pending_rerun, deleting, gone)

/// One try to run the application; its identity is the claim number.
struct attempt {
  std::int64_t number = 0;
  std::int64_t generation = 0;
  std::string spec_hash;
  std::int64_t epoch = 0;
  std::string submission_id;
  std::string pod_name;
  std::string outcome; ///< empty while open
  bool held = false;   ///< the cluster holds this claim
  bool mine = false;   ///< claimed in this process and term: may be POSTed
  bool swept = true;
  bool config_ready = false;
  bool service_ready = false;
  bool unsure = false; ///< a claim or POST of ours has an unknown end
  /// Until then an earlier write may still land.
  time_point settle_until{};
  bool operator==(const attempt&) const = default;
};
BOOST_DESCRIBE_STRUCT(attempt, (),
                      (number, generation, spec_hash, epoch, submission_id,
                       pod_name, outcome, held, mine, swept, config_ready,
                       service_ready, unsure, settle_until))

/// The fold of an application's events and nothing else: what may be replayed.
struct app_state {
  std::string uid;
  std::string ns;
  std::string name;
  phase at = phase::fresh;
  std::string shows;     ///< applicationState.state: survives a new claim
  std::int64_t term = 0; ///< epoch of the leader that we are
  spec_seen spec;        ///< of the newest generation processed
  attempt current;
  bool has_driver = false; ///< the driver of `current` is known to exist
  bool missing = false;    ///< said to be gone; a live GET must confirm
  driver_fact driver;
  std::string giving_up; ///< reason, while the driver is being removed for it
  std::string application_id;
  blockage blocked = blockage::none;
  std::string blocked_reason;
  std::string blocked_message;
  std::string blocked_uid;
  bool blocked_terminating = false;
  std::int64_t blocked_grace = 0;
  time_point blocked_since{};
  std::map<std::string, std::string> executors;
  std::map<std::string, std::int64_t> forgotten_executors; ///< state -> count
  std::int64_t forgotten_up_to = 0; ///< highest executor number among them
  std::string error_message;
  bool infrastructure = false;
  std::int64_t execution_attempts = 0;
  std::int64_t submission_attempts = 0;
  std::int64_t application_failures = 0;
  std::int64_t infrastructure_failures = 0;
  time_point claimed_at{};
  time_point submitted_at{};
  time_point running_at{};
  time_point waiting_since{}; ///< the driver cannot start since then
  time_point ended_at{};
  bool wait_noticed = false; ///< the wait since waiting_since is shown
  time_point ending_since{}; ///< the driver in the way was told to end
  std::string lingering;     ///< what is said of one that does not
  bool orphan = false;
  bool pruned = false; ///< somebody else's CRD drops our claims
  std::string stray_uid;
  bool operator==(const app_state&) const = default;
};
BOOST_DESCRIBE_STRUCT(app_state, (),
                      (uid, ns, name, at, shows, term, spec, current,
                       has_driver, missing, driver, giving_up, application_id,
                       blocked, blocked_reason, blocked_message, blocked_uid,
                       blocked_terminating, blocked_grace, blocked_since,
                       executors, forgotten_executors, forgotten_up_to,
                       error_message, infrastructure, execution_attempts,
                       submission_attempts, application_failures,
                       infrastructure_failures, claimed_at, submitted_at,
                       running_at, waiting_since, ended_at, wait_noticed,
                       ending_since, lingering, orphan, pruned, stray_uid))

} // namespace spark
