#include "crds/conf/monitoring.hpp"
#include "k8s/render/plan.hpp"

namespace spark {
namespace json = boost::json;
namespace {

json::object immutable_map(const submission_plan& plan, std::string_view name,
                           json::object data) {
  json::object out{
      {"apiVersion", "v1"},
      {"kind", "ConfigMap"},
      {"metadata", metadata_of(plan.in, name, operator_labels(plan.in))},
      {"immutable", true},
      {"data", std::move(data)}};
  add_content_hash(out);
  return out;
}

} // namespace

json::object make_conf_map(const submission_plan& plan,
                           std::string_view properties) {
  return immutable_map(plan, plan.names.conf_map,
                       {{"spark.kubernetes.namespace", plan.in.app.ns},
                        {"spark.properties", properties}});
}

json::object make_metrics_map(const submission_plan& plan) {
  // Without the submission's label: it is not swept with an attempt.
  const string_map labels{
      {std::string{labels::app_name}, plan.in.app.name},
      {"sparkoperator.k8s.io/created-by-spark-operator", "true"}};
  json::object out{
      {"apiVersion", "v1"},
      {"kind", "ConfigMap"},
      {"metadata",
       metadata_of(plan.in, metrics_map_name(plan.in.app.name), labels)},
      {"data", to_json(metrics_map_data(*plan.in.spec))}};
  add_content_hash(out);
  return out;
}

json::object make_template_map(const submission_plan& plan,
                               std::string_view text) {
  auto out =
      immutable_map(plan, plan.names.template_map, {{template_key, text}});
  // Brought up to date when an edit is about executors to come.
  if (plan.in.companions.ui_service)
    out.erase("immutable");
  return out;
}

} // namespace spark
