#include "k8s/render/pod_wishes.hpp"

#include "crds/conf/monitoring.hpp"
#include "crds/json_text.hpp"

#include <algorithm>

namespace spark {
namespace json = boost::json;
namespace {

/// A container that is there already, with the same image, is not added again.
void add_containers(json::object& spec, std::string_view key,
                    const json::array& containers) {
  if (containers.empty())
    return;
  auto& list = list_at(spec, key);
  for (const auto& one : containers) {
    const auto same = [&one](const json::value& other) {
      return text_member(other, "name") == text_member(one, "name") &&
             text_member(other, "image") == text_member(one, "image");
    };
    if (std::ranges::none_of(list, same))
      list.push_back(one);
  }
}

void replace(json::object& parent, std::string_view key,
             const json::object& value) {
  if (!value.empty())
    parent[key] = value;
}

void add_network(json::object& spec, const pod_role_spec& role) {
  if (role.host_network) {
    spec["hostNetwork"] = true;
    spec["dnsPolicy"] = "ClusterFirstWithHostNet";
  }
  replace(spec, "dnsConfig", role.dns_config);
  append_to(spec, "hostAliases", role.host_aliases);
}

void add_scheduling(json::object& spec, const pod_role_spec& role) {
  if (!role.node_selector.empty())
    for (const auto& [key, value] : role.node_selector)
      object_at(spec, "nodeSelector")[key] = value;
  replace(spec, "affinity", role.affinity);
  append_to(spec, "tolerations", role.tolerations);
  if (role.scheduler_name)
    spec["schedulerName"] = *role.scheduler_name;
  if (role.priority_class_name) {
    spec["priorityClassName"] = *role.priority_class_name;
    // They follow from the class, and the API server refuses other values.
    spec.erase("priority");
    spec.erase("preemptionPolicy");
  }
}

void add_life(json::object& spec, const pod_role_spec& role) {
  replace(spec, "securityContext", role.pod_security_context);
  if (role.termination_grace_period_seconds)
    spec["terminationGracePeriodSeconds"] =
        *role.termination_grace_period_seconds;
  if (role.share_process_namespace)
    spec["shareProcessNamespace"] = true;
}

void add_ports(json::object& container, const spark_application_spec& spec,
               std::string_view role) {
  append_to(container, "ports", role_of(spec, role).ports);
  if (exposes_metrics(spec, role) && has_metrics_map(spec))
    list_at(container, "ports")
        .push_back(json::object{{"name", metrics_port_name(spec)},
                                {"containerPort", metrics_port(spec)},
                                {"protocol", "TCP"}});
}

void add_to_container(json::object& container, const pod_role_spec& role) {
  append_to(container, "envFrom", role.env_from);
  if (role.gpu_name && role.gpu_quantity.value_or(0) > 0)
    object_at(object_at(container, "resources"), "limits")[*role.gpu_name] =
        std::to_string(*role.gpu_quantity);
  replace(container, "securityContext", role.security_context);
  replace(container, "lifecycle", role.lifecycle);
}

} // namespace

const pod_role_spec& role_of(const spark_application_spec& spec,
                             std::string_view role) {
  if (role == "driver")
    return spec.driver;
  return spec.executor;
}

void apply_wishes(base_pod& pod, const spark_application_spec& spec,
                  std::string_view name) {
  const auto& role = role_of(spec, name);
  add_to_container(pod.container, role);
  add_ports(pod.container, spec, name);
  add_network(pod.spec, role);
  add_containers(pod.spec, "initContainers", role.init_containers);
  add_containers(pod.spec, "containers", role.sidecars);
  add_scheduling(pod.spec, role);
  add_life(pod.spec, role);
}

void leave_out_service_links(json::object& spec) {
  spec.emplace("enableServiceLinks", false); // unless a template says it
}

std::string memory_quantity(std::string_view text) {
  auto rest = text;
  const auto lower = [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  };
  if (rest.size() > 1 && lower(rest.back()) == 'b')
    rest.remove_suffix(1);
  constexpr std::string_view units = "kmgtp";
  const auto unit = rest.empty() ? units.npos : units.find(lower(rest.back()));
  if (unit == units.npos)
    return std::string{text};
  std::string out{rest.substr(0, rest.size() - 1)};
  out += static_cast<char>(units[unit] - 'a' + 'A');
  return out + "i";
}

} // namespace spark
