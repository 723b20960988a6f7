#pragma once

#include "crds/spark_application.hpp"
#include "messages/error.hpp"
#include "messages/ids.hpp"

#include <boost/json.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace spark {

/// What the operator's flags say of the objects beside a driver.
struct companion_settings {
  /// Each driver gets a Service, so pods are kept from getting variables for
  /// each Service of their namespace (enableServiceLinks), of which a thousand
  /// let no container start. That takes a template of executors in any case.
  bool ui_service = false;
  bool driver_budget = false;     ///< allows driverPodDisruptionBudget
  std::string ingress_url_format; ///< empty: no Ingress for the web UI
  std::string ingress_class;
  boost::json::array ingress_tls;
  string_map ingress_annotations;
};

/// Everything a submission is made from. `spec` has its defaults applied and
/// was accepted by validation.
struct submission_input {
  object_key app;
  std::string app_uid;
  std::int64_t claim_number = 0;
  std::string submission_id;
  std::int64_t submit_time_ms = 0; ///< becomes spark.app.submitTime
  const spark_application_spec* spec = nullptr;
  companion_settings companions = {};
};

/// What a submission creates, ready to POST into the application's namespace.
/// ConfigMaps, Service and claims come first; the Pod last.
struct submission {
  std::string spark_version; ///< the profile row that was used, e.g. "3.5"
  std::vector<std::pair<std::string, std::string>> conf; ///< sorted by key
  std::string properties; ///< the text of spark.properties
  /// One attempt's: the properties, and the executors' template if there is
  /// one.
  std::vector<boost::json::object> config_maps;
  /// <app>-prom-conf, if metrics are asked for: the application's, so it may
  /// exist and is then updated.
  std::optional<boost::json::object> metrics_map;
  boost::json::object service;
  /// PersistentVolumeClaims that the driver's volume conf asks Spark to make
  /// (storageClass and sizeLimit given). They have no content hash.
  std::vector<boost::json::object> claims;
  /// Who may connect to executors, where spark-submit of the line says so.
  std::optional<boost::json::object> network_policy;
  boost::json::object driver;
};

/// Pure: the same input gives the same bytes. The error says what cannot be
/// submitted and what to change; a spec that parse_application accepts has no
/// such thing, since both read by the same rules.
[[nodiscard]] result<submission> render(const submission_input& in);

/// Names that render() gives to children, known without a spec's details, so
/// that sweeping finds them again.
[[nodiscard]] std::string config_map_name(std::string_view submission_id);

} // namespace spark
