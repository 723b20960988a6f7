#include "crds/conf/profile.hpp"
#include "crds/text_checks.hpp"
#include "crds/validation.hpp"

#include <algorithm>
#include <array>

namespace spark {

namespace json = boost::json;

namespace {

constexpr std::string_view operator_prefix = "sparkoperator.k8s.io/";

/// Labels that Spark itself puts on pods of the role. It refuses to start when
/// one of them is given.
bool is_spark_label(std::string_view role, std::string_view key,
                    const version_profile& profile) {
  static constexpr std::array shared{"spark-app-selector", "spark-role"};
  static constexpr std::array newer{"spark-version", "spark-app-name"};
  static constexpr std::array executors{"spark-exec-id",
                                        "spark-exec-resourceprofile-id"};
  return std::ranges::find(shared, key) != shared.end() ||
         (profile.name_labels &&
          std::ranges::find(newer, key) != newer.end()) ||
         (role == "executor" &&
          std::ranges::find(executors, key) != executors.end());
}

/// What is wrong with a label of the role's pods, wherever it is written.
std::string check_label(std::string_view role, std::string_view key,
                        std::string_view value,
                        const version_profile& profile) {
  if (is_spark_label(role, key, profile))
    return "Label with key " + std::string{key} +
           " is not allowed: Spark sets it itself";
  auto wrong = check_label_key(key);
  if (!wrong.empty())
    return wrong;
  return profile.label_placeholders ? check_label_value(value)
                                    : check_plain_label_value(value);
}

void check_selector(const std::string& path, std::string_view key,
                    std::string_view value, parsed_application& out) {
  auto wrong = check_label_key(key);
  if (wrong.empty())
    wrong = check_plain_label_value(value);
  if (!wrong.empty())
    out.problems.push_back({path, std::move(wrong)});
}

/// Of the nodes, in the fields and in sparkConf.
void validate_selectors(parsed_application& out) {
  const auto& spec = out.spec;
  const std::pair<std::string, const string_map*> fields[]{
      {"spec.nodeSelector", &spec.node_selector},
      {"spec.driver.nodeSelector", &spec.driver.node_selector},
      {"spec.executor.nodeSelector", &spec.executor.node_selector}};
  for (const auto& [field, map] : fields)
    for (const auto& [key, value] : *map)
      check_selector(entry_path(field, key), key, value, out);
  for (const auto& [key, value] : spec.spark_conf)
    for (std::string_view prefix : {"spark.kubernetes.node.selector.",
                                    "spark.kubernetes.driver.node.selector.",
                                    "spark.kubernetes.executor.node.selector."})
      if (key.starts_with(prefix))
        check_selector(entry_path("spec.sparkConf", key),
                       std::string_view{key}.substr(prefix.size()), value, out);
}

/// By its labels the operator finds its pods. A user's would make the selector
/// of the driver's Service differ from Spark's, or pretend to be another
/// application. `begins`: where in a key the label begins, npos for none.
template<class F>
void drop_operator_labels(std::string_view map, string_map& entries, F begins,
                          parsed_application& out) {
  std::erase_if(entries, [&](const auto& entry) {
    const std::string_view key = entry.first;
    const auto at = begins(key);
    if (at == key.npos || !key.substr(at).starts_with(operator_prefix))
      return false;
    out.warnings.push_back(
        {entry_path(map, key), "is ignored: labels that begin with " +
                                   std::string{operator_prefix} +
                                   " belong to the operator"});
    return true;
  });
}

void validate_role_labels(std::string_view role, pod_role_spec& pod,
                          const version_profile& profile,
                          parsed_application& out) {
  const auto field = "spec." + std::string{role};
  drop_operator_labels(
      field + ".labels", pod.labels, [](auto) { return std::size_t{0}; }, out);
  for (const auto& [key, value] : pod.labels)
    if (auto wrong = check_label(role, key, value, profile); !wrong.empty())
      out.problems.push_back({entry_path(field + ".labels", key), wrong});
  for (const auto& [key, value] : pod.annotations)
    if (auto wrong = check_label_key(key); !wrong.empty())
      out.problems.push_back({entry_path(field + ".annotations", key), wrong});
}

/// The API server would refuse executors with a bad label each time that the
/// driver asks for them, and nobody would hear of it.
void validate_conf_labels(std::string_view role, const version_profile& profile,
                          parsed_application& out) {
  const auto prefix = "spark.kubernetes." + std::string{role} + ".";
  for (const auto& [key, value] : out.spec.spark_conf) {
    if (!key.starts_with(prefix))
      continue;
    auto name = std::string_view{key}.substr(prefix.size());
    std::string wrong;
    if (name.starts_with("label."))
      wrong = check_label(role, name.substr(6), value, profile);
    else if (name.starts_with("annotation."))
      wrong = check_label_key(name.substr(11));
    if (!wrong.empty())
      out.problems.push_back({entry_path("spec.sparkConf", key), wrong});
  }
}

} // namespace

/// Of the driver's headless Service.
static void validate_service_metadata(parsed_application& out) {
  auto& driver = out.spec.driver;
  const std::string labels = "spec.driver.serviceLabels";
  drop_operator_labels(
      labels, driver.service_labels, [](auto) { return std::size_t{0}; }, out);
  for (const auto& [key, value] : driver.service_labels) {
    auto wrong = check_label_key(key);
    if (wrong.empty())
      wrong = check_label_value(value);
    if (!wrong.empty())
      out.problems.push_back({entry_path(labels, key), wrong});
  }
  for (const auto& [key, value] : driver.service_annotations)
    if (auto wrong = check_label_key(key); !wrong.empty())
      out.problems.push_back(
          {entry_path("spec.driver.serviceAnnotations", key), wrong});
}

void merge_metadata_labels(const json::value& object, parsed_application& out) {
  const auto* found = metadata_member(object, "labels");
  const auto* labels = found ? found->if_object() : nullptr;
  if (!labels)
    return;
  const auto& profile = profile_of(out.spec);
  for (const auto& member : *labels) {
    const std::string key{member.key()};
    const auto* value = member.value().if_string();
    // Nobody asked for these to be on the pods: Kueue would queue each pod
    // beside its application, Spark would refuse its own.
    if (!value || key.starts_with(operator_prefix) ||
        key.starts_with("kueue.x-k8s.io/"))
      continue;
    if (!is_spark_label("driver", key, profile))
      out.spec.driver.labels.emplace(key, *value);
    if (!is_spark_label("executor", key, profile))
      out.spec.executor.labels.emplace(key, *value);
  }
}

void validate_labels(parsed_application& out) {
  // Of pods, of the driver's Service, of claims.
  const auto begins = [](std::string_view key) {
    constexpr std::string_view mark = ".label.";
    const auto at = key.find(mark);
    return key.starts_with("spark.kubernetes.") && at != key.npos
               ? at + mark.size()
               : key.npos;
  };
  drop_operator_labels("spec.sparkConf", out.spec.spark_conf, begins, out);
  const auto& profile = profile_of(out.spec);
  validate_role_labels("driver", out.spec.driver, profile, out);
  validate_role_labels("executor", out.spec.executor, profile, out);
  validate_conf_labels("driver", profile, out);
  validate_conf_labels("executor", profile, out);
  validate_service_metadata(out);
  validate_selectors(out);
}

} // namespace spark
