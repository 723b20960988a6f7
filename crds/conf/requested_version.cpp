#include "crds/conf/profile.hpp"
#include "crds/validation.hpp"

#include <algorithm>

namespace spark {

namespace {

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

bool has_profile_of_major(std::string_view version) {
  const auto major = std::string{version.substr(0, version.find('.'))};
  return std::ranges::any_of(version_profiles(), [&](const auto& row) {
    return std::to_string(row.major) == major;
  });
}

/// An image in the order of precedence: what wins, and where it stands.
requested_version image_of(const std::optional<std::string>& stronger,
                           std::string_view stronger_path,
                           const std::optional<std::string>& weaker,
                           std::string_view weaker_path) {
  if (stronger)
    return {*stronger, std::string{stronger_path}};
  return {weaker.value_or(""), std::string{weaker_path}};
}

std::optional<std::string> conf_of(const spark_application_spec& spec,
                                   std::string_view key) {
  const auto* value = find_conf(spec, key);
  return value ? std::optional{*value} : std::nullopt;
}

} // namespace

requested_version requested_spark_version(const spark_application_spec& spec) {
  if (spec.spark_version)
    if (auto text = version_in(*spec.spark_version); !text.empty())
      return {std::move(text), "spec.sparkVersion"};
  constexpr std::string_view own = "spark.kubernetes.driver.container.image";
  constexpr std::string_view both = "spark.kubernetes.container.image";
  // The field of a role wins over sparkConf, spec.image does not: the order of
  // the field table.
  for (const auto& [image, path] :
       {image_of(spec.driver.image, "spec.driver.image", conf_of(spec, own),
                 entry_path("spec.sparkConf", own)),
        image_of(conf_of(spec, both), entry_path("spec.sparkConf", both),
                 spec.image, "spec.image")})
    if (auto text = version_in(image_tag(image));
        !text.empty() && has_profile_of_major(text))
      return {std::move(text), path};
  return {};
}

const version_profile& profile_of(const spark_application_spec& spec) {
  return *choose_profile(requested_spark_version(spec).text).row;
}

} // namespace spark
