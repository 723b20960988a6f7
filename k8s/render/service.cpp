#include "crds/conf/driver_conf.hpp"
#include "k8s/render/plan.hpp"

namespace spark {
namespace json = boost::json;
namespace {

json::object service_port(std::string_view name, int number) {
  return {{"name", name}, {"port", number}, {"targetPort", number}};
}

json::array service_ports(const driver_ports& ports,
                          const version_profile& profile) {
  json::array out{service_port("driver-rpc-port", ports.rpc),
                  service_port("blockmanager", ports.service_block_manager),
                  service_port("spark-ui", ports.ui)};
  if (ports.connect != 0) {
    auto connect = service_port("spark-connect", ports.connect);
    if (profile.connect_protocol)
      connect["appProtocol"] = "grpc";
    out.push_back(std::move(connect));
  }
  return out;
}

} // namespace

json::object make_network_policy(const submission_plan& plan) {
  auto labels = operator_labels(plan.in);
  labels["spark-app-selector"] = plan.names.app_id;
  const json::object ours{{"spark-app-selector", plan.names.app_id}};
  auto executors = ours;
  executors[labels::spark_role] = "executor";
  json::object from{{"podSelector", {{"matchLabels", ours}}}};
  json::object out{
      {"apiVersion", "networking.k8s.io/v1"},
      {"kind", "NetworkPolicy"},
      {"metadata", metadata_of(plan.in, plan.names.prefix + "-policy", labels)},
      {"spec",
       {{"podSelector", {{"matchLabels", std::move(executors)}}},
        {"ingress",
         json::array{json::object{{"from", json::array{std::move(from)}}}}}}}};
  add_content_hash(out);
  return out;
}

json::object make_service(submission_plan& plan) {
  auto& conf = plan.conf;
  std::string settings_of = "spark.kubernetes.driver.service.";
  auto labels = operator_labels(plan.in);
  labels["spark-app-selector"] = plan.names.app_id;
  for (auto& [key, value] : conf.with_prefix(settings_of + "label."))
    labels[key] = value;
  auto metadata = metadata_of(plan.in, plan.names.service, labels);
  auto annotations = conf.with_prefix(settings_of + "annotation.");
  if (!annotations.empty())
    metadata["annotations"] = to_json(annotations);
  json::object spec{
      {"clusterIP", "None"},
      {"selector", to_json(spark_driver_labels(plan))},
      {"ports", service_ports(read_ports(conf, plan.profile), plan.profile)}};
  if (plan.profile.ip_families) {
    spec["ipFamilyPolicy"] =
        conf.text_or(settings_of + "ipFamilyPolicy", "SingleStack");
    json::array families;
    for (auto& family :
         split_list(conf.text_or(settings_of + "ipFamilies", "IPv4")))
      families.emplace_back(family);
    spec["ipFamilies"] = std::move(families);
  }
  json::object out{{"apiVersion", "v1"},
                   {"kind", "Service"},
                   {"metadata", std::move(metadata)},
                   {"spec", std::move(spec)}};
  add_content_hash(out);
  return out;
}

} // namespace spark
