#include "normalise.hpp"

#include "k8s/render/names.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <stdexcept>

namespace spark::testing {
namespace json = boost::json;
namespace {

using text_map = std::vector<std::pair<std::string, std::string>>;

constexpr std::string_view template_key = "podspec-configmap-key";

std::string text_of(const json::value& object, std::string_view key) {
  const auto* members = object.if_object();
  const auto* value = members ? members->if_contains(key) : nullptr;
  return value && value->is_string() ? std::string{value->get_string()}
                                     : std::string{};
}

json::value with_tokens(const json::value& value, const text_map& tokens) {
  auto replaced = [&](std::string_view text) {
    std::string out{text};
    for (const auto& [what, token] : tokens)
      out = with_replaced(out, what, token);
    return out;
  };
  if (value.is_string())
    return json::value(replaced(value.get_string()));
  if (value.is_array()) {
    json::array out;
    for (const auto& item : value.get_array())
      out.push_back(with_tokens(item, tokens));
    return out;
  }
  if (value.is_object()) {
    json::object out;
    for (const auto& member : value.get_object())
      out[replaced(member.key())] = with_tokens(member.value(), tokens);
    return out;
  }
  return value;
}

bool is_empty(const json::value& value) {
  return value.is_null() || (value.is_string() && value.get_string().empty()) ||
         (value.is_array() && value.get_array().empty()) ||
         (value.is_object() && value.get_object().empty());
}

/// What an API server treats as absent is absent. Lists keep their items.
json::value without_empty(const json::value& value) {
  if (value.is_array()) {
    json::array out;
    for (const auto& item : value.get_array())
      out.push_back(without_empty(item));
    return out;
  }
  if (!value.is_object())
    return value;
  json::object out;
  for (const auto& member : value.get_object()) {
    if (member.key() == "entries") {
      out["entries"] = member.value(); // an empty property means something
      continue;
    }
    // The only "no" that is the same as silence among those that Spark writes.
    if (member.key() == "readOnly" && member.value() == false)
      continue;
    auto inner = without_empty(member.value());
    if (!is_empty(inner))
      out[member.key()] = std::move(inner);
  }
  return out;
}

void sort_by(json::array& list, std::string_view key) {
  std::vector<json::value> items(list.begin(), list.end());
  std::ranges::stable_sort(items, std::less<>{}, [&](const json::value& item) {
    return text_of(item, key);
  });
  list = json::array(items.begin(), items.end());
}

/// driverEnv and secretKeyRef entries come in the order of a hash map. What
/// stands before (a template's) and behind (Spark's, the user's) has an order.
void sort_env(json::array& env) {
  auto has_name = [](std::string_view name) {
    return [name](const json::value& entry) {
      return text_of(entry, "name") == name;
    };
  };
  auto is_secret = [](const json::value& entry) {
    const auto* from = entry.as_object().if_contains("valueFrom");
    return from && from->as_object().contains("secretKeyRef");
  };
  auto by_name = [](const auto& a, const auto& b) {
    return text_of(a, "name") < text_of(b, "name");
  };
  std::vector<json::value> items(env.begin(), env.end());
  auto from = std::find_if(items.begin(), items.end(),
                           has_name("SPARK_APPLICATION_ID"));
  auto to =
      std::find_if(from, items.end(), has_name("SPARK_DRIVER_BIND_ADDRESS"));
  if (to == items.end())
    return; // not the container of a driver
  std::stable_sort(from + 1, to, by_name);
  std::stable_sort(to + 1, std::find_if_not(to + 1, items.end(), is_secret),
                   by_name);
  env = json::array(items.begin(), items.end());
}

std::string sorted_list(std::string_view text) {
  std::vector<std::string> items;
  for (std::size_t from = 0; from <= text.size();) {
    auto to = std::min(text.find(',', from), text.size());
    items.emplace_back(text.substr(from, to - from));
    from = to + 1;
  }
  std::ranges::sort(items);
  std::string out;
  for (const auto& item : items)
    out += (out.empty() ? "" : ",") + item;
  return out;
}

/// A list of an object, or null where it has none.
json::array* list_of(json::object& object, std::string_view key) {
  auto* list = object.if_contains(key);
  return list ? list->if_array() : nullptr;
}

/// Spark 3.5 shuffles local directories: which number has which path is no
/// difference.
void sort_local_mounts(json::array& mounts) {
  std::vector<json::value*> own;
  std::vector<std::string> paths;
  for (auto& mount : mounts)
    if (text_of(mount, "name").starts_with("spark-local-dir-") &&
        mount.as_object().size() == 2) {
      own.push_back(&mount);
      paths.push_back(text_of(mount, "mountPath"));
    }
  std::ranges::sort(paths);
  for (std::size_t i = 0; i < own.size(); ++i)
    own[i]->as_object()["mountPath"] = paths[i];
}

/// Directories that Spark made itself: numbered, all of one kind.
bool has_only_own_local_dirs(json::object& spec) {
  std::vector<std::string> sources;
  if (auto* volumes = list_of(spec, "volumes"))
    for (const auto& volume : *volumes)
      if (text_of(volume, "name").starts_with("spark-local-dir-")) {
        const auto* source = volume.as_object().if_contains("emptyDir");
        sources.push_back(source ? json::serialize(*source) : "other");
      }
  return std::ranges::adjacent_find(sources, std::not_equal_to<>{}) ==
         sources.end();
}

/// Volumes and mounts go by their names; of Spark's they come in any order.
void sort_pod(json::object& pod) {
  auto& spec = pod["spec"].as_object();
  bool own_local_dirs = has_only_own_local_dirs(spec);
  if (auto* volumes = list_of(spec, "volumes"))
    sort_by(*volumes, "name");
  for (auto& container : spec["containers"].as_array()) {
    auto& members = container.as_object();
    if (auto* mounts = list_of(members, "volumeMounts")) {
      sort_by(*mounts, "name");
      if (own_local_dirs)
        sort_local_mounts(*mounts);
    }
    if (auto* env = list_of(members, "env")) {
      sort_env(*env);
      for (auto& entry : *env)
        if (text_of(entry, "name") == "SPARK_LOCAL_DIRS")
          entry.as_object()["value"] = sorted_list(text_of(entry, "value"));
    }
  }
}

std::string name_of_part(const json::value& object) {
  auto kind = text_of(object, "kind");
  auto name = text_of(object.at("metadata"), "name");
  if (kind == "ConfigMap") {
    if (name.ends_with("-prom-conf"))
      return "metrics map";
    return name.ends_with("-podspec-conf-map") ? "template map" : "conf map";
  }
  return kind == "PersistentVolumeClaim" ? kind + " " + name : kind;
}

void put(object_set& out, json::value object) {
  auto& members = object.as_object();
  if (text_of(object, "kind") == "Pod")
    sort_pod(members);
  if (auto* data = members.if_contains("data"))
    if (auto* pod = data->as_object().if_contains(template_key))
      sort_pod(pod->as_object());
  auto part = name_of_part(object);
  object = without_empty(object);
  if (!out.emplace(part, std::move(object)).second)
    throw std::runtime_error("two objects are " + part);
}

/// As captured_objects has it: text is read, the time is a token.
json::value with_read_data(const json::object& config_map,
                           const submission_input& in) {
  json::value out = config_map;
  auto& data = out.at("data").as_object();
  if (auto* pod = data.if_contains(template_key))
    *pod = json::parse(pod->as_string());
  auto* text = data.if_contains("spark.properties");
  if (!text)
    return out;
  auto read = read_properties(text->as_string());
  auto* time = read["entries"].as_object().if_contains("spark.app.submitTime");
  if (time && time->as_string() == std::to_string(in.submit_time_ms))
    *time = "{{time}}";
  *text = std::move(read);
  return out;
}

/// Lists whose items are known by their names, so that one more of them is one
/// difference.
bool has_names(std::string_view path) {
  static constexpr std::array lists{"/containers",   "/initContainers",
                                    "/env",          "/ports",
                                    "/volumeMounts", "/volumes"};
  return std::ranges::any_of(
      lists, [&](std::string_view list) { return path.ends_with(list); });
}

/// The container of the driver is "(spark)" whatever its name.
std::string key_of(const json::value& item) {
  auto is_id = [](const json::value& entry) {
    return text_of(entry, "name") == "SPARK_APPLICATION_ID";
  };
  const auto* list = item.as_object().if_contains("env");
  bool is_driver = list && std::ranges::any_of(list->as_array(), is_id);
  return is_driver ? "(spark)" : text_of(item, "name");
}

void flatten_into(flat_object& out, const std::string& path,
                  const json::value& value);

/// A name that comes again is "name#2". The order is a text of its own, but for
/// what put() has sorted.
void flatten_named(flat_object& out, const std::string& path,
                   const json::array& list) {
  std::map<std::string, int> times;
  std::string order;
  for (const auto& item : list) {
    auto key = key_of(item);
    if (auto n = ++times[key]; n > 1)
      key += "#" + std::to_string(n);
    order += (order.empty() ? "" : " ") + key;
    flatten_into(out, path + "/" + key, item);
  }
  if (!path.ends_with("/volumeMounts") && !path.ends_with("/volumes"))
    out[path + "/(order)"] = order;
}

void flatten_into(flat_object& out, const std::string& path,
                  const json::value& value) {
  if (value.is_object() && !value.get_object().empty()) {
    for (const auto& member : value.get_object())
      flatten_into(out, path + "/" + std::string{member.key()}, member.value());
  } else if (value.is_array() && has_names(path)) {
    flatten_named(out, path, value.get_array());
  } else if (value.is_array() && !value.get_array().empty()) {
    std::size_t i = 0;
    for (const auto& item : value.get_array())
      flatten_into(out, path + "/" + std::to_string(i++), item);
  } else {
    out[path] = json::serialize(value);
  }
}

} // namespace

object_set captured_objects(const json::value& capture) {
  const auto* mutated = capture.as_object().if_contains("pod");
  object_set out;
  for (const auto& request : capture.at("requests").as_array()) {
    const auto& object = request.at("object");
    bool is_pod = text_of(object, "kind") == "Pod";
    put(out, is_pod && mutated ? *mutated : object);
  }
  return out;
}

object_set rendered_objects(const submission& made,
                            const submission_input& in) {
  auto id = name_suffix(in.submission_id);
  text_map tokens{
      {spark_application_id(in.submission_id), "{{app_id}}"},
      {"/var/data/spark-" + in.submission_id, "/var/data/spark-{{uuid}}"},
      {id, "{{id}}"},
      {"x" + id.substr(1), "{{id}}"}};
  object_set out;
  for (const auto& map : made.config_maps)
    put(out, with_tokens(with_read_data(map, in), tokens));
  for (const auto& claim : made.claims)
    put(out, with_tokens(claim, tokens));
  if (made.network_policy)
    put(out, with_tokens(*made.network_policy, tokens));
  put(out, with_tokens(made.service, tokens));
  put(out, with_tokens(made.driver, tokens));
  return out;
}

flat_object flatten(const json::value& object) {
  flat_object out;
  flatten_into(out, "", object);
  return out;
}

json::object read_properties(std::string_view text) {
  std::string comment;
  json::object entries;
  while (!text.empty()) {
    auto end = std::min(text.find('\n'), text.size());
    auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.starts_with('#')) {
      if (comment.empty())
        comment = line.substr(1);
      continue;
    }
    std::array<std::string, 2> parts;
    std::size_t current = 0;
    for (std::size_t i = 0; i < line.size(); ++i) {
      if (line[i] == '=' && current == 0) {
        current = 1;
      } else if (line[i] == '\\' && i + 1 < line.size()) {
        static constexpr std::string_view letters = "tnrf";
        auto at = letters.find(line[++i]);
        parts[current] += at == letters.npos ? line[i] : "\t\n\r\f"[at];
      } else {
        parts[current] += line[i];
      }
    }
    entries[parts[0]] = parts[1];
  }
  return {{"comment", comment}, {"entries", std::move(entries)}};
}

} // namespace spark::testing
