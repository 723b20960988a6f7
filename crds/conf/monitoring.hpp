#pragma once

#include "crds/spark_application.hpp"

#include <string>
#include <string_view>

namespace spark {

// spec.monitoring: Spark's metrics system reports to JMX, and an agent in the
// JVM serves that to Prometheus. Everything here is empty, false or without
// effect unless spec.monitoring.prometheus is given.

/// `role` ("driver" or "executor") serves its metrics.
[[nodiscard]] bool exposes_metrics(const spark_application_spec& spec,
                                   std::string_view role);
[[nodiscard]] std::int64_t metrics_port(const spark_application_spec& spec);
[[nodiscard]] std::string metrics_port_name(const spark_application_spec& spec);

/// The ConfigMap of an application with what the image does not have: nothing
/// when it has both files.
[[nodiscard]] bool has_metrics_map(const spark_application_spec& spec);
[[nodiscard]] std::string metrics_map_name(std::string_view app);
[[nodiscard]] string_map metrics_map_data(const spark_application_spec& spec);
inline constexpr std::string_view metrics_directory = "/etc/metrics/conf";

/// Properties, annotations and options of the JVM. They win over what `conf`
/// has, but for the options, which are appended.
void add_metrics_conf(std::string_view ns, std::string_view app,
                      const spark_application_spec& spec, string_map& conf);

} // namespace spark
