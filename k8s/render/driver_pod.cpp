#include "crds/conf/direct_mounts.hpp"
#include "crds/conf/driver_conf.hpp"
#include "crds/conf/memory.hpp"
#include "k8s/render/plan.hpp"
#include "k8s/render/pod_wishes.hpp"

namespace spark {
namespace json = boost::json;
namespace {

/// spark-submit takes the user it runs as. A constant keeps the operator's own
/// account out of jobs; spark.kubernetes.driverEnv.SPARK_USER comes later in
/// the list, so it wins. Executors get their name from the driver.
constexpr std::string_view spark_user = "spark";

constexpr std::string_view role = "spark.kubernetes.driver.";

std::string role_key(std::string_view rest) {
  return std::string{role} + std::string{rest};
}

json::object env_value(std::string_view name, std::string_view value) {
  return {{"name", name}, {"value", value}};
}

json::object env_from(std::string_view name, json::object source) {
  return {{"name", name}, {"valueFrom", std::move(source)}};
}

void add_secret_env(submission_plan& plan, json::array& env) {
  for (const auto& ref : read_secret_references(plan.conf, "driver"))
    env.push_back(
        env_from(ref.variable,
                 {{"secretKeyRef", {{"name", ref.secret}, {"key", ref.key}}}}));
}

void add_python_env(const submission_plan& plan, json::array& env) {
  const auto& conf = plan.conf;
  if (!plan.profile.python_interpreters) {
    env.push_back(
        env_value("PYSPARK_MAJOR_PYTHON_VERSION",
                  conf.text_or("spark.kubernetes.pyspark.pythonVersion", "3")));
    return;
  }
  auto python = conf.text("spark.pyspark.python");
  auto driver = conf.text("spark.pyspark.driver.python");
  if (python)
    env.push_back(env_value("PYSPARK_PYTHON", *python));
  if (driver || python)
    env.push_back(
        env_value("PYSPARK_DRIVER_PYTHON", driver ? *driver : *python));
}

/// Spark's order, and then what the spec asks for past Spark's conf, which so
/// can refer to all names before it and replaces those that it repeats.
json::array make_env(submission_plan& plan, const driver_volumes& volumes) {
  const auto& conf = plan.conf;
  const auto& spec = *plan.in.spec;
  json::array out{env_value("SPARK_USER",
                            spec.proxy_user.value_or(std::string{spark_user})),
                  env_value("SPARK_APPLICATION_ID", plan.names.app_id)};
  for (const auto& [name, value] :
       conf.with_prefix("spark.kubernetes.driverEnv."))
    out.push_back(env_value(name, value));
  out.push_back(env_from(
      "SPARK_DRIVER_BIND_ADDRESS",
      {{"fieldRef", {{"apiVersion", "v1"}, {"fieldPath", "status.podIP"}}}}));
  add_secret_env(plan, out);
  if (plan.main.language == app_language::python)
    add_python_env(plan, out);
  if (conf.has("spark.kubernetes.hadoop.configMapName"))
    out.push_back(env_value("HADOOP_CONF_DIR", "/opt/hadoop/conf"));
  out.push_back(env_value("SPARK_LOCAL_DIRS", volumes.local_dirs));
  out.push_back(env_value("SPARK_CONF_DIR", "/opt/spark/conf"));
  out.insert(out.end(), spec.driver.env.begin(), spec.driver.env.end());
  if (spec.hadoop_config_map)
    out.push_back(env_value("HADOOP_CONF_DIR", hadoop_map_directory));
  if (spec.spark_config_map)
    out.push_back(env_value("SPARK_CONF_DIR", spark_map_directory));
  return out;
}

json::array make_ports(submission_plan& plan) {
  auto ports = read_ports(plan.conf, plan.profile);
  json::array out;
  auto add = [&out](std::string_view name, int number) {
    out.push_back(json::object{
        {"name", name}, {"containerPort", number}, {"protocol", "TCP"}});
  };
  add("driver-rpc-port", ports.rpc);
  add("blockmanager", ports.pod_block_manager);
  add("spark-ui", ports.ui);
  if (ports.connect != 0)
    add("spark-connect", ports.connect);
  return out;
}

json::array make_args(const submission_plan& plan) {
  json::array out{"driver"};
  const auto& user = plan.in.spec->proxy_user;
  if (user && plan.profile.proxy_user)
    for (const auto& word : {std::string{"--proxy-user"}, *user})
      out.emplace_back(word);
  for (const auto& word :
       {std::string{"--properties-file"},
        std::string{"/opt/spark/conf/spark.properties"}, std::string{"--class"},
        plan.main.main_class, plan.main.uri})
    out.emplace_back(word);
  for (const auto& argument : plan.in.spec->arguments)
    out.emplace_back(argument);
  return out;
}

/// Over those of the template, which keeps what Spark does not set.
void add_resources(submission_plan& plan, json::object& container) {
  auto& conf = plan.conf;
  auto cores = std::to_string(conf.integer("spark.driver.cores", 1));
  auto memory = std::to_string(
                    driver_memory_mib(conf, plan.main.language, plan.profile)) +
                "Mi";
  auto& resources = object_at(container, "resources");
  auto& requests = object_at(resources, "requests");
  requests["cpu"] = conf.text_or(role_key("request.cores"), cores);
  requests["memory"] = memory;
  auto& limits = object_at(resources, "limits");
  const auto& limit_wish = plan.in.spec->driver.memory_limit;
  limits["memory"] = limit_wish ? memory_quantity(*limit_wish) : memory;
  if (auto limit = conf.text(role_key("limit.cores")))
    limits["cpu"] = *limit;
  for (const auto& device : read_devices(conf))
    limits[device.resource] = device.amount;
}

std::string driver_image(const submission_plan& plan) {
  auto image = plan.conf.text(role_key("container.image"));
  auto out = image ? *image
                   : plan.conf.text_or("spark.kubernetes.container.image", "");
  return plan.profile.image_placeholder
             ? with_replaced(out, "{{SPARK_VERSION}}", plan.spark_version)
             : out;
}

/// Not where the template wants a privileged container: the API server refuses
/// a pod that says both.
void forbid_escalation(json::object& container) {
  auto& security = object_at(container, "securityContext");
  const auto* privileged = security.if_contains("privileged");
  if (!privileged || *privileged != json::value(true))
    security["allowPrivilegeEscalation"] = false;
}

void fill_container(submission_plan& plan, const driver_volumes& volumes,
                    json::object& container) {
  // By this name the operator finds out how the driver ended.
  container["name"] = driver_container;
  container["image"] = driver_image(plan);
  container["imagePullPolicy"] = plan.conf.text_or(
      "spark.kubernetes.container.image.pullPolicy", "IfNotPresent");
  if (plan.profile.no_escalation)
    forbid_escalation(container);
  append_to(container, "args", make_args(plan));
  append_to(container, "ports", make_ports(plan));
  append_to(container, "env", make_env(plan, volumes));
  add_resources(plan, container);
  append_to(container, "volumeMounts", volumes.mounts);
}

/// Spark's and ours over the template's.
void fill_metadata(const submission_plan& plan, json::object& metadata) {
  auto labels = spark_driver_labels(plan);
  labels.merge(operator_labels(plan.in)); // no label of the spec is like these
  for (auto& member : metadata_of(plan.in, plan.names.driver_pod, {}))
    if (member.key() != "labels")
      metadata[member.key()] = std::move(member.value());
  for (const auto& [key, value] : labels)
    object_at(metadata, "labels")[key] = value;
  for (const auto& [key, value] :
       plan.conf.with_prefix(role_key("annotation.")))
    object_at(metadata, "annotations")[key] =
        with_ids(value, plan.names.app_id);
}

void fill_scheduling(const submission_plan& plan, json::object& spec) {
  const auto& conf = plan.conf;
  auto selector = conf.with_prefix("spark.kubernetes.node.selector.");
  if (plan.profile.role_scheduling)
    for (auto& [key, value] : conf.with_prefix(role_key("node.selector.")))
      selector[key] = value;
  for (const auto& [key, value] : selector)
    object_at(spec, "nodeSelector")[key] = value;
  if (!plan.profile.role_scheduling)
    return;
  auto scheduler = conf.text(role_key("scheduler.name"));
  if (!scheduler)
    scheduler = conf.text("spark.kubernetes.scheduler.name");
  if (scheduler)
    spec["schedulerName"] = *scheduler;
}

void fill_spec(const submission_plan& plan, const driver_volumes& volumes,
               json::object& spec) {
  const auto& conf = plan.conf;
  spec["restartPolicy"] = "Never";
  if (auto account = conf.text(
          "spark.kubernetes.authenticate.driver.serviceAccountName")) {
    spec["serviceAccount"] = *account;
    spec["serviceAccountName"] = *account;
  }
  json::array secrets;
  for (const auto& name :
       conf.list("spark.kubernetes.container.image.pullSecrets"))
    secrets.push_back(json::object{{"name", name}});
  append_to(spec, "imagePullSecrets", secrets);
  fill_scheduling(plan, spec);
  append_to(spec, "volumes", volumes.volumes);
}

} // namespace

json::object make_driver_pod(submission_plan& plan,
                             const driver_volumes& volumes) {
  auto& pod = plan.base;
  fill_metadata(plan, pod.metadata);
  fill_spec(plan, volumes, pod.spec);
  fill_container(plan, volumes, pod.container);
  // Behind the containers of the template, before the sidecars.
  const auto place = list_at(pod.spec, "containers").size();
  apply_wishes(pod, *plan.in.spec, "driver");
  if (plan.in.companions.ui_service)
    leave_out_service_links(pod.spec);
  auto& containers = list_at(pod.spec, "containers");
  containers.insert(containers.begin() + place, std::move(pod.container));
  return {{"apiVersion", "v1"},
          {"kind", "Pod"},
          {"metadata", std::move(pod.metadata)},
          {"spec", std::move(pod.spec)}};
}

} // namespace spark
