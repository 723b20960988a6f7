#pragma once

#include "crds/status.hpp"
#include "messages/clock.hpp"
#include "messages/error.hpp"
#include "messages/ids.hpp"

#include <boost/describe.hpp>

#include <map>
#include <string>
#include <variant>
#include <vector>

/// Stimuli of the application machine: facts from outside, past tense. They are
/// projections: small, bounded, and free of anything that could be a secret, so
/// the journal may keep them.
namespace spark {

/// What we need to know of a driver pod.
struct driver_fact {
  std::string name;
  std::string uid;
  std::string owner_uid;      ///< of the controlling owner, empty without one
  std::string owner_name;     ///< set only if that owner is a SparkApplication
  std::string submission_id;  ///< label, empty if absent
  std::string application_id; ///< label spark-app-selector
  std::string phase;          ///< Pending, Running, Succeeded, Failed, Unknown
  bool terminating = false;
  std::int64_t grace = 0; ///< seconds it may take to end, if terminating
  bool has_exit = false;  ///< the driver container has terminated
  std::int64_t exit_code = 0;
  std::string reason;  ///< of the container's or else the pod's end
  std::string message; ///< the same, cut to 512 bytes
  std::string waiting; ///< why it does not start: ImagePullBackOff, ...
  std::string waiting_message;
  std::string resource_version;
  std::string node; ///< its place, once it has one
  /// The one that failed, so that the driver never ran: exit_code, reason and
  /// message tell of it, while has_exit stays false.
  std::string init_container;
  /// Condition DisruptionTarget: the cluster, not the application, ends it.
  std::string disruption;
  std::string disruption_message;
  /// The newest Event about it that says why it does not start. Only a look
  /// asks for Events.
  std::string complaint;
  std::string complaint_message;
  std::string memory_limit; ///< of the driver container, if it was killed
  bool unreachable = false; ///< its node does not report: all this may be old
  time_point created{};     ///< known of one without an owner only
  bool operator==(const driver_fact&) const = default;
};
BOOST_DESCRIBE_STRUCT(driver_fact, (),
                      (name, uid, owner_uid, owner_name, submission_id,
                       application_id, phase, terminating, grace, has_exit,
                       exit_code, reason, message, waiting, waiting_message,
                       resource_version, node, init_container, disruption,
                       disruption_message, complaint, complaint_message,
                       memory_limit, unreachable, created))

/// spec.restartPolicy with its defaults (operator-behaviour §2.5): what becomes
/// of an application when an attempt has ended. Times in seconds.
struct restart_rules {
  std::string restart = "Never";     ///< Never, OnFailure, Always
  std::int64_t failure_retries = -1; ///< -1: none is asked for
  std::int64_t submission_retries = -1;
  /// A limit of their own for failures that are the cluster's fault; -1: they
  /// count as any other.
  std::int64_t infrastructure_retries = -1;
  std::int64_t failure_interval = 5;
  std::int64_t submission_interval = 5;
  bool exponential = false;      ///< doubles; else it grows by the interval
  std::int64_t max_interval = 0; ///< no wait is longer; 0: no such limit
  /// A driver that ran so long begins the counting anew; 0: none does.
  std::int64_t healthy_run = 0;
  bool operator==(const restart_rules&) const = default;
};
BOOST_DESCRIBE_STRUCT(restart_rules, (),
                      (restart, failure_retries, submission_retries,
                       infrastructure_retries, failure_interval,
                       submission_interval, exponential, max_interval,
                       healthy_run))

/// The application as the API server showed it. `generation`..`live_hash` speak
/// of the spec it has now, `claim`..`ended_at` of what its status says.
struct app_observed {
  static constexpr auto kind = "app_observed";
  std::int64_t generation = 0;
  std::string spec_hash; ///< under the rule of the open claim, if there is one
  std::string next_hash; ///< under the newest rule, where that is another
  std::string refusal;   ///< why this spec cannot be submitted; empty: it can
  std::string warning;   ///< accepted, but the user should know
  std::string pod_name;  ///< the driver's name under this spec
  std::int64_t start_timeout = 0; ///< seconds a driver may fail to start
  restart_rules policy;
  bool suspend = false;
  std::int64_t time_to_live = -1; ///< seconds after the end; -1: for ever
  std::string live_hash;          ///< of what may change without a restart
  bool deleting = false;          ///< deletionTimestamp is set
  bool orphan = false;            ///< and the user asked to keep the dependents
  std::int64_t claim_number = 0;
  std::int64_t claim_generation = 0;
  std::string claim_hash;
  std::int64_t claim_epoch = 0;
  std::string claim_outcome;
  std::string submission_id;
  std::string state;
  std::string driver_pod;
  std::int64_t execution_attempts = 0;
  std::int64_t submission_attempts = 0;
  std::int64_t application_failures = 0;
  std::int64_t infrastructure_failures = 0;
  std::string error_message;
  time_point ended_at{}; ///< terminationTime
  std::string writer;    ///< who wrote the status last, if it is known
  std::int64_t scheduling_timeout = 0; ///< seconds it may wait for a node
  time_point created{};                ///< known while nothing is claimed
  /// Services, Ingresses or a budget are wanted beside the driver.
  bool companions = false;
  bool operator==(const app_observed&) const = default;
};
BOOST_DESCRIBE_STRUCT(app_observed, (),
                      (generation, spec_hash, next_hash, refusal, warning,
                       pod_name, start_timeout, policy, suspend, time_to_live,
                       live_hash, deleting, orphan, claim_number,
                       claim_generation, claim_hash, claim_epoch, claim_outcome,
                       submission_id, state, driver_pod, execution_attempts,
                       submission_attempts, application_failures,
                       infrastructure_failures, error_message, ended_at, writer,
                       scheduling_timeout, created, companions))

/// The first observation in a term of leadership: one consistent list of
/// applications and pods. Whatever was claimed before is no longer "mine".
struct adopted {
  static constexpr auto kind = "adopted";
  app_observed app;
  std::vector<driver_fact> drivers; ///< pods of ours with the driver's role
  std::int64_t epoch = 0;
  bool operator==(const adopted&) const = default;
};
BOOST_DESCRIBE_STRUCT(adopted, (), (app, drivers, epoch))

struct app_gone {
  static constexpr auto kind = "app_gone";
  bool operator==(const app_gone&) const = default;
};
BOOST_DESCRIBE_STRUCT(app_gone, (), ())

struct driver_observed {
  static constexpr auto kind = "driver_observed";
  driver_fact driver;
  bool operator==(const driver_observed&) const = default;
};
BOOST_DESCRIBE_STRUCT(driver_observed, (), (driver))

/// A DELETED event (with the pod's last state) or absence from a new list
/// (then `driver` holds what we knew and the end was not seen).
struct driver_gone {
  static constexpr auto kind = "driver_gone";
  driver_fact driver;
  bool operator==(const driver_gone&) const = default;
};
BOOST_DESCRIBE_STRUCT(driver_gone, (), (driver))

/// A live GET by the driver's name was answered.
struct driver_looked_up {
  static constexpr auto kind = "driver_looked_up";
  bool found = false;
  driver_fact driver;
  bool operator==(const driver_looked_up&) const = default;
};
BOOST_DESCRIBE_STRUCT(driver_looked_up, (), (found, driver))

/// Executor pods of the open attempt whose state changed: pod -> PENDING,
/// RUNNING, COMPLETED, FAILED, UNKNOWN.
struct executors_observed {
  static constexpr auto kind = "executors_observed";
  std::string submission_id;
  std::map<std::string, std::string> changed;
  std::map<std::string, std::string> why; ///< of those that failed
  bool operator==(const executors_observed&) const = default;
};
BOOST_DESCRIBE_STRUCT(executors_observed, (), (submission_id, changed, why))

/// How a request that one of our effects made has ended.
enum class ending {
  done,     ///< it is so now
  retry,    ///< it surely had no effect; the same again after a backoff
  unsure,   ///< nobody knows: look first
  conflict, ///< the object changed meanwhile; a fresh observation follows
  refused,  ///< the server said no for good; the message has its words
  taken     ///< the name belongs to another object
};
BOOST_DESCRIBE_ENUM(ending, done, retry, unsure, conflict, refused, taken)

/// The claiming PATCH has ended. `pruned`: it was accepted, yet the reply does
/// not show the claim, so somebody else's CRD drops it.
struct claim_settled {
  static constexpr auto kind = "claim_settled";
  std::int64_t number = 0;
  ending how = ending::done;
  bool pruned = false;
  std::string message;
  bool operator==(const claim_settled&) const = default;
};
BOOST_DESCRIBE_STRUCT(claim_settled, (), (number, how, pruned, message))

enum class child { sweep, config, service, driver, budget };
BOOST_DESCRIBE_ENUM(child, sweep, config, service, driver, budget)

/// Sweeping, creating a ConfigMap, Service or the driver Pod, or removing its
/// PodDisruptionBudget has ended.
/// For the driver: `found` is the pod that the POST made or met.
struct child_settled {
  static constexpr auto kind = "child_settled";
  std::int64_t number = 0;
  child what = child::config;
  ending how = ending::done;
  bool has_driver = false;
  driver_fact driver;
  std::string message;
  bool over_quota = false;
  bool operator==(const child_settled&) const = default;
};
BOOST_DESCRIBE_STRUCT(child_settled, (),
                      (number, what, how, has_driver, driver, message,
                       over_quota))

BOOST_DESCRIBE_STRUCT(web_ui_status, (),
                      (service, port, address, ingress, ingress_address))

/// Services, Ingresses and the PodDisruptionBudget beside the driver are what
/// the spec with this hash asks for, or `message` says why not.
struct companions_settled {
  static constexpr auto kind = "companions_settled";
  std::int64_t number = 0;
  std::string live_hash;
  ending how = ending::done;
  std::vector<std::string> made; ///< "services/x-ui-svc"
  web_ui_status web_ui;
  std::string message;
  bool operator==(const companions_settled&) const = default;
};
BOOST_DESCRIBE_STRUCT(companions_settled, (),
                      (number, live_hash, how, made, web_ui, message))

/// The DELETE of an application whose time to live is over has ended.
struct expiry_settled {
  static constexpr auto kind = "expiry_settled";
  ending how = ending::done;
  bool operator==(const expiry_settled&) const = default;
};
BOOST_DESCRIBE_STRUCT(expiry_settled, (), (how))

struct timer_fired {
  static constexpr auto kind = "timer_fired";
  bool operator==(const timer_fired&) const = default;
};
BOOST_DESCRIBE_STRUCT(timer_fired, (), ())

using app_stimulus =
    std::variant<app_observed, adopted, app_gone, driver_observed, driver_gone,
                 driver_looked_up, executors_observed, claim_settled,
                 child_settled, companions_settled, expiry_settled,
                 timer_fired>;

} // namespace spark
