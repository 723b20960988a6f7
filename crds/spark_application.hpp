#pragma once

#include <boost/json.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace spark {

/// Sorted, so everything rendered from it is deterministic.
using string_map = std::map<std::string, std::string>;

/// What driver and executors share (spec.driver, spec.executor). Every member
/// is filled by one row of the field table (crds/fields.hpp). Core types that
/// users paste whole stay JSON: the API server judges them with the pod.
struct pod_role_spec {
  std::optional<double> cores; ///< 0.1 means 1 core and a request of 0.1
  std::optional<std::string> core_request; ///< Kubernetes quantity
  std::optional<std::string> core_limit;   ///< Kubernetes quantity
  std::optional<std::string> memory;       ///< Java size, e.g. "512m"
  std::optional<std::string> memory_overhead;
  std::optional<std::string> image;
  std::optional<std::string> service_account;
  std::optional<std::string> java_options;
  string_map labels;
  string_map annotations;
  string_map env_vars;              ///< envVars: deprecated form, NAME -> value
  boost::json::array env;           ///< []core.v1.EnvVar
  boost::json::array volume_mounts; ///< []core.v1.VolumeMount
  bool operator==(const pod_role_spec&) const = default;
};

struct driver_spec : pod_role_spec {
  std::optional<std::string> pod_name;
  bool operator==(const driver_spec&) const = default;
};

struct executor_spec : pod_role_spec {
  std::optional<std::int64_t> instances;
  bool operator==(const executor_spec&) const = default;
};

struct restart_policy_spec {
  std::string type = "Never"; ///< Never, OnFailure, Always
  bool operator==(const restart_policy_spec&) const = default;
};

/// spec of a SparkApplication (v1beta2), after the loose forms of the user
/// guide were mapped (crds/parse.hpp). Absent values are absent: defaults are
/// applied by `apply_defaults`, in memory only.
struct spark_application_spec {
  std::string type; ///< Scala, Java, Python, R
  std::string mode; ///< cluster (also written as deployMode)
  std::optional<std::string> spark_version;
  std::optional<std::string> image;
  std::optional<std::string> image_pull_policy;
  std::vector<std::string> image_pull_secrets;
  std::optional<std::string> main_class;
  std::optional<std::string> main_application_file;
  std::vector<std::string> arguments;
  string_map spark_conf;
  string_map hadoop_conf;
  boost::json::array volumes; ///< []core.v1.Volume
  driver_spec driver;
  executor_spec executor;
  restart_policy_spec restart_policy;
  bool suspend = false;
  bool operator==(const spark_application_spec&) const = default;
};

} // namespace spark
