#include "crds/conf/profile.hpp"
#include "crds/fields.hpp"
#include "crds/validation.hpp"

#include <array>

namespace spark {

namespace {

/// Executors are made by the driver, from Spark's conf and a pod template.
/// What Spark overwrites there only a webhook could set (contract §7).
struct unreachable_wish {
  std::string_view path;
  std::string_view why;
  bool (*is_wished)(const spark_application_spec&, const version_profile&);
};

bool decommissions(const spark_application_spec& spec) {
  const auto* value = find_conf(spec, "spark.decommission.enabled");
  return value && *value == "true";
}

constexpr std::array wishes{
    unreachable_wish{
        "spec.executor.memoryLimit",
        "has no effect without the mutating webhook: Spark sets the memory "
        "limit of executors to their request; raise memoryOverhead instead",
        [](const auto& spec, const auto&) {
          return spec.executor.memory_limit.has_value();
        }},
    unreachable_wish{
        "spec.executor.ports",
        "has no effect without the mutating webhook: this line of Spark "
        "replaces the ports of executors",
        [](const auto& spec, const auto& profile) {
          return !spec.executor.ports.empty() && !profile.template_ports;
        }},
    unreachable_wish{
        "spec.executor.lifecycle",
        "loses its preStop hook without the mutating webhook: Spark puts its "
        "own there while spark.decommission.enabled is true",
        [](const auto& spec, const auto&) {
          return spec.executor.lifecycle.contains("preStop") &&
                 decommissions(spec);
        }},
    unreachable_wish{"spec.deps.archives",
                     "have no effect: this line of Spark does not unpack them",
                     [](const auto& spec, const auto& profile) {
                       return !spec.deps.archives.empty() && !profile.archives;
                     }},
    unreachable_wish{"spec.proxyUser",
                     "has no effect: this line of Spark does not hand it to "
                     "the driver; set HADOOP_PROXY_USER in driver.env",
                     [](const auto& spec, const auto& profile) {
                       return spec.proxy_user && !profile.proxy_user;
                     }},
};

} // namespace

void warn_of_unreachable(parsed_application& out) {
  const auto& profile = profile_of(out.spec);
  for (const auto& wish : wishes)
    if (wish.is_wished(out.spec, profile))
      out.warnings.push_back({std::string{wish.path}, std::string{wish.why}});
}

} // namespace spark
