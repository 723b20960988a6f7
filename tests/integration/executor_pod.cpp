#include "tests/integration/executor_pod.hpp"

#include "crds/conf/conf_volumes.hpp"
#include "crds/conf/driver_conf.hpp"
#include "crds/json_text.hpp"
#include "k8s/render/executor_template.hpp"

namespace spark::test {

namespace json = boost::json;

namespace {

constexpr std::string_view role = "spark.kubernetes.executor.";

std::string role_key(std::string_view rest) {
  return std::string{role} + std::string{rest};
}

json::object& object_in(json::object& parent, std::string_view key) {
  auto& value = parent[key];
  return value.is_object() ? value.get_object() : value.emplace_object();
}

json::array& list_in(json::object& parent, std::string_view key) {
  auto& value = parent[key];
  return value.is_array() ? value.get_array() : value.emplace_array();
}

json::object template_of(const submission& made) {
  for (const auto& map : made.config_maps)
    if (const auto* text = map.at("data").as_object().if_contains(template_key))
      return json::parse(text->as_string()).as_object();
  return {};
}

/// The container that the conf names, else the first.
json::object& container_in(json::array& list, const settings& conf) {
  if (list.empty())
    list.emplace_back(json::object{});
  const auto name = conf.text_or(role_key("podTemplateContainerName"), "");
  for (auto& one : list)
    if (text_member(one, "name") == name)
      return one.as_object();
  return list.front().as_object();
}

struct pod_maker {
  settings& conf;
  const version_profile& profile;
  json::object& spec;
  json::object& container;

  void mount(std::string_view name, json::object source, json::object at) {
    source["name"] = name;
    at["name"] = name;
    list_in(spec, "volumes").emplace_back(std::move(source));
    list_in(container, "volumeMounts").emplace_back(std::move(at));
  }

  void program() {
    container.emplace("name", "spark-kubernetes-executor");
    container["image"] =
        conf.text_or(role_key("container.image"),
                     conf.text_or("spark.kubernetes.container.image", ""));
    container["args"] = json::array{"executor"};
    auto& resources = object_in(container, "resources");
    auto requests = object_in(resources, "requests");
    auto limits = object_in(resources, "limits");
    requests["cpu"] = conf.text_or(role_key("request.cores"),
                                   conf.text_or("spark.executor.cores", "1"));
    if (auto limit = conf.text(role_key("limit.cores")))
      limits["cpu"] = *limit;
    requests["memory"] = limits["memory"] = "1408Mi";
    resources["requests"] = std::move(requests);
    resources["limits"] = std::move(limits);
    list_in(container, "ports")
        .emplace_back(json::object{
            {"name", "blockmanager"},
            {"containerPort", conf.port("spark.blockManager.port", 7079)},
            {"protocol", "TCP"}});
  }

  void environment() {
    auto& list = list_in(container, "env");
    for (const auto& [name, value] : conf.with_prefix(executor_variable))
      list.emplace_back(json::object{{"name", name}, {"value", value}});
    for (const auto& ref : read_secret_references(conf, "executor"))
      list.emplace_back(json::object{
          {"name", ref.variable},
          {"valueFrom",
           {{"secretKeyRef", {{"name", ref.secret}, {"key", ref.key}}}}}});
    for (const auto* name : {"SPARK_DRIVER_URL", "SPARK_CONF_DIR"})
      list.emplace_back(json::object{{"name", name}, {"value", "x"}});
  }

  void volumes() {
    for (const auto& [secret, path] : conf.with_prefix(role_key("secrets.")))
      mount(secret + "-volume", {{"secret", {{"secretName", secret}}}},
            {{"mountPath", path}});
    bool scratch = false;
    for (const auto& one : read_conf_volumes(conf, "executor", profile)) {
      scratch = scratch || one.name.starts_with(local_dir_prefix);
      json::object at{{"mountPath", one.mount_path},
                      {"readOnly", one.read_only}};
      if (!one.sub_path.empty())
        at["subPath"] = one.sub_path;
      mount(one.name, {{"emptyDir", json::object{}}}, std::move(at));
    }
    if (!scratch)
      mount("spark-local-dir-1", {{"emptyDir", json::object{}}},
            {{"mountPath", "/var/data/spark-x"}});
    mount("spark-conf-volume-exec", {{"configMap", {{"name", "spark-exec"}}}},
          {{"mountPath", "/opt/spark/conf"}});
  }

  void pod(json::object& metadata) {
    spec["restartPolicy"] = "Never";
    spec["hostname"] = "executor-1";
    for (const auto* key :
         {"spark.kubernetes.authenticate.executor.serviceAccountName",
          "spark.kubernetes.authenticate.driver.serviceAccountName"})
      if (auto account = conf.text(key);
          account && !spec.contains("serviceAccountName"))
        spec["serviceAccountName"] = *account;
    for (const auto& name :
         conf.list("spark.kubernetes.container.image.pullSecrets"))
      list_in(spec, "imagePullSecrets")
          .emplace_back(json::object{{"name", name}});
    for (const auto& [key, value] :
         conf.with_prefix("spark.kubernetes.node.selector."))
      object_in(spec, "nodeSelector")[key] = value;
    metadata["name"] = "executor-1";
    auto& labels = object_in(metadata, "labels");
    for (const auto& [key, value] : conf.with_prefix(role_key("label.")))
      labels[key] = value;
    labels["spark-role"] = "executor";
    for (const auto& [key, value] : conf.with_prefix(role_key("annotation.")))
      object_in(metadata, "annotations")[key] = value;
  }
};

} // namespace

json::object executor_pod(const submission& made) {
  const string_map values{made.conf.begin(), made.conf.end()};
  settings conf{values};
  auto pod = template_of(made);
  // Each by itself: what is added to an object moves its other members.
  auto metadata = std::move(object_in(pod, "metadata"));
  auto spec = std::move(object_in(pod, "spec"));
  auto containers = std::move(list_in(spec, "containers"));
  pod_maker maker{conf, *choose_profile(made.spark_version).row, spec,
                  container_in(containers, conf)};
  maker.program();
  maker.environment();
  maker.volumes();
  maker.pod(metadata);
  spec["containers"] = std::move(containers);
  return {{"apiVersion", "v1"},
          {"kind", "Pod"},
          {"metadata", std::move(metadata)},
          {"spec", std::move(spec)}};
}

} // namespace spark::test
