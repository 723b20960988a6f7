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
  return value.is_null() || (value.is_bool() && !value.get_bool()) ||
         (value.is_string() && value.get_string().empty()) ||
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

/// driverEnv and secretKeyRef entries come in the order of a hash map; the
/// slots between Spark's own names do not move.
void sort_env(json::array& env) {
  static constexpr std::array fixed{
      "SPARK_USER",       "SPARK_APPLICATION_ID",  "SPARK_DRIVER_BIND_ADDRESS",
      "PYSPARK_PYTHON",   "PYSPARK_DRIVER_PYTHON", "HADOOP_CONF_DIR",
      "SPARK_LOCAL_DIRS", "SPARK_CONF_DIR"};
  auto is_fixed = [](const json::value& entry) {
    return std::ranges::find(fixed, text_of(entry, "name")) != fixed.end();
  };
  std::vector<json::value> items(env.begin(), env.end());
  for (auto from = items.begin(); from != items.end();) {
    from = std::find_if_not(from, items.end(), is_fixed);
    auto to = std::find_if(from, items.end(), is_fixed);
    std::stable_sort(from, to, [](const auto& a, const auto& b) {
      return text_of(a, "name") < text_of(b, "name");
    });
    from = to;
  }
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

/// Spark 3.5 shuffles local directories: which number has which path is no
/// difference.
void sort_local_mounts(json::object& container) {
  std::vector<json::value*> mounts;
  std::vector<std::string> paths;
  for (auto& mount : container["volumeMounts"].as_array())
    if (text_of(mount, "name").starts_with("spark-local-dir-") &&
        mount.as_object().size() == 2) {
      mounts.push_back(&mount);
      paths.push_back(text_of(mount, "mountPath"));
    }
  std::ranges::sort(paths);
  for (std::size_t i = 0; i < mounts.size(); ++i)
    mounts[i]->as_object()["mountPath"] = paths[i];
}

void sort_pod(json::value& pod, bool own_local_dirs) {
  auto& spec = pod.as_object()["spec"].as_object();
  auto& volumes = spec["volumes"].as_array();
  sort_by(volumes, "name");
  for (auto& container : spec["containers"].as_array()) {
    auto& members = container.as_object();
    sort_by(members["volumeMounts"].as_array(), "name");
    sort_env(members["env"].as_array());
    for (auto& entry : members["env"].as_array())
      if (text_of(entry, "name") == "SPARK_LOCAL_DIRS")
        entry.as_object()["value"] = sorted_list(text_of(entry, "value"));
    if (own_local_dirs)
      sort_local_mounts(members);
  }
}

/// Directories that Spark made itself: numbered, all of one kind.
bool has_only_own_local_dirs(const json::value& pod) {
  std::vector<std::string> sources;
  for (const auto& volume : pod.at("spec").at("volumes").as_array())
    if (text_of(volume, "name").starts_with("spark-local-dir-")) {
      const auto* source = volume.as_object().if_contains("emptyDir");
      sources.push_back(source ? json::serialize(*source) : "other");
    }
  return std::ranges::adjacent_find(sources, std::not_equal_to<>{}) ==
         sources.end();
}

std::string name_of_part(const json::value& object) {
  auto kind = text_of(object, "kind");
  auto name = text_of(object.at("metadata"), "name");
  if (kind == "ConfigMap")
    return name.ends_with("-podspec-conf-map") ? "template map" : "conf map";
  return kind == "PersistentVolumeClaim" ? kind + " " + name : kind;
}

void put(object_set& out, json::value object) {
  if (text_of(object, "kind") == "Pod") {
    bool own = has_only_own_local_dirs(object);
    sort_pod(object, own);
  }
  auto part = name_of_part(object);
  object = without_empty(object);
  if (!out.emplace(part, std::move(object)).second)
    throw std::runtime_error("two objects are " + part);
}

/// As captured_objects has it: the text is read, its time is a token.
json::value with_read_properties(const json::object& config_map,
                                 const submission_input& in) {
  json::value out = config_map;
  auto* text = out.at("data").as_object().if_contains("spark.properties");
  if (!text)
    return out;
  auto read = read_properties(text->as_string());
  auto& time = read["entries"].as_object()["spark.app.submitTime"];
  if (time.as_string() == std::to_string(in.submit_time_ms))
    time = "{{time}}";
  *text = std::move(read);
  return out;
}

void flatten_into(flat_object& out, const std::string& path,
                  const json::value& value) {
  if (value.is_object() && !value.get_object().empty()) {
    for (const auto& member : value.get_object())
      flatten_into(out, path + "/" + std::string{member.key()}, member.value());
  } else if (value.is_array() && !value.get_array().empty()) {
    std::size_t i = 0;
    for (const auto& item : value.get_array())
      flatten_into(out, path + "/" + std::to_string(i++), item);
  } else {
    out[path] = json::serialize(value);
  }
}

} // namespace

object_set captured_objects(const json::array& requests) {
  object_set out;
  for (const auto& request : requests)
    put(out, request.at("object"));
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
    put(out, with_tokens(with_read_properties(map, in), tokens));
  for (const auto& claim : made.claims)
    put(out, with_tokens(claim, tokens));
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
