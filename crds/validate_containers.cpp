#include "crds/conf/monitoring.hpp"
#include "crds/json_text.hpp"
#include "crds/text_checks.hpp"
#include "crds/validation.hpp"

#include <array>
#include <map>
#include <set>

namespace spark {

namespace json = boost::json;

namespace {

using names = std::set<std::string, std::less<>>;

std::string spark_container(std::string_view role) {
  return "spark-kubernetes-" + std::string{role};
}

/// Sidecars and init containers share one set of names with Spark's container.
void check_containers(const std::string& field, const json::array& list,
                      names& taken, parsed_application& out) {
  for (std::size_t i = 0; i < list.size(); ++i) {
    const auto* item = list[i].if_object();
    if (!item)
      continue; // said when it was read
    const auto path = item_path(field, i);
    const auto* name = need_text(*item, "name", path, out);
    need_text(*item, "image", path, out);
    if (!name)
      continue;
    if (auto wrong = check_volume_name(*name); !wrong.empty())
      out.problems.push_back({path + ".name", std::move(wrong)});
    else if (!taken.emplace(*name).second)
      out.problems.push_back({path + ".name", "is that of another container of "
                                              "the pod: names must differ"});
  }
}

void check_ports(const std::string& role, const pod_role_spec& pod,
                 const spark_application_spec& spec, parsed_application& out) {
  names taken{"driver-rpc-port", "blockmanager", "spark-ui", "spark-connect"};
  const auto word = std::string_view{role}.substr(5); // behind "spec."
  if (exposes_metrics(spec, word))
    taken.insert(metrics_port_name(spec));
  for (std::size_t i = 0; i < pod.ports.size(); ++i) {
    const auto name = text_member(pod.ports[i], "name");
    if (!name.empty() && !taken.emplace(name).second)
      out.problems.push_back({item_path(role + ".ports", i) + ".name",
                              "is that of another port of the container: "
                              "names must differ"});
  }
}

/// Where a template is merged with what Spark and the spec add, each place
/// must have the shape that Kubernetes has there.
class template_check {
public:
  template_check(std::string path, parsed_application& out)
      : path_(std::move(path)), out_(out) {}

  void run(const json::object& pod) {
    if (const auto* metadata = object_at(pod, "metadata", ".metadata"))
      for (const auto* map : {"labels", "annotations"})
        text_map(*metadata, map, ".metadata.");
    const auto* spec = object_at(pod, "spec", ".spec");
    if (!spec)
      return;
    for (const auto* list : {"volumes", "imagePullSecrets", "tolerations",
                             "hostAliases", "initContainers"})
      objects_at(*spec, list, std::string{".spec."} + list);
    text_map(*spec, "nodeSelector", ".spec.");
    const auto* containers =
        objects_at(*spec, "containers", ".spec.containers");
    for (std::size_t i = 0; containers && i < containers->size(); ++i)
      if (const auto* one = (*containers)[i].if_object())
        container(*one, item_path(".spec.containers", i));
  }

private:
  void container(const json::object& one, const std::string& at) {
    for (const auto* list : {"env", "envFrom", "ports", "volumeMounts"})
      objects_at(one, list, at + "." + list);
    const auto* args = one.if_contains("args");
    if (args && !args->is_null() && !args->is_array())
      refuse(at + ".args", "a list of strings", *args);
    if (const auto* resources = object_at(one, "resources", at + ".resources"))
      for (const auto* part : {"requests", "limits"})
        object_at(*resources, part, at + ".resources." + part);
  }

  const json::object* object_at(const json::object& parent,
                                std::string_view key, const std::string& at) {
    const auto* value = parent.if_contains(key);
    if (!value || value->is_null())
      return nullptr;
    if (!value->is_object())
      refuse(at, "an object", *value);
    return value->if_object();
  }

  const json::array* objects_at(const json::object& parent,
                                std::string_view key, const std::string& at) {
    const auto* value = parent.if_contains(key);
    if (!value || value->is_null())
      return nullptr;
    const auto* list = value->if_array();
    if (!list)
      refuse(at, "a list of objects", *value);
    for (std::size_t i = 0; list && i < list->size(); ++i)
      if (!(*list)[i].is_object())
        refuse(item_path(at, i), "an object", (*list)[i]);
    return list;
  }

  void text_map(const json::object& parent, const char* key,
                const std::string& prefix) {
    const auto at = prefix + key;
    const auto* map = object_at(parent, key, at);
    if (!map)
      return;
    for (const auto& member : *map)
      if (!member.value().is_string())
        refuse(entry_path(at, member.key()), "a string (put it in quotes)",
               member.value());
  }

  void refuse(const std::string& at, std::string_view wanted,
              const json::value& is) {
    out_.problems.push_back({path_ + at, wrong_type(wanted, is)});
  }

  std::string path_;
  parsed_application& out_;
};

/// The containers of a template with their images. A sidecar that is the same
/// as one of them is not added to it.
std::map<std::string, std::string>
template_containers(const json::object& pod) {
  std::map<std::string, std::string> out;
  for (const auto* key : {"containers", "initContainers"})
    for (const auto& one : list_member(object_member(pod, "spec"), key))
      out[std::string{text_member(one, "name")}] = text_member(one, "image");
  return out;
}

void check_beside_template(const std::string& field, const json::array& list,
                           const pod_role_spec& pod, parsed_application& out) {
  const auto there = template_containers(pod.pod_template);
  for (std::size_t i = 0; i < list.size(); ++i) {
    const auto at = there.find(std::string{text_member(list[i], "name")});
    if (at != there.end() && at->second != text_member(list[i], "image"))
      out.problems.push_back(
          {item_path(field, i) + ".name",
           "is that of a container of the template with another image: names "
           "must differ"});
  }
}

void check_role(std::string_view word, const pod_role_spec& pod,
                parsed_application& out) {
  const auto role = "spec." + std::string{word};
  check_beside_template(role + ".sidecars", pod.sidecars, pod, out);
  check_beside_template(role + ".initContainers", pod.init_containers, pod,
                        out);
  names taken{spark_container(word)};
  check_containers(role + ".sidecars", pod.sidecars, taken, out);
  check_containers(role + ".initContainers", pod.init_containers, taken, out);
  check_ports(role, pod, out.spec, out);
  template_check{role + ".template", out}.run(pod.pod_template);
}

} // namespace

void validate_containers(parsed_application& out) {
  check_role("driver", out.spec.driver, out);
  check_role("executor", out.spec.executor, out);
}

} // namespace spark
