#include "k8s/render/plan.hpp"

#include "crds/conf/spark_names.hpp"
#include "crds/parse.hpp"

namespace spark {
namespace json = boost::json;

string_map spark_driver_labels(const submission_plan& plan) {
  auto out = plan.conf.with_prefix("spark.kubernetes.driver.label.");
  if (plan.profile.label_placeholders)
    for (auto& [key, value] : out)
      value = with_ids(value, plan.names.app_id);
  if (plan.profile.name_labels) {
    out["spark-version"] = plan.spark_version;
    out["spark-app-name"] =
        app_name_label(plan.conf.text_or("spark.app.name", ""));
  }
  out["spark-app-selector"] = plan.names.app_id;
  out[std::string{labels::spark_role}] = "driver";
  return out;
}

string_map operator_labels(const submission_input& in) {
  return {{std::string{labels::app_name}, in.app.name},
          {std::string{labels::submission}, in.submission_id},
          {std::string{labels::launched}, "true"}};
}

json::object to_json(const string_map& map) {
  json::object out;
  for (const auto& [key, value] : map)
    out[key] = value;
  return out;
}

json::object metadata_of(const submission_input& in, std::string_view name,
                         const string_map& labels) {
  json::object owner{{"apiVersion", "sparkoperator.k8s.io/v1beta2"},
                     {"kind", "SparkApplication"},
                     {"name", in.app.name},
                     {"uid", in.app_uid},
                     {"controller", true},
                     {"blockOwnerDeletion", true}};
  return {{"name", name},
          {"namespace", in.app.ns},
          {"labels", to_json(labels)},
          {"ownerReferences", json::array{std::move(owner)}}};
}

void add_content_hash(json::object& object) {
  auto hash = sha256_hex(canonical_json(object));
  auto& metadata = object["metadata"].as_object();
  auto& annotations = metadata["annotations"];
  if (!annotations.is_object())
    annotations = json::object{};
  annotations.get_object()[labels::content_hash] = std::move(hash);
}

} // namespace spark
