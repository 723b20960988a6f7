#include "crds/conf/driver_conf.hpp"
#include "crds/conf/memory.hpp"
#include "k8s/render/plan.hpp"

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

void add_python_env(const settings& conf, json::array& env) {
  auto python = conf.text("spark.pyspark.python");
  auto driver = conf.text("spark.pyspark.driver.python");
  if (python)
    env.push_back(env_value("PYSPARK_PYTHON", *python));
  if (driver || python)
    env.push_back(
        env_value("PYSPARK_DRIVER_PYTHON", driver ? *driver : *python));
}

/// Spark's order; the spec's `env` follows the conf's, so that it can refer to
/// what comes before it while Spark's own later names stay Spark's.
json::array make_env(submission_plan& plan, const driver_volumes& volumes) {
  const auto& conf = plan.conf;
  json::array out{env_value("SPARK_USER", spark_user),
                  env_value("SPARK_APPLICATION_ID", plan.names.app_id)};
  for (const auto& [name, value] :
       conf.with_prefix("spark.kubernetes.driverEnv."))
    out.push_back(env_value(name, value));
  for (const auto& entry : plan.in.spec->driver.env)
    out.push_back(entry);
  out.push_back(env_from(
      "SPARK_DRIVER_BIND_ADDRESS",
      {{"fieldRef", {{"apiVersion", "v1"}, {"fieldPath", "status.podIP"}}}}));
  add_secret_env(plan, out);
  if (plan.main.language == app_language::python)
    add_python_env(conf, out);
  if (conf.has("spark.kubernetes.hadoop.configMapName"))
    out.push_back(env_value("HADOOP_CONF_DIR", "/opt/hadoop/conf"));
  out.push_back(env_value("SPARK_LOCAL_DIRS", volumes.local_dirs));
  out.push_back(env_value("SPARK_CONF_DIR", "/opt/spark/conf"));
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
  json::array out{
      "driver",  "--properties-file",  "/opt/spark/conf/spark.properties",
      "--class", plan.main.main_class, plan.main.uri};
  for (const auto& argument : plan.in.spec->arguments)
    out.emplace_back(argument);
  return out;
}

json::object make_resources(submission_plan& plan) {
  auto& conf = plan.conf;
  auto cores = std::to_string(conf.integer("spark.driver.cores", 1));
  auto memory = std::to_string(
                    driver_memory_mib(conf, plan.main.language, plan.profile)) +
                "Mi";
  json::object requests{{"cpu", conf.text_or(role_key("request.cores"), cores)},
                        {"memory", memory}};
  json::object limits{{"memory", memory}};
  if (auto limit = conf.text(role_key("limit.cores")))
    limits["cpu"] = *limit;
  for (const auto& device : read_devices(conf))
    limits[device.resource] = device.amount;
  return {{"requests", std::move(requests)}, {"limits", std::move(limits)}};
}

std::string driver_image(const submission_plan& plan) {
  auto image = plan.conf.text(role_key("container.image"));
  auto out = image ? *image
                   : plan.conf.text_or("spark.kubernetes.container.image", "");
  return plan.profile.image_placeholder
             ? with_replaced(out, "{{SPARK_VERSION}}", plan.spark_version)
             : out;
}

json::object make_container(submission_plan& plan,
                            const driver_volumes& volumes) {
  return {{"name", "spark-kubernetes-driver"},
          {"image", driver_image(plan)},
          {"imagePullPolicy",
           plan.conf.text_or("spark.kubernetes.container.image.pullPolicy",
                             "IfNotPresent")},
          {"args", make_args(plan)},
          {"ports", make_ports(plan)},
          {"env", make_env(plan, volumes)},
          {"resources", make_resources(plan)},
          {"volumeMounts", volumes.mounts}};
}

json::object make_metadata(const submission_plan& plan) {
  auto labels = spark_driver_labels(plan);
  labels.merge(operator_labels(plan)); // no label of the spec is like these
  auto out = metadata_of(plan, plan.names.driver_pod, labels);
  auto annotations = plan.conf.with_prefix(role_key("annotation."));
  for (auto& [key, value] : annotations)
    value = with_ids(value, plan.names.app_id);
  if (!annotations.empty())
    out["annotations"] = to_json(annotations);
  return out;
}

void add_scheduling(const settings& conf, json::object& spec) {
  auto selector = conf.with_prefix("spark.kubernetes.node.selector.");
  for (auto& [key, value] : conf.with_prefix(role_key("node.selector.")))
    selector[key] = value;
  if (!selector.empty())
    spec["nodeSelector"] = to_json(selector);
  auto scheduler = conf.text(role_key("scheduler.name"));
  if (!scheduler)
    scheduler = conf.text("spark.kubernetes.scheduler.name");
  if (scheduler)
    spec["schedulerName"] = *scheduler;
}

} // namespace

json::object make_driver_pod(submission_plan& plan,
                             const driver_volumes& volumes) {
  auto& conf = plan.conf;
  json::object spec{{"restartPolicy", "Never"}};
  if (auto account = conf.text(
          "spark.kubernetes.authenticate.driver.serviceAccountName")) {
    spec["serviceAccount"] = *account;
    spec["serviceAccountName"] = *account;
  }
  json::array secrets;
  for (const auto& name :
       conf.list("spark.kubernetes.container.image.pullSecrets"))
    secrets.push_back(json::object{{"name", name}});
  if (!secrets.empty())
    spec["imagePullSecrets"] = std::move(secrets);
  add_scheduling(conf, spec);
  spec["volumes"] = volumes.volumes;
  spec["containers"] = json::array{make_container(plan, volumes)};
  return {{"apiVersion", "v1"},
          {"kind", "Pod"},
          {"metadata", make_metadata(plan)},
          {"spec", std::move(spec)}};
}

} // namespace spark
