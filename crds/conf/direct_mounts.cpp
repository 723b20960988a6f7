#include "crds/conf/direct_mounts.hpp"

#include "crds/conf/monitoring.hpp"
#include "crds/json_text.hpp"
#include "crds/parse.hpp"
#include "crds/text_checks.hpp"
#include "crds/validation.hpp"

#include <algorithm>
#include <set>

namespace spark {

namespace json = boost::json;

namespace {

json::object config_map(std::string_view name) {
  return {{"configMap", {{"name", name}}}};
}

/// Kinds whose objects may have one name differ in `kind`.
std::string shortened(std::string_view name, std::string_view kind) {
  constexpr std::size_t kept = 50; // of 63: "-", 8 digits and "-vol" follow
  std::string out{name.substr(0, kept)};
  std::replace(out.begin(), out.end(), '.', '-');
  while (out.ends_with('-'))
    out.pop_back();
  const auto digits = sha256_hex(std::string{kind} + std::string{name});
  return out + "-" + digits.substr(0, 8) + "-vol";
}

void add_listed(const std::string& field, const pod_role_spec& role,
                std::vector<direct_mount>& out) {
  for (std::size_t i = 0; i < role.config_maps.size(); ++i) {
    const auto name = text_member(role.config_maps[i], "name");
    out.push_back({item_path(field + ".configMaps", i) + ".path",
                   mounted_volume_name(name), config_map(name),
                   std::string{text_member(role.config_maps[i], "path")}});
  }
  const auto in_conf = secrets_in_conf(role.secrets);
  for (std::size_t i = 0; i < role.secrets.size(); ++i) {
    const auto name = text_member(role.secrets[i], "name");
    if (!in_conf[i])
      out.push_back({item_path(field + ".secrets", i) + ".path",
                     shortened(name, "secret/"),
                     {{"secret", {{"secretName", name}}}},
                     std::string{text_member(role.secrets[i], "path")}});
  }
}

} // namespace

std::vector<direct_mount> direct_mounts(std::string_view app,
                                        const spark_application_spec& spec,
                                        std::string_view role) {
  std::vector<direct_mount> out;
  if (role == "driver")
    add_listed("spec.driver", spec.driver, out);
  else
    add_listed("spec.executor", spec.executor, out);
  if (spec.hadoop_config_map)
    out.push_back({"spec.hadoopConfigMap", "hadoop-configmap-volume",
                   config_map(*spec.hadoop_config_map),
                   std::string{hadoop_map_directory}});
  if (spec.spark_config_map)
    out.push_back({"spec.sparkConfigMap", "spark-configmap-volume",
                   config_map(*spec.spark_config_map),
                   std::string{spark_map_directory}});
  if (exposes_metrics(spec, role) && has_metrics_map(spec)) {
    const auto name = metrics_map_name(app);
    out.push_back({"spec.monitoring.prometheus", mounted_volume_name(name),
                   config_map(name), std::string{metrics_directory}});
  }
  return out;
}

std::vector<bool> secrets_in_conf(const json::array& secrets) {
  std::vector<bool> out;
  std::set<std::string_view> seen;
  for (const auto& secret : secrets) {
    const auto name = text_member(secret, "name");
    out.push_back(seen.insert(name).second &&
                  check_volume_name(std::string{name} + "-volume").empty());
  }
  return out;
}

std::optional<std::pair<std::string, std::string>>
secret_variable(const boost::json::value& secret) {
  const auto type = text_member(secret, "secretType");
  std::string path;
  for (const char c : text_member(secret, "path"))
    if (c != '/' || !path.ends_with('/'))
      path += c;
  while (path.ends_with('/'))
    path.pop_back();
  if (type == gcp_secret)
    return std::pair{"GOOGLE_APPLICATION_CREDENTIALS", path + "/key.json"};
  if (type == hadoop_secret)
    return std::pair{"HADOOP_TOKEN_FILE_LOCATION", path + "/hadoop.token"};
  return std::nullopt;
}

std::string mounted_volume_name(std::string_view name) {
  auto plain = std::string{name} + "-vol";
  return check_volume_name(plain).empty() ? plain : shortened(name, "");
}

} // namespace spark
