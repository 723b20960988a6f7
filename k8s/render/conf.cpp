#include "k8s/render/conf.hpp"

#include "crds/conf/driver_conf.hpp"
#include "crds/conf/memory.hpp"
#include "crds/conf/monitoring.hpp"
#include "crds/fields.hpp"
#include "k8s/render/companions.hpp"

namespace spark {
namespace {

/// The driver reads only that it starts with k8s; the address it talks to is
/// spark.kubernetes.driver.master, which has this default.
constexpr std::string_view master = "k8s://https://kubernetes.default.svc:443";

} // namespace

string_map make_conf(const submission_input& in, std::string_view driver_pod,
                     const executor_wishes& executors,
                     const string_map& driver_volumes) {
  string_map conf;
  conf["spark.app.name"] = in.app.name;
  for (auto& [key, value] : simple_conf(*in.spec))
    conf[key] = value;
  add_metrics_conf(in.app.ns, in.app.name, *in.spec, conf);
  for (const auto& name : executors.template_variables)
    conf.erase(std::string{executor_variable} + name);
  for (const auto* more : {&executors.conf, &driver_volumes})
    for (const auto& [key, value] : *more)
      conf[key] = value;
  conf["spark.kubernetes.namespace"] = in.app.ns;
  conf["spark.master"] = master;
  conf["spark.submit.deployMode"] = "cluster";
  // podName is how users are meant to say it; sparkConf is the older way.
  conf["spark.kubernetes.driver.pod.name"] = driver_pod;
  // Nobody waits inside a submission, and the Go operator wrote it too.
  conf["spark.kubernetes.submission.waitAppCompletion"] = "false";
  std::string label = "spark.kubernetes.executor.label.";
  conf[label + std::string{labels::app_name}] = in.app.name;
  conf[label + std::string{labels::submission}] = in.submission_id;
  conf[label + std::string{labels::launched}] = "true";
  // Behind a path of its own, the UI must know what its links begin with.
  const auto ui = web_ui_url(in);
  if (ui && ui->wrong.empty() && !ui->path.empty()) {
    conf.try_emplace("spark.ui.proxyBase", ui->path);
    conf.try_emplace("spark.ui.proxyRedirectUri", "/");
  }
  return conf;
}

main_resource make_main_resource(const spark_application_spec& spec) {
  main_resource out;
  out.uri = spec.main_application_file.value_or("spark-internal");
  out.language = language_of(out.uri);
  switch (out.language) {
  case app_language::java:
    out.main_class = spec.main_class.value_or("");
    break;
  case app_language::python:
    out.main_class = "org.apache.spark.deploy.PythonRunner";
    break;
  case app_language::r:
    out.main_class = "org.apache.spark.deploy.RRunner";
    break;
  }
  return out;
}

void add_submit_properties(string_map& conf, const submission_input& in,
                           const child_names& names, const main_resource& main,
                           bool has_executor_template) {
  settings read{conf};
  auto factor = java_double(default_overhead_factor(read, main.language));
  auto jars = read.list("spark.jars");
  auto py_files = join_list(read.list("spark.submit.pyFiles"));
  auto rpc_port = read.port("spark.driver.port", default_driver_port);
  auto block_port =
      read.port("spark.driver.blockManager.port", default_block_manager_port);
  auto hadoop_map = read.text("spark.kubernetes.hadoop.configMapName");
  if (main.language == app_language::java && main.uri != "spark-internal")
    jars.push_back(main.uri);
  if (main.language == app_language::java || !jars.empty())
    conf["spark.jars"] = join_list(jars);
  conf["spark.submit.pyFiles"] = py_files;
  conf["spark.app.id"] = names.app_id;
  conf.try_emplace("spark.app.submitTime", std::to_string(in.submit_time_ms));
  conf["spark.driver.host"] = names.service + "." + in.app.ns + ".svc";
  conf["spark.driver.port"] = std::to_string(rpc_port);
  conf["spark.driver.blockManager.port"] = std::to_string(block_port);
  conf["spark.kubernetes.memoryOverheadFactor"] = factor;
  conf["spark.kubernetes.resource.type"] = to_string(main.language);
  conf["spark.kubernetes.submitInDriver"] = "true";
  if (has_executor_template) {
    conf["spark.kubernetes.executor.podTemplateFile"] =
        std::string{template_directory} + "/" + std::string{template_file};
    conf["spark.kubernetes.executor.podTemplateContainerName"] =
        executor_container;
  }
  if (hadoop_map)
    conf["spark.kubernetes.executor.hadoopConfigMapName"] = *hadoop_map;
  for (auto& [key, value] : conf)
    if (key.ends_with("oauthToken"))
      value = "<present_but_redacted>";
}

} // namespace spark
