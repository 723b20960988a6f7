#include "crds/parse.hpp"

#include "crds/fields.hpp"
#include "crds/text_checks.hpp"
#include "crds/validation.hpp"

namespace spark {

namespace json = boost::json;

namespace {

/// "" when there is no usable name, which is then a problem of its own.
std::string read_name(const json::value& object, parsed_application& out) {
  const auto* members = object.if_object();
  const auto* metadata = members ? members->if_contains("metadata") : nullptr;
  const auto* fields = metadata ? metadata->if_object() : nullptr;
  const auto* name = fields ? fields->if_contains("name") : nullptr;
  if (name && name->is_string() && !name->get_string().empty())
    return std::string{name->get_string()};
  out.problems.push_back(
      {"metadata.name", name && !name->is_null() && !name->is_string()
                            ? wrong_type("a string", *name)
                            : "is missing"});
  return {};
}

/// Leading digits and dots of a version; "" unless there are two numbers.
std::string version_in(std::string_view text) {
  if (text.starts_with('v'))
    text.remove_prefix(1);
  const auto end = text.find_first_not_of("0123456789.");
  const auto numbers = text.substr(0, end);
  const auto dot = numbers.find('.');
  const bool fits = dot != std::string_view::npos && dot > 0 && dot <= 4 &&
                    dot + 1 < numbers.size() && numbers[dot + 1] != '.' &&
                    (end == std::string_view::npos || text[end] == '-' ||
                     text[end] == '_' || text[end] == '+');
  return fits ? std::string{numbers} : std::string{};
}

std::string_view image_tag(std::string_view image) {
  image = image.substr(0, image.find('@'));
  // A colon before the last slash is that of the registry's port.
  const auto slash = image.rfind('/');
  const auto colon = image.rfind(':');
  if (colon == std::string_view::npos ||
      (slash != std::string_view::npos && colon < slash))
    return {};
  return image.substr(colon + 1);
}

} // namespace

parsed_application parse_application(const json::value& object) {
  parsed_application out;
  const auto app = read_name(object, out);
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
  apply_defaults(out.spec);
  validate_spec(app, out);
  validate_pods(out);
  validate_labels(out);
  validate_conf(out);
  return out;
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

std::string requested_spark_version(const spark_application_spec& spec) {
  if (spec.spark_version)
    if (auto version = version_in(*spec.spark_version); !version.empty())
      return version;
  // The driver's image first: it is the driver pod whose shape this decides.
  for (const auto& image : {spec.driver.image, spec.image})
    if (image)
      if (auto version = version_in(image_tag(*image)); !version.empty())
        return version;
  for (const auto* key : {"spark.kubernetes.driver.container.image",
                          "spark.kubernetes.container.image"})
    if (const auto* image = find_conf(spec, key))
      if (auto version = version_in(image_tag(*image)); !version.empty())
        return version;
  return {};
}

} // namespace spark
