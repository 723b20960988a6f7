#include "crds/conf/role_volumes.hpp"

#include "crds/json_text.hpp"

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <set>
#include <vector>

namespace spark {
namespace json = boost::json;
namespace {

/// Whether every member of `object` is one of `known`.
bool only_has(const json::object& object,
              std::initializer_list<std::string_view> known) {
  return std::ranges::all_of(object, [&](const auto& member) {
    return std::ranges::find(known, std::string_view{member.key()}) !=
           known.end();
  });
}

bool is_true(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value && value->is_bool() && value->get_bool();
}

/// The one source of a volume: "emptyDir" and its object.
struct volume_source {
  std::string_view type;
  const json::object* options = nullptr;
};

std::optional<volume_source> source_of(const json::object& volume) {
  std::optional<volume_source> found;
  for (const auto& member : volume) {
    if (member.key() == "name")
      continue;
    if (found || !member.value().is_object())
      return std::nullopt;
    found = volume_source{member.key(), &member.value().get_object()};
  }
  return found;
}

/// Text options that Spark has for a source; nothing when it lacks one that
/// the volume uses.
std::optional<std::vector<std::string_view>>
option_names(const volume_source& source, const version_profile& profile) {
  const auto& o = *source.options;
  if (source.type == "emptyDir" && only_has(o, {"medium", "sizeLimit"}))
    return std::vector<std::string_view>{"medium", "sizeLimit"};
  if (source.type == "nfs" && profile.nfs && only_has(o, {"path", "server"}))
    return std::vector<std::string_view>{"path", "server"};
  if (source.type == "persistentVolumeClaim" && only_has(o, {"claimName"}))
    return std::vector<std::string_view>{"claimName"};
  if (source.type == "hostPath") {
    if (only_has(o, {"path"}))
      return std::vector<std::string_view>{"path"};
    if (profile.host_path_type && only_has(o, {"path", "type"}))
      return std::vector<std::string_view>{"path", "type"};
  }
  return std::nullopt;
}

/// Spark conf for one scratch volume, or nothing when Spark cannot say it.
std::optional<string_map> scratch_conf(std::string_view role,
                                       const json::object& volume,
                                       const json::object& mount,
                                       const version_profile& profile) {
  auto source = source_of(volume);
  if (!source || !only_has(mount, {"name", "mountPath", "readOnly", "subPath"}))
    return std::nullopt;
  auto options = option_names(*source, profile);
  if (!options)
    return std::nullopt;
  string_map out;
  std::string prefix = "spark.kubernetes.";
  prefix.append(role).append(".volumes.").append(source->type).append(".");
  prefix.append(text_member(volume, "name")).append(".");
  out[prefix + "mount.path"] = text_member(mount, "mountPath");
  if (auto sub_path = text_member(mount, "subPath"); !sub_path.empty())
    out[prefix + "mount.subPath"] = sub_path;
  if (is_true(mount, "readOnly"))
    out[prefix + "mount.readOnly"] = "true";
  for (auto name : *options)
    if (const auto* value = source->options->if_contains(name)) {
      if (!value->is_string()) // a quantity may be written as a number
        return std::nullopt;
      if (!value->get_string().empty())
        out[prefix + "options." + std::string{name}] = value->get_string();
    }
  return out;
}

const json::object* find_volume(const json::array& volumes,
                                std::string_view name) {
  for (const auto& volume : volumes)
    if (volume.is_object() && text_member(volume, "name") == name)
      return &volume.get_object();
  return nullptr;
}

} // namespace

role_volumes split_volumes(std::string_view role, const json::array& volumes,
                           const json::array& mounts,
                           const version_profile& profile) {
  role_volumes out;
  auto uses = [&](std::string_view name) {
    return std::ranges::count_if(mounts, [&](const json::value& mount) {
      return text_member(mount, "name") == name;
    });
  };
  for (const auto& mount : mounts) {
    auto name = text_member(mount, "name");
    const auto* volume = find_volume(volumes, name);
    if (!volume) {
      out.mounts.push_back(mount);
      continue;
    }
    if (name.starts_with(local_dir_prefix) && uses(name) == 1)
      if (auto conf =
              scratch_conf(role, *volume, mount.get_object(), profile)) {
        out.conf.merge(*conf);
        continue;
      }
    if (!find_volume(out.volumes, name))
      out.volumes.emplace_back(*volume);
    out.mounts.push_back(mount);
  }
  return out;
}

namespace {

/// Names of the volumes that containers mount.
void add_mounted(const json::array& containers, std::set<std::string>& out) {
  for (const auto& container : containers)
    if (const auto* one = container.if_object())
      for (const auto& mount : list_member(*one, "volumeMounts"))
        out.emplace(text_member(mount, "name"));
}

/// Names of volumes that are in the pod already, or that Spark puts there.
std::set<std::string> names_of(const role_volumes& volumes,
                               const json::array& of_template) {
  std::set<std::string> out;
  for (const auto* list : {&volumes.volumes, &of_template})
    for (const auto& volume : *list)
      out.emplace(text_member(volume, "name"));
  constexpr std::string_view end = ".mount.path";
  for (const auto& [key, value] : volumes.conf)
    if (key.ends_with(end)) {
      const auto path = key.substr(0, key.size() - end.size());
      out.insert(path.substr(path.rfind('.') + 1));
    }
  return out;
}

} // namespace

void add_shared(role_volumes& out, std::string_view role,
                const spark_application_spec& spec) {
  const pod_role_spec* pod = &spec.driver;
  if (role == "executor")
    pod = &spec.executor;
  const auto& of_template = object_member(pod->pod_template, "spec");
  std::set<std::string> mounted;
  add_mounted(pod->sidecars, mounted);
  add_mounted(pod->init_containers, mounted);
  add_mounted(list_member(of_template, "containers"), mounted);
  add_mounted(list_member(of_template, "initContainers"), mounted);
  const auto there = names_of(out, list_member(of_template, "volumes"));
  for (const auto& volume : spec.volumes) {
    const std::string name{text_member(volume, "name")};
    if (mounted.contains(name) && !there.contains(name))
      out.volumes.push_back(volume);
  }
}

void add_direct(role_volumes& out, const direct_mount& direct) {
  if (!find_volume(out.volumes, direct.volume)) {
    auto volume = direct.source;
    volume["name"] = direct.volume;
    out.volumes.push_back(std::move(volume));
  }
  json::object mount{{"name", direct.volume}, {"mountPath", direct.path}};
  if (direct.source.contains("configMap"))
    mount["readOnly"] = true;
  out.mounts.push_back(std::move(mount));
}

} // namespace spark
