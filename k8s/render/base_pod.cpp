#include "k8s/render/base_pod.hpp"

#include "crds/conf/spark_container.hpp"
#include "crds/json_text.hpp"

namespace spark {
namespace json = boost::json;

base_pod make_base_pod(const json::object& pod_template,
                       std::string_view container) {
  base_pod out{.metadata = object_member(pod_template, "metadata"),
               .spec = object_member(pod_template, "spec")};
  auto& containers = list_at(out.spec, "containers");
  if (!containers.empty()) {
    out.place = spark_container(containers, container);
    auto* const chosen = containers.begin() + out.place;
    if (const auto* object = chosen->if_object())
      out.container = *object;
    containers.erase(chosen);
  }
  if (text_member(out.container, "name").empty())
    out.container["name"] = container;
  return out;
}

json::array& list_at(json::object& parent, std::string_view key) {
  auto& value = parent[key];
  if (!value.is_array())
    value = json::array{};
  return value.get_array();
}

json::object& object_at(json::object& parent, std::string_view key) {
  auto& value = parent[key];
  if (!value.is_object())
    value = json::object{};
  return value.get_object();
}

void append_to(json::object& parent, std::string_view key,
               const json::array& items) {
  if (items.empty())
    return;
  auto& list = list_at(parent, key);
  list.insert(list.end(), items.begin(), items.end());
}

} // namespace spark
