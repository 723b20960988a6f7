#include "crds/conf/direct_mounts.hpp"
#include "crds/json_text.hpp"
#include "crds/text_checks.hpp"
#include "crds/validation.hpp"

#include <map>
#include <set>

namespace spark {

namespace json = boost::json;

namespace {

using names = std::set<std::string, std::less<>>;

names volume_names(parsed_application& out) {
  names found;
  for (std::size_t i = 0; i < out.spec.volumes.size(); ++i) {
    const auto* item = out.spec.volumes[i].if_object();
    const auto path = item_path("spec.volumes", i);
    const auto* name = item ? need_text(*item, "name", path, out) : nullptr;
    if (!name)
      continue;
    if (auto wrong = check_volume_name(*name); !wrong.empty())
      out.problems.push_back({path + ".name", std::move(wrong)});
    if (!found.emplace(*name).second)
      out.problems.push_back(
          {path + ".name", "is that of an earlier volume: names must differ"});
  }
  return found;
}

/// Volumes that the template of a role brings along.
names template_volumes(const pod_role_spec& role) {
  names out;
  for (const auto& volume :
       list_member(object_member(role.pod_template, "spec"), "volumes"))
    out.emplace(text_member(volume, "name"));
  return out;
}

/// What is mounted where in one pod. A path that is taken, or a mount without
/// a volume, makes every such pod invalid: a driver that the API server
/// refuses, executors that the driver asks for forever.
class mount_check {
public:
  explicit mount_check(parsed_application& out) : out_(out) {}

  void mount(std::string path, const std::string& field) {
    while (path.size() > 1 && path.ends_with('/'))
      path.pop_back();
    const auto [at, is_new] = taken_.emplace(path, field);
    if (!is_new)
      out_.problems.push_back(
          {field, "is where another volume is mounted already: " +
                      (at->second.empty() ? "Spark's own" : at->second)});
  }

private:
  parsed_application& out_;
  std::map<std::string, std::string> taken_; ///< path -> field
};

void check_volume_mounts(const std::string& role, const pod_role_spec& pod,
                         const names& volumes, const names& of_template,
                         mount_check& mounts, parsed_application& out) {
  for (std::size_t i = 0; i < pod.volume_mounts.size(); ++i) {
    const auto* item = pod.volume_mounts[i].if_object();
    if (!item)
      continue;
    const auto path = item_path(role + ".volumeMounts", i);
    const auto* name = need_text(*item, "name", path, out);
    const auto* mount = need_text(*item, "mountPath", path, out);
    const bool is_own = name && volumes.contains(std::string_view{*name});
    const bool is_template =
        name && of_template.contains(std::string_view{*name});
    if (is_own && is_template)
      out.problems.push_back(
          {path + ".name", "is a volume of spec.volumes and another one of the "
                           "pod's template: names must differ"});
    if (name && !is_own && !is_template)
      out.problems.push_back(
          {path + ".name", "there is no volume " + quoted(*name) +
                               " in spec.volumes or the pod's template"});
    if (mount)
      mounts.mount(std::string{*mount}, path + ".mountPath");
  }
}

void check_role(std::string_view app, const std::string& word,
                const pod_role_spec& pod, const names& own,
                parsed_application& out) {
  const auto role = "spec." + word;
  const auto of_template = template_volumes(pod);
  auto volumes = own;
  volumes.insert(of_template.begin(), of_template.end());
  mount_check mounts{out};
  const auto take = [&](const std::string& field, const std::string& volume) {
    if (volumes.contains(volume))
      out.problems.push_back({field, "needs a volume called " + quoted(volume) +
                                         ", and the spec has another one of "
                                         "that name"});
  };
  mounts.mount("/opt/spark/conf", "");
  check_volume_mounts(role, pod, own, of_template, mounts, out);
  const auto in_conf = secrets_in_conf(pod.secrets);
  for (std::size_t i = 0; i < in_conf.size(); ++i)
    if (in_conf[i]) {
      const auto field = item_path(role + ".secrets", i);
      mounts.mount(std::string{text_member(pod.secrets[i], "path")},
                   field + ".path");
      take(field + ".name",
           std::string{text_member(pod.secrets[i], "name")} + "-volume");
    }
  for (const auto& direct : direct_mounts(app, out.spec, word)) {
    mounts.mount(direct.path, direct.field);
    take(direct.field, direct.volume);
  }
}

} // namespace

void validate_mounts(std::string_view app, parsed_application& out) {
  const auto volumes = volume_names(out);
  check_role(app, "driver", out.spec.driver, volumes, out);
  check_role(app, "executor", out.spec.executor, volumes, out);
}

} // namespace spark
