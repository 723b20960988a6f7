#pragma once

#include "crds/conf/profile.hpp"
#include "crds/conf/settings.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace spark {

// What the conf asks of the driver pod beside memory and volumes.

inline constexpr int default_driver_port = 7078;
inline constexpr int default_block_manager_port = 7079;

/// The ports that pod and Service name. The pod's block manager port has one
/// more fallback than the Service's (reference/spark-submit.md §6 trap 6).
struct driver_ports {
  int rpc = 0;
  int pod_block_manager = 0;
  int service_block_manager = 0;
  int ui = 0;
  int connect = 0; ///< 0: this Spark has no such port
};
driver_ports read_ports(settings& conf, const version_profile& profile);

/// spark.kubernetes.<role>.secretKeyRef.<variable>=<secret>:<key>
struct secret_reference {
  std::string variable;
  std::string secret;
  std::string key;
};
std::vector<secret_reference> read_secret_references(settings& conf,
                                                     std::string_view role);

/// spark.driver.resource.<name>.amount and .vendor: device plugins.
struct device {
  std::string resource; ///< "<vendor>/<name>"
  std::string amount;
};
std::vector<device> read_devices(settings& conf);

} // namespace spark
