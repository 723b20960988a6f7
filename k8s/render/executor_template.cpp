#include "k8s/render/executor_template.hpp"

#include "crds/json_text.hpp"
#include "crds/parse.hpp"

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

json::object pod_template(json::array env, const role_volumes& direct) {
  json::object container{{"name", executor_container}};
  if (!env.empty())
    container["env"] = std::move(env);
  if (!direct.mounts.empty())
    container["volumeMounts"] = direct.mounts;
  json::object spec{{"containers", json::array{std::move(container)}}};
  if (!direct.volumes.empty())
    spec["volumes"] = direct.volumes;
  return {{"apiVersion", "v1"}, {"kind", "Pod"}, {"spec", std::move(spec)}};
}

} // namespace

executor_wishes make_executor_wishes(const spark_application_spec& spec,
                                     const version_profile& profile) {
  const auto& executor = spec.executor;
  auto direct =
      split_volumes("executor", spec.volumes, executor.volume_mounts, profile);
  executor_wishes out{.conf = std::move(direct.conf)};
  json::array env;
  const bool plain = std::ranges::all_of(executor.env, is_plain);
  for (const auto& entry : executor.env) {
    std::string name{text_member(entry, "name")};
    if (plain)
      out.conf[std::string{executor_variable} + name] =
          text_member(entry, "value");
    else
      out.template_variables.push_back(std::move(name));
  }
  if (!plain)
    env = executor.env;
  if (env.empty() && direct.mounts.empty())
    return out;
  out.pod_template = canonical_json(pod_template(std::move(env), direct));
  return out;
}

} // namespace spark
