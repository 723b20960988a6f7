#include "crds/conf/driver_conf.hpp"

namespace spark {

driver_ports read_ports(settings& conf, const version_profile& profile) {
  driver_ports out;
  out.rpc = conf.port("spark.driver.port", default_driver_port);
  out.service_block_manager =
      conf.port("spark.driver.blockManager.port", default_block_manager_port);
  out.pod_block_manager = conf.port(
      "spark.driver.blockManager.port",
      conf.port("spark.blockManager.port", default_block_manager_port));
  out.ui = conf.port("spark.ui.port", 4040);
  if (profile.connect_port)
    out.connect = conf.port("spark.connect.grpc.binding.port", 15002);
  return out;
}

std::vector<secret_reference> read_secret_references(settings& conf,
                                                     std::string_view role) {
  const auto prefix =
      "spark.kubernetes." + std::string{role} + ".secretKeyRef.";
  std::vector<secret_reference> out;
  for (const auto& [name, value] : conf.with_prefix(prefix)) {
    const auto colon = value.find(':');
    if (colon == value.npos || value.find(':', colon + 1) != value.npos)
      conf.refuse(prefix + name, "must be in the form name:key");
    else
      out.push_back({name, value.substr(0, colon), value.substr(colon + 1)});
  }
  return out;
}

std::vector<device> read_devices(settings& conf) {
  constexpr std::string_view prefix = "spark.driver.resource.";
  std::vector<device> out;
  for (const auto& [key, value] : conf.with_prefix(prefix)) {
    const auto dot = key.rfind('.');
    const auto name = key.substr(0, dot);
    const auto at = std::string{prefix} + name;
    if (dot == key.npos || key.substr(dot) != ".amount") {
      if (!conf.has(at + ".amount"))
        conf.refuse(at + ".amount", "is missing: say how many are needed");
      continue;
    }
    if (conf.integer(at + ".amount", 0) <= 0)
      continue;
    const auto vendor = conf.text(at + ".vendor");
    if (!vendor)
      conf.refuse(at + ".vendor", "is missing: say whose device it is, such as "
                                  "nvidia.com");
    out.push_back({vendor.value_or("") + "/" + name, value});
  }
  return out;
}

} // namespace spark
