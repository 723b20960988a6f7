#include "crds/conf/conf_volumes.hpp"
#include "crds/json_text.hpp"
#include "k8s/render/plan.hpp"

namespace spark {
namespace json = boost::json;
namespace {

json::object mount_of(const conf_volume& volume) {
  json::object out{{"name", volume.name}, {"mountPath", volume.mount_path}};
  if (volume.read_only)
    out["readOnly"] = true;
  if (!volume.sub_path.empty())
    out["subPath"] = volume.sub_path;
  if (!volume.sub_path_expr.empty())
    out["subPathExpr"] = volume.sub_path_expr;
  return out;
}

json::object empty_dir(const conf_volume& volume) {
  json::object out;
  for (std::string name : {"medium", "sizeLimit"})
    if (auto value = option_of(volume, name); !value.empty())
      out[name] = value;
  return out;
}

std::string claim_name(const submission_plan& plan, const conf_volume& volume,
                       std::size_t index) {
  if (!plan.profile.claims)
    return option_of(volume, "claimName");
  return with_replaced(option_of(volume, "claimName"), "OnDemand",
                       plan.names.prefix + "-driver-pvc-" +
                           std::to_string(index));
}

json::object source_of(const submission_plan& plan, const conf_volume& volume,
                       std::size_t index) {
  if (volume.type == "hostPath") {
    json::object source{{"path", option_of(volume, "path")}, {"type", ""}};
    if (plan.profile.host_path_type)
      source["type"] = option_of(volume, "type");
    return {{"hostPath", std::move(source)}};
  }
  if (volume.type == "emptyDir")
    return {{"emptyDir", empty_dir(volume)}};
  if (volume.type == "nfs")
    return {{"nfs",
             {{"path", option_of(volume, "path")},
              {"server", option_of(volume, "server")}}}};
  json::object source{{"claimName", claim_name(plan, volume, index)}};
  if (volume.read_only)
    source["readOnly"] = true;
  return {{"persistentVolumeClaim", std::move(source)}};
}

/// The claim that Spark makes when class and size are given.
std::optional<json::object> claim_of(const submission_plan& plan,
                                     const conf_volume& volume,
                                     std::size_t index) {
  auto storage_class = option_of(volume, "storageClass");
  auto size = option_of(volume, "sizeLimit");
  if (!plan.profile.claims || volume.type != "persistentVolumeClaim" ||
      storage_class.empty() || size.empty())
    return std::nullopt;
  auto labels = operator_labels(plan.in);
  for (const auto& [key, value] : volume.labels)
    labels[key] = value;
  labels["spark-app-selector"] = plan.names.app_id;
  auto metadata = metadata_of(plan.in, claim_name(plan, volume, index), labels);
  if (!volume.annotations.empty())
    metadata["annotations"] = to_json(volume.annotations);
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
  auto all = read_conf_volumes(plan.conf, "driver", plan.profile);
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto& volume = all[i];
    auto source = source_of(plan, volume, i);
    source["name"] = volume.name;
    out.volumes.push_back(std::move(source));
    out.mounts.push_back(mount_of(volume));
    if (auto claim = claim_of(plan, volume, i))
      out.claims.push_back(std::move(*claim));
  }
}

/// Scratch mounts that are there already serve as local directories; without
/// any, Spark makes an emptyDir for each directory.
void add_local_dirs(submission_plan& plan, driver_volumes& out) {
  std::vector<std::string> dirs;
  for (const auto* mounts :
       {&list_at(plan.base.container, "volumeMounts"), &out.mounts})
    for (const auto& mount : *mounts)
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
