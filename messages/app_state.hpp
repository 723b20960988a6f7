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
  pending_rerun, ///< what is left goes, then the next claim follows
  suspending,    ///< the user wants it to rest: its driver is being removed
  suspended,
  resuming, ///< it may run again: the next claim follows
  deleting, ///< deletionTimestamp is set
  gone      ///< the object does not exist any more
};
BOOST_DESCRIBE_ENUM(phase, fresh, claiming, claimed, submitted, running,
                    unknown, succeeding, failing, submission_failed, completed,
                    failed, invalidating, pending_rerun, suspending, suspended,
                    resuming, deleting, gone)

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
  std::int64_t contests = 0; ///< how often another operator came between
  bool retaken = false;      ///< ... and the claim is to be seen again since
  bool operator==(const attempt&) const = default;
};
BOOST_DESCRIBE_STRUCT(attempt, (),
                      (number, generation, spec_hash, epoch, submission_id,
                       pod_name, outcome, held, mine, swept, config_ready,
                       service_ready, unsure, settle_until, contests, retaken))

/// The Services, Ingresses and PodDisruptionBudget beside the driver.
struct companions_seen {
  std::int64_t attempt = 0;      ///< that they belong to
  std::string live_hash;         ///< of the spec that they were made from
  std::vector<std::string> made; ///< "services/x-ui-svc"
  /// Attempts that this journal does not tell of may have left some.
  bool may_be_more = false;
  web_ui_status web_ui;
  std::string reason; ///< why they are not as the spec wants them
  std::string message;
  time_point refused_at{};
  bool operator==(const companions_seen&) const = default;
};
BOOST_DESCRIBE_STRUCT(companions_seen, (),
                      (attempt, live_hash, made, may_be_more, web_ui, reason,
                       message, refused_at))

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
  std::string giving_up;  ///< reason, while the driver is being removed for it
  time_point retry_at{};  ///< the policy's next attempt; no_time: none waits
  std::int64_t retry = 0; ///< which one that is, from 1
  std::int64_t retry_limit = 0; ///< 0: there is none
  std::string last_failure;     ///< of the attempt before, while it is retried
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
  bool end_seen = false;     ///< by this operator, not by one before
  bool wait_noticed = false; ///< the wait since waiting_since is shown
  time_point ending_since{}; ///< the driver in the way was told to end
  std::string lingering;     ///< what is said of one that does not
  bool orphan = false;
  bool pruned = false; ///< somebody else's CRD drops our claims
  std::string stray_uid;
  bool contested = false;         ///< another operator writes our status
  std::string contested_by;       ///< its name, if it has one
  std::string contested_state;    ///< what it wrote
  time_point contested_at{};      ///< when it wrote something new
  std::string failure_reason;     ///< the cause of the attempt's failure
  time_point unreachable_since{}; ///< the driver's node does not report
  companions_seen companions;
  bool operator==(const app_state&) const = default;
};
BOOST_DESCRIBE_STRUCT(
    app_state, (),
    (uid, ns, name, at, shows, term, spec, current, has_driver, missing, driver,
     giving_up, retry_at, retry, retry_limit, last_failure, application_id,
     blocked, blocked_reason, blocked_message, blocked_uid, blocked_terminating,
     blocked_grace, blocked_since, executors, forgotten_executors,
     forgotten_up_to, error_message, infrastructure, execution_attempts,
     submission_attempts, application_failures, infrastructure_failures,
     claimed_at, submitted_at, running_at, waiting_since, ended_at, end_seen,
     wait_noticed, ending_since, lingering, orphan, pruned, stray_uid,
     contested, contested_by, contested_state, contested_at, failure_reason,
     unreachable_since, companions))

} // namespace spark
