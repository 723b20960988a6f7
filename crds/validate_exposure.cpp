#include "crds/validation.hpp"

#include <set>

namespace spark {

namespace {

/// Each is a Service and perhaps an Ingress, and all their names are
/// remembered.
constexpr std::size_t most_driver_ports = 16;

} // namespace

void validate_exposure(parsed_application& out) {
  const std::string list = "spec.driverIngressOptions";
  const auto& items = out.spec.driver_ingress;
  if (items.size() > most_driver_ports)
    out.problems.push_back({list, "has " + std::to_string(items.size()) +
                                      " items: at most " +
                                      std::to_string(most_driver_ports)});
  std::set<std::int64_t> taken;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const auto* item = items[i].if_object();
    const auto* port = item ? item->if_contains("servicePort") : nullptr;
    if (port && port->is_int64() && !taken.insert(port->get_int64()).second)
      out.problems.push_back({item_path(list, i) + ".servicePort",
                              "is that of an earlier item: names are made of "
                              "it, so ports must differ"});
  }
}

} // namespace spark
