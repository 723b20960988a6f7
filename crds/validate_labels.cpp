#include "crds/text_checks.hpp"
#include "crds/validation.hpp"

#include <algorithm>
#include <array>

namespace spark {

namespace json = boost::json;

namespace {

constexpr std::string_view operator_prefix = "sparkoperator.k8s.io/";

/// By these the operator finds its pods; its own values win in any case.
bool is_operator_label(std::string_view key) {
  return key == "sparkoperator.k8s.io/app-name" ||
         key == "sparkoperator.k8s.io/submission-id" ||
         key == "sparkoperator.k8s.io/launched-by-spark-operator";
}

/// Labels that Spark itself puts on pods. It refuses to start when one of
/// them is given.
bool is_spark_label(std::string_view key, bool since_3_3) {
  static constexpr std::array<std::string_view, 4> always = {
      "spark-app-selector", "spark-role", "spark-exec-id",
      "spark-exec-resourceprofile-id"};
  if (std::find(always.begin(), always.end(), key) != always.end())
    return true;
  return since_3_3 && (key == "spark-version" || key == "spark-app-name");
}

bool has_more_reserved_labels(const spark_application_spec& spec) {
  const auto version = requested_spark_version(spec);
  return !(version.starts_with("3.0") || version.starts_with("3.1") ||
           version.starts_with("3.2"));
}

std::string reserved_message(std::string_view key) {
  return "Label with key " + std::string{key} +
         " is not allowed: Spark sets it itself";
}

void validate_role_labels(std::string_view role, pod_role_spec& pod,
                          bool since_3_3, parsed_application& out) {
  const auto map = "spec." + std::string{role} + ".labels";
  for (auto at = pod.labels.begin(); at != pod.labels.end();) {
    const auto path = entry_path(map, at->first);
    if (is_operator_label(at->first)) {
      out.warnings.push_back(
          {path, "ignored: the operator gives this label its own value"});
      at = pod.labels.erase(at);
      continue;
    }
    auto wrong = is_spark_label(at->first, since_3_3)
                     ? reserved_message(at->first)
                     : check_label_key(at->first);
    if (wrong.empty())
      wrong = check_label_value(at->second);
    if (!wrong.empty())
      out.problems.push_back({path, std::move(wrong)});
    ++at;
  }
  const auto annotations = "spec." + std::string{role} + ".annotations";
  for (const auto& [key, value] : pod.annotations)
    if (auto wrong = check_label_key(key); !wrong.empty())
      out.problems.push_back({entry_path(annotations, key), wrong});
}

} // namespace

void merge_metadata_labels(const json::value& object, parsed_application& out) {
  const auto* labels = [&object]() -> const json::object* {
    const auto* members = object.if_object();
    const auto* metadata = members ? members->if_contains("metadata") : nullptr;
    const auto* fields = metadata ? metadata->if_object() : nullptr;
    const auto* found = fields ? fields->if_contains("labels") : nullptr;
    return found ? found->if_object() : nullptr;
  }();
  if (!labels)
    return;
  for (const auto& member : *labels) {
    const std::string key{member.key()};
    const auto* value = member.value().if_string();
    // Nobody asked for these to be on the pods: Kueue would queue each pod
    // beside its application, Spark would refuse its own.
    if (!value || is_spark_label(key, true) ||
        key.starts_with(operator_prefix) || key.starts_with("kueue.x-k8s.io/"))
      continue;
    out.spec.driver.labels.emplace(key, *value);
    out.spec.executor.labels.emplace(key, *value);
  }
}

void validate_labels(parsed_application& out) {
  const bool since_3_3 = has_more_reserved_labels(out.spec);
  validate_role_labels("driver", out.spec.driver, since_3_3, out);
  validate_role_labels("executor", out.spec.executor, since_3_3, out);
  for (const auto& [key, value] : out.spec.spark_conf)
    for (const std::string_view prefix : {"spark.kubernetes.driver.label.",
                                          "spark.kubernetes.executor.label."}) {
      if (!key.starts_with(prefix))
        continue;
      const auto label = std::string_view{key}.substr(prefix.size());
      const auto path = entry_path("spec.sparkConf", key);
      if (is_operator_label(label))
        out.warnings.push_back(
            {path, "ignored: the operator gives this label its own value"});
      else if (is_spark_label(label, since_3_3))
        out.problems.push_back({path, reserved_message(label)});
    }
}

} // namespace spark
