#pragma once

#include "tests/support/dice.hpp"

#include <boost/json.hpp>

#include <string>
#include <vector>

namespace spark::test {

// Valid values of the Kubernetes types that a SparkApplication holds whole.

namespace json = boost::json;

[[nodiscard]] json::object random_affinity(dice& d);
[[nodiscard]] json::array random_tolerations(dice& d);
[[nodiscard]] json::object random_pod_security_context(dice& d);
[[nodiscard]] json::object random_security_context(dice& d);
[[nodiscard]] json::object random_dns_config(dice& d);
[[nodiscard]] json::array random_host_aliases(dice& d);
[[nodiscard]] json::object random_lifecycle(dice& d);
[[nodiscard]] json::object random_resources(dice& d);
/// The name is fresh. Without one the entry takes `name`.
[[nodiscard]] json::object random_variable(dice& d, std::string name);
[[nodiscard]] json::array random_variables(dice& d);
[[nodiscard]] json::array random_env_from(dice& d);

/// A source of every kind that Kubernetes has, by turns of the dice.
[[nodiscard]] json::object random_volume(dice& d, std::string name);
/// One of the four kinds that Spark can make a local directory of.
[[nodiscard]] json::object random_scratch_volume(dice& d, std::string name);
/// Somewhere where nothing else is mounted.
[[nodiscard]] json::object random_mount(dice& d, std::string_view volume);

/// A container beside Spark's that mounts some of `volumes`.
[[nodiscard]] json::object
random_sidecar(dice& d, const std::vector<std::string>& volumes);
[[nodiscard]] json::object
random_init_container(dice& d, const std::vector<std::string>& volumes);

} // namespace spark::test
