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
  string_map env_vars;         ///< envVars: deprecated form, NAME -> value
  boost::json::array env;      ///< []core.v1.EnvVar
  boost::json::array env_from; ///< []core.v1.EnvFromSource
  boost::json::object env_secret_key_refs; ///< NAME -> {name, key}
  boost::json::array volume_mounts;        ///< []core.v1.VolumeMount
  boost::json::array config_maps;          ///< [{name, path}]
  boost::json::array secrets;              ///< [{name, path, secretType}]
  boost::json::array ports; ///< [{name, protocol, containerPort}]
  std::optional<std::string> gpu_name;
  std::optional<std::int64_t> gpu_quantity;
  std::optional<std::string> memory_limit; ///< quantity, or a Java size
  string_map node_selector;
  std::optional<std::string> scheduler_name;
  std::optional<std::string> priority_class_name;
  boost::json::object affinity;             ///< core.v1.Affinity
  boost::json::array tolerations;           ///< []core.v1.Toleration
  boost::json::object pod_security_context; ///< core.v1.PodSecurityContext
  boost::json::object security_context;     ///< core.v1.SecurityContext
  boost::json::array sidecars;              ///< []core.v1.Container
  boost::json::array init_containers;       ///< []core.v1.Container
  bool host_network = false;
  bool share_process_namespace = false;
  boost::json::object dns_config;  ///< core.v1.PodDNSConfig
  boost::json::array host_aliases; ///< []core.v1.HostAlias
  std::optional<std::int64_t> termination_grace_period_seconds;
  boost::json::object lifecycle;    ///< core.v1.Lifecycle
  boost::json::object pod_template; ///< core.v1.PodTemplateSpec
  bool operator==(const pod_role_spec&) const = default;
};

struct driver_spec : pod_role_spec {
  std::optional<std::string> pod_name;
  std::optional<std::string> kubernetes_master;
  string_map service_annotations;
  string_map service_labels;
  bool operator==(const driver_spec&) const = default;
};

struct executor_spec : pod_role_spec {
  std::optional<std::int64_t> instances;
  std::optional<bool> delete_on_termination;
  bool operator==(const executor_spec&) const = default;
};

struct deps_spec {
  std::vector<std::string> jars;
  std::vector<std::string> files;
  std::vector<std::string> py_files;
  std::vector<std::string> archives;
  std::vector<std::string> packages;         ///< group:artifact:version
  std::vector<std::string> exclude_packages; ///< group:artifact
  std::vector<std::string> repositories;
  std::optional<std::string> jars_download_dir;
  std::optional<std::string> files_download_dir;
  std::optional<std::int64_t> download_timeout; ///< seconds
  std::optional<std::int64_t> max_simultaneous_downloads;
  bool operator==(const deps_spec&) const = default;
};

/// Asked for if it has a jar, which is required.
struct prometheus_spec {
  std::optional<std::string> jmx_exporter_jar;
  std::optional<std::int64_t> port;
  std::optional<std::string> port_name;
  std::optional<std::string> config_file;
  std::optional<std::string> configuration;
  bool operator==(const prometheus_spec&) const = default;
};

struct monitoring_spec {
  bool expose_driver_metrics = false;
  bool expose_executor_metrics = false;
  std::optional<std::string> metrics_properties;
  std::optional<std::string> metrics_properties_file;
  prometheus_spec prometheus;
  bool operator==(const monitoring_spec&) const = default;
};

struct dynamic_allocation_spec {
  bool enabled = false;
  std::optional<std::int64_t> initial_executors;
  std::optional<std::int64_t> min_executors;
  std::optional<std::int64_t> max_executors;
  std::optional<bool> shuffle_tracking_enabled;
  std::optional<std::int64_t> shuffle_tracking_timeout; ///< milliseconds
  bool operator==(const dynamic_allocation_spec&) const = default;
};

/// How a port of the driver is reached from outside: spec.sparkUIOptions, and
/// each item of spec.driverIngressOptions.
struct exposure_spec {
  std::optional<std::int64_t> service_port;
  std::optional<std::string> service_port_name;
  std::optional<std::string> service_type;
  string_map service_annotations;
  string_map service_labels;
  string_map ingress_annotations;
  boost::json::array ingress_tls; ///< []networking.v1.IngressTLS
  bool operator==(const exposure_spec&) const = default;
};

struct restart_policy_spec {
  std::string type = "Never"; ///< Never, OnFailure, Always
  std::optional<std::int64_t> failure_retries;
  std::optional<std::int64_t> failure_interval; ///< seconds
  std::optional<std::int64_t> submission_retries;
  std::optional<std::int64_t> submission_interval; ///< seconds
  std::optional<std::int64_t> infrastructure_retries;
  std::optional<std::string> backoff;       ///< Linear, Exponential
  std::optional<std::int64_t> max_interval; ///< seconds
  std::optional<std::int64_t> healthy_run;  ///< seconds
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
  std::optional<std::string> python_version;         ///< "2" or "3"
  std::optional<std::string> memory_overhead_factor; ///< decimal text
  std::optional<std::string> init_container_image;
  std::optional<std::string> proxy_user;
  std::optional<std::string> spark_config_map;
  std::optional<std::string> hadoop_config_map;
  string_map node_selector;
  boost::json::array volumes; ///< []core.v1.Volume
  driver_spec driver;
  executor_spec executor;
  deps_spec deps;
  monitoring_spec monitoring;
  dynamic_allocation_spec dynamic_allocation;
  restart_policy_spec restart_policy;
  /// Seconds; 0: never give up. Absent: the operator's flags decide.
  std::optional<std::int64_t> driver_start_timeout;
  std::optional<std::int64_t> driver_scheduling_timeout;
  exposure_spec ui; ///< sparkUIOptions
  /// driverIngressOptions: exposure_spec and ingressURLFormat; judged by the
  /// table's rows, read by the renderer.
  boost::json::array driver_ingress;
  bool driver_disruption_budget = false;
  bool suspend = false;
  std::optional<std::int64_t> time_to_live; ///< seconds
  bool operator==(const spark_application_spec&) const = default;
};

} // namespace spark
