#include "crds/parse.hpp"

#include "crds/cut_text.hpp"
#include "crds/fields.hpp"
#include "crds/validation.hpp"

#include <algorithm>

namespace spark {

namespace json = boost::json;

static std::string read_namespace(const json::value& object) {
  const auto* ns = metadata_member(object, "namespace");
  return ns && ns->is_string() ? std::string{ns->get_string()} : std::string{};
}

std::string read_name(const json::value& object,
                      std::vector<problem>& problems) {
  const auto* name = metadata_member(object, "name");
  if (name && name->is_string() && !name->get_string().empty())
    return std::string{name->get_string()};
  problems.push_back(
      {"metadata.name", name && !name->is_null() && !name->is_string()
                            ? wrong_type("a string", *name)
                            : "is missing"});
  return {};
}

void report_missing(std::string path, std::string message,
                    std::vector<problem>& problems) {
  if (std::ranges::find(problems, path, &problem::path) == problems.end())
    problems.push_back({std::move(path), std::move(message)});
}

const json::value* metadata_member(const json::value& object,
                                   std::string_view key) {
  const auto* members = object.if_object();
  const auto* metadata = members ? members->if_contains("metadata") : nullptr;
  const auto* fields = metadata ? metadata->if_object() : nullptr;
  return fields ? fields->if_contains(key) : nullptr;
}

parsed_application parse_as_written(const json::value& object) {
  parsed_application out;
  const auto app = read_name(object, out.problems);
  const auto* members = object.if_object();
  const auto* spec = members ? members->if_contains("spec") : nullptr;
  if (!spec || spec->is_null()) {
    out.problems.push_back({"spec", "is missing"});
    return out;
  }
  read_fields(object, out);
  if (!spec->is_object())
    return out; // said by read_fields; everything else would follow from it
  merge_metadata_labels(object, out);
  validate_spec(app, out);
  validate_pods(out);
  validate_mounts(app, out);
  validate_containers(out);
  validate_exposure(out);
  warn_of_unreachable(out);
  validate_labels(out);
  validate_conf(read_namespace(object), out);
  validate_conf_values(out);
  validate_resources(out);
  return out;
}

parsed_application parse_application(const json::value& object) {
  auto out = parse_as_written(object);
  apply_defaults(out.spec);
  return out;
}

std::string item_path(std::string_view list, std::size_t index) {
  return std::string{list} + "[" + std::to_string(index) + "]";
}

const json::string* need_text(const json::object& item, std::string_view key,
                              const std::string& path,
                              parsed_application& out) {
  const auto* value = item.if_contains(key);
  const auto* text = value ? value->if_string() : nullptr;
  if (text && !text->empty())
    return text;
  out.problems.push_back(
      {path + "." + std::string{key}, !value || value->is_null() || text
                                          ? "is missing"
                                          : wrong_type("a string", *value)});
  return nullptr;
}

std::string to_text(const std::vector<problem>& problems) {
  constexpr std::size_t most = 1024;
  std::string out;
  for (const auto& one : problems)
    out += (out.empty() ? "" : "; ") + one.path + ": " + one.message;
  return cut_text(out, most);
}

const std::string* find_conf(const spark_application_spec& spec,
                             std::string_view key) {
  const auto at = spec.spark_conf.find(std::string{key});
  return at == spec.spark_conf.end() ? nullptr : &at->second;
}

std::string driver_pod_name(std::string_view app,
                            const spark_application_spec& spec) {
  if (spec.driver.pod_name && !spec.driver.pod_name->empty())
    return *spec.driver.pod_name;
  const auto* name = find_conf(spec, "spark.kubernetes.driver.pod.name");
  if (name && !name->empty())
    return *name;
  return std::string{app} + "-driver";
}

} // namespace spark
