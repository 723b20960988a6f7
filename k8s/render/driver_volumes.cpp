#include "k8s/render/plan.hpp"

#include <set>
#include <tuple>

namespace spark {
namespace json = boost::json;
namespace {

constexpr std::string_view prefix = "spark.kubernetes.driver.volumes.";

/// One volume of the conf: its type, name, and everything below.
struct conf_volume {
  std::string type;
  std::string name;
  string_map values; ///< "mount.path", "options.claimName", …
  std::string key(std::string_view rest) const {
    return std::string{prefix} + type + "." + name + "." + std::string{rest};
  }
};

/// Sorted by type and name: the index of a volume names on-demand claims.
std::vector<conf_volume> conf_volumes(settings& conf) {
  std::map<std::pair<std::string, std::string>, string_map> found;
  for (auto& [key, value] : conf.with_prefix(prefix)) {
    auto first = key.find('.');
    auto second = first == key.npos ? key.npos : key.find('.', first + 1);
    if (second == key.npos) {
      conf.refuse(std::string{prefix} + key +
                  ": should be volumes.<type>.<name>.<option>");
      continue;
    }
    found[{key.substr(0, first), key.substr(first + 1, second - first - 1)}]
         [key.substr(second + 1)] = value;
  }
  std::vector<conf_volume> out;
  for (auto& [id, values] : found)
    out.push_back({id.first, id.second, std::move(values)});
  return out;
}

std::string value_of(const conf_volume& volume, const std::string& key) {
  auto i = volume.values.find(key);
  return i == volume.values.end() ? std::string{} : i->second;
}

std::string required(settings& conf, const conf_volume& volume,
                     const std::string& key) {
  if (!volume.values.contains(key))
    conf.refuse(volume.key(key) + " is required for " + volume.type);
  return value_of(volume, key);
}

bool read_only(settings& conf, const conf_volume& volume) {
  auto value = value_of(volume, "mount.readOnly");
  if (!value.empty() && value != "true" && value != "false")
    conf.refuse(volume.key("mount.readOnly") + "=" + value +
                ": should be true or false");
  return value == "true";
}

json::object mount_of(submission_plan& plan, const conf_volume& volume) {
  json::object out{{"name", volume.name},
                   {"mountPath", required(plan.conf, volume, "mount.path")}};
  if (read_only(plan.conf, volume))
    out["readOnly"] = true;
  auto sub_path = value_of(volume, "mount.subPath");
  if (!sub_path.empty())
    out["subPath"] = sub_path;
  if (plan.profile.sub_path_expr)
    if (auto expr = value_of(volume, "mount.subPathExpr"); !expr.empty()) {
      if (!sub_path.empty())
        plan.conf.refuse(volume.key("mount.subPath") +
                         " and subPathExpr are mutually exclusive");
      out["subPathExpr"] = expr;
    }
  return out;
}

json::object empty_dir(const conf_volume& volume) {
  json::object out;
  for (std::string name : {"medium", "sizeLimit"})
    if (auto value = value_of(volume, "options." + name); !value.empty())
      out[name] = value;
  return out;
}

std::string claim_name(submission_plan& plan, const conf_volume& volume,
                       std::size_t index) {
  return with_replaced(
      required(plan.conf, volume, "options.claimName"), "OnDemand",
      plan.names.prefix + "-driver-pvc-" + std::to_string(index));
}

json::object source_of(submission_plan& plan, const conf_volume& volume,
                       std::size_t index) {
  auto& conf = plan.conf;
  if (volume.type == "hostPath") {
    json::object source{{"path", required(conf, volume, "options.path")},
                        {"type", ""}};
    if (plan.profile.host_path_type)
      source["type"] = value_of(volume, "options.type");
    return {{"hostPath", std::move(source)}};
  }
  if (volume.type == "emptyDir")
    return {{"emptyDir", empty_dir(volume)}};
  if (volume.type == "nfs")
    return {{"nfs",
             {{"path", required(conf, volume, "options.path")},
              {"server", required(conf, volume, "options.server")}}}};
  if (volume.type == "persistentVolumeClaim") {
    json::object source{{"claimName", claim_name(plan, volume, index)}};
    if (read_only(conf, volume))
      source["readOnly"] = true;
    return {{"persistentVolumeClaim", std::move(source)}};
  }
  conf.refuse("Kubernetes volume type " + volume.type + " is not supported");
  return {};
}

/// The claim that Spark makes when class and size are given.
std::optional<json::object>
claim_of(submission_plan& plan, const conf_volume& volume, std::size_t index) {
  auto storage_class = value_of(volume, "options.storageClass");
  auto size = value_of(volume, "options.sizeLimit");
  if (volume.type != "persistentVolumeClaim" || storage_class.empty() ||
      size.empty())
    return std::nullopt;
  auto labels = operator_labels(plan);
  string_map annotations;
  if (plan.profile.claim_labels)
    for (const auto& [key, value] : volume.values) {
      if (key.starts_with("label.") && !is_operator_label(key.substr(6)))
        labels[key.substr(6)] = value;
      if (key.starts_with("annotation."))
        annotations[key.substr(11)] = value;
    }
  labels["spark-app-selector"] = plan.names.app_id;
  auto metadata = metadata_of(plan, claim_name(plan, volume, index), labels);
  if (!annotations.empty())
    metadata["annotations"] = to_json(annotations);
  return json::object{
      {"apiVersion", "v1"},
      {"kind", "PersistentVolumeClaim"},
      {"metadata", std::move(metadata)},
      {"spec",
       {{"storageClassName", storage_class},
        {"accessModes", json::array{plan.profile.claim_access_mode}},
        {"resources", {{"requests", {{"storage", size}}}}}}}};
}

void add(driver_volumes& out, std::string_view name, std::string_view path,
         json::object source) {
  source["name"] = name;
  out.volumes.push_back(std::move(source));
  out.mounts.push_back(json::object{{"name", name}, {"mountPath", path}});
}

json::object items(std::string_view map, std::string_view key,
                   std::string_view path) {
  return {
      {"configMap",
       {{"name", map},
        {"items", json::array{json::object{{"key", key}, {"path", path}}}}}}};
}

void add_secrets(submission_plan& plan, driver_volumes& out) {
  for (const auto& [secret, path] :
       plan.conf.with_prefix("spark.kubernetes.driver.secrets."))
    add(out, secret + "-volume", path, {{"secret", {{"secretName", secret}}}});
}

void add_conf_volumes(submission_plan& plan, driver_volumes& out) {
  std::set<std::string> paths;
  auto all = conf_volumes(plan.conf);
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto& volume = all[i];
    auto source = source_of(plan, volume, i);
    source["name"] = volume.name;
    auto path = value_of(volume, "mount.path");
    if (!paths.insert(path).second)
      plan.conf.refuse("driver volumes: found duplicated mountPath '" + path +
                       "'");
    out.volumes.push_back(std::move(source));
    out.mounts.push_back(mount_of(plan, volume));
    if (auto claim = claim_of(plan, volume, i))
      out.claims.push_back(std::move(*claim));
  }
}

/// Scratch mounts that are there already serve as local directories; without
/// any, Spark makes an emptyDir for each directory.
void add_local_dirs(submission_plan& plan, driver_volumes& out) {
  std::vector<std::string> dirs;
  for (const auto& mount : out.mounts)
    if (text_member(mount, "name").starts_with(local_dir_prefix))
      dirs.emplace_back(text_member(mount, "mountPath"));
  if (!dirs.empty()) {
    out.local_dirs = join_list(dirs);
    return;
  }
  dirs = plan.conf.list("spark.local.dir");
  if (dirs.empty())
    dirs.push_back("/var/data/spark-" + plan.in.submission_id);
  json::object empty;
  if (plan.conf.flag("spark.kubernetes.local.dirs.tmpfs", false))
    empty["medium"] = "Memory";
  for (std::size_t i = 0; i < dirs.size(); ++i)
    add(out, std::string{local_dir_prefix} + std::to_string(i + 1), dirs[i],
        {{"emptyDir", empty}});
  out.local_dirs = join_list(dirs);
}

} // namespace

driver_volumes make_driver_volumes(submission_plan& plan) {
  driver_volumes out{.volumes = plan.volumes, .mounts = plan.mounts};
  add_secrets(plan, out);
  add_conf_volumes(plan, out);
  if (auto map = plan.conf.text("spark.kubernetes.hadoop.configMapName"))
    add(out, "hadoop-properties", "/opt/hadoop/conf",
        {{"configMap", {{"name", *map}}}});
  if (plan.has_executor_template)
    add(out, "pod-template-volume", template_directory,
        items(plan.names.template_map, template_key, template_file));
  add_local_dirs(plan, out);
  auto conf =
      items(plan.names.conf_map, "spark.properties", "spark.properties");
  conf["configMap"].at("items").at(0).as_object()["mode"] = 420;
  add(out, "spark-conf-volume-driver", "/opt/spark/conf", std::move(conf));
  return out;
}

} // namespace spark
