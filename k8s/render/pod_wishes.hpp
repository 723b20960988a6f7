#pragma once

#include "crds/spark_application.hpp"
#include "k8s/render/base_pod.hpp"

#include <boost/json.hpp>

#include <string>
#include <string_view>

namespace spark {

/// Applies what a role asks of its pod beyond Spark's conf: scheduling,
/// security, network, more containers, devices, ports, variables from whole
/// ConfigMaps. Lists are appended to, maps merged, single values replaced: as
/// the mutating webhook of the Go operator does with a pod that Spark has made.
/// Volumes and `env` are the caller's.
void apply_wishes(base_pod& pod, const spark_application_spec& spec,
                  std::string_view role);

/// No variables for each Service of the namespace, unless a pod template has
/// said something about them.
void leave_out_service_links(boost::json::object& spec);

/// spec.driver or spec.executor.
[[nodiscard]] const pod_role_spec& role_of(const spark_application_spec& spec,
                                           std::string_view role);

/// memoryLimit as a quantity: "2g" and "2gb" mean 2Gi, as Java has it.
[[nodiscard]] std::string memory_quantity(std::string_view text);

} // namespace spark
