#pragma once

#include "crds/parse.hpp"
#include "messages/app_facts.hpp"
#include "messages/schedule_facts.hpp"

#include <boost/json.hpp>

#include <memory>
#include <string>

/// From API objects to facts: what is kept of them, and nothing else.
namespace spark {

/// A spec in memory until its attempt is submitted.
struct loaded_spec {
  spark_application_spec spec;
  std::string hash;      ///< of the raw spec, under the rule of its claim
  std::string live_hash; ///< of what may change without a restart
  std::int64_t generation = 0;
};

struct observed_application {
  object_key key;
  std::string uid;
  std::string resource_version;
  app_observed fact;
  application_status status;
  std::shared_ptr<const loaded_spec> spec;
  /// uid of the ScheduledSparkApplication that it is a run of; empty: of none.
  std::string schedule_uid;
  run_fact run; ///< if it is one
};

struct fact_settings {
  /// How long a driver may fail to start, when the spec does not say.
  seconds start_timeout{600};
  /// After its end, when the spec does not say; -1: an application stays.
  seconds time_to_live{-1};
  /// How long it may wait for a node, likewise; 0: for ever.
  seconds scheduling_timeout{0};
  /// Every tenth of these intervals a running driver is looked at.
  seconds resync{30};
  /// What spec.timeZone "Local" means: an IANA name.
  std::string local_zone = "UTC";
};

/// Fails only if the object has no metadata.name, namespace or uid. A spec that
/// cannot be read becomes a refusal, not an error.
[[nodiscard]] result<observed_application>
read_application(const boost::json::value& object, const fact_settings& set);

struct observed_pod {
  object_key key;
  std::string resource_version;
  std::string app_name; ///< label sparkoperator.k8s.io/app-name
  std::string submission_id;
  bool is_driver = false;
  driver_fact driver;         ///< if is_driver
  std::string executor_state; ///< else: PENDING, RUNNING, ...
  std::string executor_why;   ///< of a failed one: "ExitCode: 1, Reason: ..."
};

/// Fails if the object is not a pod with a name.
[[nodiscard]] result<observed_pod> read_pod(const boost::json::value& object);

/// Any pod as a driver, whatever its labels say: for live GETs by name.
[[nodiscard]] driver_fact read_driver(const boost::json::value& pod);

/// Any SparkApplication as a run of a schedule.
[[nodiscard]] run_fact read_run(const boost::json::value& application);
/// uid of the ScheduledSparkApplication that the application is a run of; empty
/// when it is none (by owner and label: `create --from` makes others).
[[nodiscard]] std::string
schedule_of_run(const boost::json::value& application);

/// metadata.uid of the controlling owner, empty without one.
[[nodiscard]] std::string controller_uid(const boost::json::value& object);
/// It belongs to that owner, controlling or not.
[[nodiscard]] bool has_owner(const boost::json::value& object,
                             std::string_view uid);

} // namespace spark
