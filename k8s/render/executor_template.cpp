#include "k8s/render/executor_template.hpp"

#include "crds/json_text.hpp"
#include "crds/parse.hpp"
#include "k8s/render/pod_wishes.hpp"

#include <algorithm>

namespace spark {
namespace json = boost::json;
namespace {

/// What Spark accepts in spark.executorEnv.NAME; others it drops.
bool is_executor_env_name(std::string_view name) {
  auto first = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
           c == '.' || c == '_';
  };
  auto rest = [&](char c) { return first(c) || (c >= '0' && c <= '9'); };
  return !name.empty() && first(name.front()) &&
         std::ranges::all_of(name, rest);
}

/// The driver trims values that it loads from spark.properties.
bool survives_trimming(std::string_view s) {
  auto blank = [](char c) { return static_cast<unsigned char>(c) <= ' '; };
  return s.empty() || (!blank(s.front()) && !blank(s.back()));
}

bool is_plain(const json::value& entry) {
  const auto* members = entry.if_object();
  if (!members)
    return false;
  auto value = text_member(entry, "value");
  auto known = [](const auto& m) {
    return m.value().is_string() && (m.key() == "name" || m.key() == "value");
  };
  return std::ranges::all_of(*members, known) &&
         is_executor_env_name(text_member(entry, "name")) &&
         value.find("$(") == value.npos && survives_trimming(value);
}

/// Where the environment goes.
void split_env(const json::array& list, executor_wishes& out, base_pod& pod) {
  const bool plain = std::ranges::all_of(list, is_plain);
  for (const auto& entry : list) {
    std::string name{text_member(entry, "name")};
    if (plain)
      out.conf[std::string{executor_variable} + name] =
          text_member(entry, "value");
    else
      out.template_variables.push_back(std::move(name));
  }
  if (!plain)
    append_to(pod.container, "env", list);
}

/// What is conf in one line of Spark and the pod's own in another.
void add_by_line(const executor_spec& executor, const version_profile& profile,
                 executor_wishes& out, base_pod& pod) {
  // Spark looks at the older name alone, the API server wants both the same.
  if (!profile.executor_account && executor.service_account)
    for (const auto* name : {"serviceAccount", "serviceAccountName"})
      pod.spec[name] = *executor.service_account;
  if (profile.executor_grace && executor.termination_grace_period_seconds)
    out.conf["spark.kubernetes.executor.terminationGracePeriodSeconds"] =
        std::to_string(*executor.termination_grace_period_seconds) + "s";
}

/// The names of directories that Spark's own come before in a template.
void add_conf_directories(const spark_application_spec& spec,
                          executor_wishes& out) {
  if (spec.hadoop_config_map)
    out.conf[std::string{executor_variable} + "HADOOP_CONF_DIR"] =
        hadoop_map_directory;
  if (spec.spark_config_map)
    out.conf[std::string{executor_variable} + "SPARK_CONF_DIR"] =
        spark_map_directory;
}

json::object as_pod(base_pod pod) {
  auto& containers = list_at(pod.spec, "containers");
  containers.insert(containers.begin() + pod.place, std::move(pod.container));
  json::object out{{"apiVersion", "v1"}, {"kind", "Pod"}};
  if (!pod.metadata.empty())
    out["metadata"] = std::move(pod.metadata);
  out["spec"] = std::move(pod.spec);
  return out;
}

} // namespace

executor_wishes make_executor_wishes(std::string_view app,
                                     const spark_application_spec& spec,
                                     const version_profile& profile,
                                     bool beside_services) {
  const auto& executor = spec.executor;
  auto direct =
      split_volumes("executor", spec.volumes, executor.volume_mounts, profile);
  add_shared(direct, "executor", spec);
  for (const auto& one : direct_mounts(app, spec, "executor"))
    add_direct(direct, one);
  executor_wishes out{.conf = std::move(direct.conf)};
  auto pod = make_base_pod(executor.pod_template, executor_container);
  split_env(executor.env, out, pod);
  append_to(pod.container, "volumeMounts", direct.mounts);
  append_to(pod.spec, "volumes", direct.volumes);
  apply_wishes(pod, spec, "executor");
  if (beside_services)
    leave_out_service_links(pod.spec);
  add_by_line(executor, profile, out, pod);
  add_conf_directories(spec, out);
  auto text = canonical_json(as_pod(std::move(pod)));
  static const auto nothing =
      canonical_json(as_pod(make_base_pod({}, executor_container)));
  if (text != nothing)
    out.pod_template = std::move(text);
  return out;
}

} // namespace spark
