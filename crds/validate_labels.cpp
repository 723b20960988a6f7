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
bool is_spark_label(std::string_view role, std::string_view key) {
  static constexpr std::array shared{"spark-app-selector", "spark-role",
                                     "spark-version", "spark-app-name"};
  static constexpr std::array executors{"spark-exec-id",
                                        "spark-exec-resourceprofile-id"};
  return std::ranges::find(shared, key) != shared.end() ||
         (role == "executor" &&
          std::ranges::find(executors, key) != executors.end());
}

/// What is wrong with a label of the role's pods, wherever it is written.
std::string check_label(std::string_view role, std::string_view key,
                        std::string_view value) {
  if (is_spark_label(role, key))
    return "Label with key " + std::string{key} +
           " is not allowed: Spark sets it itself";
  auto wrong = check_label_key(key);
  return wrong.empty() ? check_label_value(value) : wrong;
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
                          parsed_application& out) {
  const auto field = "spec." + std::string{role};
  drop_operator_labels(
      field + ".labels", pod.labels, [](auto) { return std::size_t{0}; }, out);
  for (const auto& [key, value] : pod.labels)
    if (auto wrong = check_label(role, key, value); !wrong.empty())
      out.problems.push_back({entry_path(field + ".labels", key), wrong});
  for (const auto& [key, value] : pod.annotations)
    if (auto wrong = check_label_key(key); !wrong.empty())
      out.problems.push_back({entry_path(field + ".annotations", key), wrong});
}

/// The API server would refuse executors with a bad label each time that the
/// driver asks for them, and nobody would hear of it.
void validate_conf_labels(std::string_view role, parsed_application& out) {
  const auto prefix = "spark.kubernetes." + std::string{role} + ".";
  for (const auto& [key, value] : out.spec.spark_conf) {
    if (!key.starts_with(prefix))
      continue;
    auto name = std::string_view{key}.substr(prefix.size());
    std::string wrong;
    if (name.starts_with("label."))
      wrong = check_label(role, name.substr(6), value);
    else if (name.starts_with("annotation."))
      wrong = check_label_key(name.substr(11));
    if (!wrong.empty())
      out.problems.push_back({entry_path("spec.sparkConf", key), wrong});
  }
}

} // namespace

void merge_metadata_labels(const json::value& object, parsed_application& out) {
  const auto* found = metadata_member(object, "labels");
  const auto* labels = found ? found->if_object() : nullptr;
  if (!labels)
    return;
  for (const auto& member : *labels) {
    const std::string key{member.key()};
    const auto* value = member.value().if_string();
    // Nobody asked for these to be on the pods: Kueue would queue each pod
    // beside its application, Spark would refuse its own.
    if (!value || key.starts_with(operator_prefix) ||
        key.starts_with("kueue.x-k8s.io/"))
      continue;
    if (!is_spark_label("driver", key))
      out.spec.driver.labels.emplace(key, *value);
    if (!is_spark_label("executor", key))
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
  validate_role_labels("driver", out.spec.driver, out);
  validate_role_labels("executor", out.spec.executor, out);
  validate_conf_labels("driver", out);
  validate_conf_labels("executor", out);
}

} // namespace spark
