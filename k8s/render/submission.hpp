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

/// Everything a submission is made from. `spec` has its defaults applied and
/// was accepted by validation.
struct submission_input {
  object_key app;
  std::string app_uid;
  std::int64_t claim_number = 0;
  std::string submission_id;
  std::int64_t submit_time_ms = 0; ///< becomes spark.app.submitTime
  const spark_application_spec* spec = nullptr;
};

/// What a submission creates, ready to POST into the application's namespace.
/// ConfigMaps, Service and claims come first; the Pod last.
struct submission {
  std::string spark_version; ///< the profile row that was used, e.g. "3.5"
  std::vector<std::pair<std::string, std::string>> conf; ///< sorted by key
  std::string properties; ///< the text of spark.properties
  std::vector<boost::json::object> config_maps; ///< immutable, one attempt's
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
