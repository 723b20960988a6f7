#pragma once

#include "messages/app_facts.hpp"

/// Events of the application machine: what we concluded, past tense. They are
/// what the journal keeps and what a state is folded from. A member may be
/// added (with a default) at any time; renaming or removing one needs an
/// upcaster in messages/codec.cpp.
namespace spark {

/// The spec that will run next, and whether it can.
struct spec_seen {
  static constexpr auto kind = "spec_seen";
  std::int64_t generation = 0;
  std::string spec_hash;
  std::string refusal;
  std::string warning;
  std::string pod_name;
  std::int64_t start_timeout = 0; ///< seconds; 0: never give up
  std::string next_hash;          ///< under the newest rule, if another
  restart_rules policy;
  bool suspend = false;
  std::int64_t time_to_live = -1;      ///< seconds; -1: for ever
  std::string live_hash;               ///< of what may change without a restart
  std::int64_t scheduling_timeout = 0; ///< like start_timeout, for its node
  bool companions = false; ///< something is wanted beside the driver
  bool operator==(const spec_seen&) const = default;
};
BOOST_DESCRIBE_STRUCT(spec_seen, (),
                      (generation, spec_hash, refusal, warning, pod_name,
                       start_timeout, next_hash, policy, suspend, time_to_live,
                       live_hash, scheduling_timeout, companions))

/// We intend to own attempt `number`; the claiming PATCH follows.
struct claim_intended {
  static constexpr auto kind = "claim_intended";
  std::int64_t number = 0;
  std::int64_t generation = 0;
  std::string spec_hash;
  std::int64_t epoch = 0;
  std::string submission_id;
  std::string pod_name;
  std::int64_t submission_attempts = 0;
  bool sweep = false; ///< older attempts may have left something
  bool operator==(const claim_intended&) const = default;
};
BOOST_DESCRIBE_STRUCT(claim_intended, (),
                      (number, generation, spec_hash, epoch, submission_id,
                       pod_name, submission_attempts, sweep))

/// The cluster holds our claim, made in this process and term.
struct claim_made {
  static constexpr auto kind = "claim_made";
  std::int64_t number = 0;
  bool operator==(const claim_made&) const = default;
};
BOOST_DESCRIBE_STRUCT(claim_made, (), (number))

/// The claiming PATCH conflicted or got no clear answer: a fresh look at the
/// application decides.
struct claim_unsure {
  static constexpr auto kind = "claim_unsure";
  std::string why;
  bool operator==(const claim_unsure&) const = default;
};
BOOST_DESCRIBE_STRUCT(claim_unsure, (), (why))

/// What the cluster says replaces what we thought: after a restart, a change of
/// leader, a lost journal, or an operator of another make.
struct claim_adopted {
  static constexpr auto kind = "claim_adopted";
  std::int64_t number = 0;
  std::int64_t generation = 0;
  std::string spec_hash;
  std::int64_t epoch = 0;
  std::string outcome;
  std::string submission_id;
  std::string pod_name;
  std::string state;
  std::int64_t execution_attempts = 0;
  std::int64_t submission_attempts = 0;
  std::int64_t application_failures = 0;
  std::int64_t infrastructure_failures = 0;
  bool unclaimed = false; ///< started without a claim: we write one
  std::string error_message;
  time_point ended_at{}; ///< of an attempt that is over
  bool operator==(const claim_adopted&) const = default;
};
BOOST_DESCRIBE_STRUCT(claim_adopted, (),
                      (number, generation, spec_hash, epoch, outcome,
                       submission_id, pod_name, state, execution_attempts,
                       submission_attempts, application_failures,
                       infrastructure_failures, unclaimed, error_message,
                       ended_at))

/// A new process or term: earlier writes of others may still land until
/// `settle_until`, and an open attempt is no longer ours to POST.
struct term_began {
  static constexpr auto kind = "term_began";
  std::int64_t epoch = 0;
  time_point settle_until{};
  bool operator==(const term_began&) const = default;
};
BOOST_DESCRIBE_STRUCT(term_began, (), (epoch, settle_until))

/// The POST of the driver got no clear answer.
struct driver_unsure {
  static constexpr auto kind = "driver_unsure";
  time_point settle_until{};
  std::string message;
  bool operator==(const driver_unsure&) const = default;
};
BOOST_DESCRIBE_STRUCT(driver_unsure, (), (settle_until, message))

/// The open attempt ends without a driver; the next claim replaces it.
struct attempt_superseded {
  static constexpr auto kind = "attempt_superseded";
  std::string why;
  bool operator==(const attempt_superseded&) const = default;
};
BOOST_DESCRIBE_STRUCT(attempt_superseded, (), (why))

struct child_ready {
  static constexpr auto kind = "child_ready";
  child what = child::config;
  bool operator==(const child_ready&) const = default;
};
BOOST_DESCRIBE_STRUCT(child_ready, (), (what))

/// What stands beside the driver (crds: sparkUIOptions, driverIngressOptions,
/// driverPodDisruptionBudget) is as the spec wants it.
struct companions_ready {
  static constexpr auto kind = "companions_ready";
  std::string live_hash;
  std::vector<std::string> made; ///< "services/x-ui-svc"
  web_ui_status web_ui;
  bool operator==(const companions_ready&) const = default;
};
BOOST_DESCRIBE_STRUCT(companions_ready, (), (live_hash, made, web_ui))

/// ... or is not, which ends nothing.
struct companions_refused {
  static constexpr auto kind = "companions_refused";
  std::string reason; ///< CamelCase for the condition
  std::string message;
  std::vector<std::string> made; ///< those that are there all the same
  bool operator==(const companions_refused&) const = default;
};
BOOST_DESCRIBE_STRUCT(companions_refused, (), (reason, message, made))

/// Why an attempt cannot go on for now. Shown as condition Blocked.
enum class blockage {
  none,
  old_driver,    ///< WaitingForOldDriver: wait for its delete event
  older_attempt, ///< a driver of an older attempt of ours: we delete it
  name_conflict, ///< somebody else's object: touch nothing
  api_server     ///< the API server does not take the object now
};
BOOST_DESCRIBE_ENUM(blockage, none, old_driver, older_attempt, name_conflict,
                    api_server)

struct attempt_blocked {
  static constexpr auto kind = "attempt_blocked";
  blockage by = blockage::none;
  std::string pod_uid; ///< of the older driver
  bool terminating = false;
  std::int64_t grace = 0;
  std::string reason; ///< CamelCase for the condition
  std::string message;
  bool operator==(const attempt_blocked&) const = default;
};
BOOST_DESCRIBE_STRUCT(attempt_blocked, (),
                      (by, pod_uid, terminating, grace, reason, message))

struct attempt_unblocked {
  static constexpr auto kind = "attempt_unblocked";
  bool operator==(const attempt_unblocked&) const = default;
};
BOOST_DESCRIBE_STRUCT(attempt_unblocked, (), ())

/// The driver of the open attempt exists (created, met, or seen).
struct driver_created {
  static constexpr auto kind = "driver_created";
  driver_fact driver;
  bool operator==(const driver_created&) const = default;
};
BOOST_DESCRIBE_STRUCT(driver_created, (), (driver))

/// The driver changed in a way that matters.
struct driver_changed {
  static constexpr auto kind = "driver_changed";
  driver_fact driver;
  bool operator==(const driver_changed&) const = default;
};
BOOST_DESCRIBE_STRUCT(driver_changed, (), (driver))

/// A watch or list says it is gone without having shown an end: look first.
struct driver_missing {
  static constexpr auto kind = "driver_missing";
  bool operator==(const driver_missing&) const = default;
};
BOOST_DESCRIBE_STRUCT(driver_missing, (), ())

struct driver_succeeded {
  static constexpr auto kind = "driver_succeeded";
  bool operator==(const driver_succeeded&) const = default;
};
BOOST_DESCRIBE_STRUCT(driver_succeeded, (), ())

struct driver_failed {
  static constexpr auto kind = "driver_failed";
  std::string message;
  bool infrastructure = false;
  std::string reason; ///< the cause, CamelCase: OOMKilled, Evicted, ...
  bool operator==(const driver_failed&) const = default;
};
BOOST_DESCRIBE_STRUCT(driver_failed, (), (message, infrastructure, reason))

/// It ended, and nobody saw how.
struct driver_lost {
  static constexpr auto kind = "driver_lost";
  std::string message;
  bool operator==(const driver_lost&) const = default;
};
BOOST_DESCRIBE_STRUCT(driver_lost, (), (message))

/// It never started within its time; we remove it before the attempt ends.
struct driver_given_up {
  static constexpr auto kind = "driver_given_up";
  std::string reason;
  std::string message;
  bool operator==(const driver_given_up&) const = default;
};
BOOST_DESCRIBE_STRUCT(driver_given_up, (), (reason, message))

/// It waits longer than is usual, and the user shall know for what.
struct wait_noticed {
  static constexpr auto kind = "wait_noticed";
  bool operator==(const wait_noticed&) const = default;
};
BOOST_DESCRIBE_STRUCT(wait_noticed, (), ())

/// It was told to end, and its grace period is long over.
struct driver_lingers {
  static constexpr auto kind = "driver_lingers";
  std::string message;
  bool operator==(const driver_lingers&) const = default;
};
BOOST_DESCRIBE_STRUCT(driver_lingers, (), (message))

struct submission_failed {
  static constexpr auto kind = "submission_failed";
  std::string message;
  bool operator==(const submission_failed&) const = default;
};
BOOST_DESCRIBE_STRUCT(submission_failed, (), (message))

/// Nothing was created: the spec cannot be submitted.
struct spec_refused {
  static constexpr auto kind = "spec_refused";
  std::string message;
  bool operator==(const spec_refused&) const = default;
};
BOOST_DESCRIBE_STRUCT(spec_refused, (), (message))

/// The restart policy has nothing more to do.
struct policy_finished {
  static constexpr auto kind = "policy_finished";
  bool operator==(const policy_finished&) const = default;
};
BOOST_DESCRIBE_STRUCT(policy_finished, (), ())

/// The restart policy wants another attempt, not before `at`.
struct retry_scheduled {
  static constexpr auto kind = "retry_scheduled";
  time_point at{};
  std::int64_t retry = 0; ///< which one this is, from 1
  std::int64_t limit = 0; ///< how many there may be; 0: no limit
  bool operator==(const retry_scheduled&) const = default;
};
BOOST_DESCRIBE_STRUCT(retry_scheduled, (), (at, retry, limit))

/// The wait is over, or there was none: what the old attempt left is cleared
/// away, its driver pod first.
struct rerun_begun {
  static constexpr auto kind = "rerun_begun";
  bool operator==(const rerun_begun&) const = default;
};
BOOST_DESCRIBE_STRUCT(rerun_begun, (), ())

/// The driver ran well for so long that earlier failures do not count.
struct counts_renewed {
  static constexpr auto kind = "counts_renewed";
  bool operator==(const counts_renewed&) const = default;
};
BOOST_DESCRIBE_STRUCT(counts_renewed, (), ())

/// spec.suspend is set: no claim is made, and the driver is being removed.
struct app_suspending {
  static constexpr auto kind = "app_suspending";
  bool operator==(const app_suspending&) const = default;
};
BOOST_DESCRIBE_STRUCT(app_suspending, (), ())

/// Nothing of it runs any more.
struct app_suspended {
  static constexpr auto kind = "app_suspended";
  bool operator==(const app_suspended&) const = default;
};
BOOST_DESCRIBE_STRUCT(app_suspended, (), ())

/// spec.suspend is no longer set: the next claim follows.
struct app_resuming {
  static constexpr auto kind = "app_resuming";
  bool operator==(const app_resuming&) const = default;
};
BOOST_DESCRIBE_STRUCT(app_resuming, (), ())

/// Its time to live was over, and it was deleted for that.
struct app_expired {
  static constexpr auto kind = "app_expired";
  bool operator==(const app_expired&) const = default;
};
BOOST_DESCRIBE_STRUCT(app_expired, (), ())

/// Another operator writes the status that we have claimed. We stop, and say
/// so; what it wrote is not fought.
struct app_contested {
  static constexpr auto kind = "app_contested";
  std::string writer; ///< empty: not known
  std::string state;  ///< what it wrote
  bool operator==(const app_contested&) const = default;
};
BOOST_DESCRIBE_STRUCT(app_contested, (), (writer, state))

/// ... and it shows what we have claimed again.
struct contest_ended {
  static constexpr auto kind = "contest_ended";
  bool operator==(const contest_ended&) const = default;
};
BOOST_DESCRIBE_STRUCT(contest_ended, (), ())

/// The user edited the spec; the old attempt is cleared away and a new one
/// follows. Never called off.
struct app_invalidated {
  static constexpr auto kind = "app_invalidated";
  bool operator==(const app_invalidated&) const = default;
};
BOOST_DESCRIBE_STRUCT(app_invalidated, (), ())

/// The old driver is gone; the next claim may be made.
struct rerun_due {
  static constexpr auto kind = "rerun_due";
  bool operator==(const rerun_due&) const = default;
};
BOOST_DESCRIBE_STRUCT(rerun_due, (), ())

struct executors_changed {
  static constexpr auto kind = "executors_changed";
  std::map<std::string, std::string> changed;
  std::map<std::string, std::string> why; ///< of those that failed
  bool operator==(const executors_changed&) const = default;
};
BOOST_DESCRIBE_STRUCT(executors_changed, (), (changed, why))

struct deletion_seen {
  static constexpr auto kind = "deletion_seen";
  bool orphan = false;
  bool operator==(const deletion_seen&) const = default;
};
BOOST_DESCRIBE_STRUCT(deletion_seen, (), (orphan))

struct app_vanished {
  static constexpr auto kind = "app_vanished";
  bool operator==(const app_vanished&) const = default;
};
BOOST_DESCRIBE_STRUCT(app_vanished, (), ())

/// A create of ours raced the deletion; what it made is removed by uid.
struct stray_driver {
  static constexpr auto kind = "stray_driver";
  std::string pod_uid; ///< empty: it is gone
  bool operator==(const stray_driver&) const = default;
};
BOOST_DESCRIBE_STRUCT(stray_driver, (), (pod_uid))

/// Somebody else's CRD drops status.claim: nothing can be claimed.
struct claims_pruned {
  static constexpr auto kind = "claims_pruned";
  bool operator==(const claims_pruned&) const = default;
};
BOOST_DESCRIBE_STRUCT(claims_pruned, (), ())

/// ... and now they are kept.
struct claims_kept {
  static constexpr auto kind = "claims_kept";
  bool operator==(const claims_kept&) const = default;
};
BOOST_DESCRIBE_STRUCT(claims_kept, (), ())

using app_event = std::variant<
    spec_seen, claim_intended, claim_made, claim_unsure, claim_adopted,
    term_began, driver_unsure, attempt_superseded, child_ready,
    companions_ready, companions_refused, attempt_blocked, attempt_unblocked,
    driver_created, driver_changed, driver_missing, driver_succeeded,
    driver_failed, driver_lost, driver_given_up, wait_noticed, driver_lingers,
    submission_failed, spec_refused, policy_finished, retry_scheduled,
    rerun_begun, counts_renewed, app_suspending, app_suspended, app_resuming,
    app_expired, app_contested, contest_ended, app_invalidated, rerun_due,
    executors_changed, deletion_seen, app_vanished, stray_driver, claims_pruned,
    claims_kept>;

} // namespace spark
