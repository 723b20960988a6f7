#include "crds/conf/conf_volumes.hpp"
#include "crds/conf/driver_conf.hpp"
#include "crds/conf/memory.hpp"
#include "crds/conf/role_volumes.hpp"
#include "crds/fields.hpp"
#include "crds/json_text.hpp"
#include "crds/text_checks.hpp"
#include "crds/validation.hpp"

namespace spark {

namespace {

void check_executors(settings& conf) {
  conf.check("spark.executor.memory", check_java_size);
  conf.mebibytes("spark.executor.memoryOverhead", 0);
  conf.positive("spark.executor.cores", 1);
  if (conf.flag("spark.dynamicAllocation.enabled", false))
    conf.integer("spark.executor.instances", 1);
  else
    conf.positive("spark.executor.instances", 1);
}

void check_factors(settings& conf) {
  for (std::string_view key : {"spark.driver.memoryOverheadFactor",
                               "spark.executor.memoryOverheadFactor"})
    if (conf.factor(key, 1) == 0)
      conf.refuse(key, "must be more than zero");
}

/// Before 3.3 Spark refuses a factor of 1 or more, the driver too.
void check_old_factor(settings& conf, const version_profile& profile) {
  constexpr std::string_view key = "spark.kubernetes.memoryOverheadFactor";
  if (!profile.role_factor && conf.factor(key, 0) >= 1)
    conf.refuse(key, "must be less than 1 in this line of Spark");
}

/// Spark's own bound, which is that of etcd.
void check_map_size(settings& conf) {
  constexpr std::string_view key = "spark.kubernetes.configMap.maxSize";
  constexpr int most = 1048576;
  if (conf.integer(key, most) > most)
    conf.refuse(key, "must be at most 1048576 bytes");
}

void check_words(settings& conf) {
  check_map_size(conf);
  conf.check("spark.kubernetes.container.image.pullPolicy", check_pull_policy);
  conf.check("spark.kubernetes.driver.service.ipFamilyPolicy",
             check_ip_family_policy);
  conf.check("spark.kubernetes.driver.service.ipFamilies", check_ip_families);
  conf.flag("spark.kubernetes.local.dirs.tmpfs", false);
}

void check_role(settings& conf, std::string_view role,
                const boost::json::array& mounts,
                const version_profile& profile) {
  const auto prefix = "spark.kubernetes." + std::string{role};
  conf.check(prefix + ".request.cores", check_quantity);
  conf.check(prefix + ".limit.cores", check_quantity);
  read_secret_references(conf, role);
  for (const auto& volume : read_conf_volumes(conf, role, profile))
    for (const auto& mount : mounts)
      if (text_member(mount, "mountPath") == volume.mount_path)
        conf.refuse(prefix + ".volumes." + volume.type + "." + volume.name +
                        ".mount.path",
                    "is where volumeMounts has another volume");
}

} // namespace

void validate_conf_values(parsed_application& out) {
  const auto& spec = out.spec;
  const auto asked = requested_spark_version(spec);
  const auto chosen = choose_profile(asked.text);
  if (chosen.warning)
    out.warnings.push_back({asked.path, *chosen.warning});
  const auto& profile = *chosen.row;
  auto effective = spec.spark_conf;
  const auto split = [&](std::string_view role, const pod_role_spec& pod) {
    auto parts = split_volumes(role, spec.volumes, pod.volume_mounts, profile);
    for (const auto& [key, value] : parts.conf)
      effective[key] = value;
    return std::move(parts.mounts);
  };
  const auto driver_mounts = split("driver", spec.driver);
  const auto executor_mounts = split("executor", spec.executor);
  settings conf{effective};
  conf.check("spark.driver.memory", check_java_size);
  conf.positive("spark.driver.cores", 1);
  driver_memory_mib(conf, language_of(spec.main_application_file.value_or("")),
                    profile);
  check_executors(conf);
  check_factors(conf);
  check_old_factor(conf, profile);
  if (!profile.role_factor &&
      parse_quantity(spec.memory_overhead_factor.value_or("")).value_or(0) >= 1)
    out.problems.push_back({"spec.memoryOverheadFactor",
                            "must be less than 1 in this line of "
                            "Spark"});
  check_words(conf);
  read_ports(conf, profile);
  read_devices(conf);
  check_role(conf, "driver", driver_mounts, profile);
  check_role(conf, "executor", executor_mounts, profile);
  constexpr std::string_view excluded =
      "spark.kubernetes.driver.pod.excludedFeatureSteps";
  if (profile.excludable_steps && !conf.text_or(excluded, "").empty())
    conf.refuse(excluded, "is not supported: the driver pod is made without "
                          "Spark's steps");
  out.problems.insert(out.problems.end(), conf.problems().begin(),
                      conf.problems().end());
}

} // namespace spark
