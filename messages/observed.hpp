#pragma once

#include "crds/parse.hpp"
#include "messages/app_facts.hpp"

#include <boost/json.hpp>

#include <memory>
#include <string>

/// From API objects to facts: what is kept of them, and nothing else.
namespace spark {

/// A spec in memory until its attempt is submitted.
struct loaded_spec {
  spark_application_spec spec;
  std::string hash; ///< of the raw spec, newest rule
  std::int64_t generation = 0;
};

struct observed_application {
  object_key key;
  std::string uid;
  std::string resource_version;
  app_observed fact;
  application_status status;
  std::shared_ptr<const loaded_spec> spec;
};

struct fact_settings {
  /// How long a driver may fail to start, when the spec does not say.
  seconds start_timeout{600};
  /// Every tenth of these intervals a running driver is looked at.
  seconds resync{30};
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
};

/// Fails if the object is not a pod with a name.
[[nodiscard]] result<observed_pod> read_pod(const boost::json::value& object);

/// Any pod as a driver, whatever its labels say: for live GETs by name.
[[nodiscard]] driver_fact read_driver(const boost::json::value& pod);

/// metadata.uid of the controlling owner, empty without one.
[[nodiscard]] std::string controller_uid(const boost::json::value& object);

} // namespace spark
