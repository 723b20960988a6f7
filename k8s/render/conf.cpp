#include "k8s/render/conf.hpp"

#include "crds/fields.hpp"

#include <algorithm>
#include <array>

namespace spark {
namespace {

constexpr std::string_view kueue_prefix = "kueue.x-k8s.io/";
constexpr std::string_view operator_prefix = "sparkoperator.k8s.io/";
/// The driver reads only that it starts with k8s; the address it talks to is
/// spark.kubernetes.driver.master, which has this default.
constexpr std::string_view master = "k8s://https://kubernetes.default.svc:443";

void add_application_labels(string_map& conf, const string_map& labels) {
  for (const auto& [key, value] : labels) {
    if (key.starts_with(kueue_prefix) || is_operator_label(key))
      continue;
    for (std::string role : {"driver", "executor"})
      if (!is_reserved_label(role, key))
        conf["spark.kubernetes." + role + ".label." + key] = value;
  }
}

/// Operator labels that a user wrote: they would make Spark's selector differ
/// from Spark's, or pretend to be another application.
void drop_operator_labels(wanted_conf& out) {
  for (std::string role : {"driver", "executor"}) {
    auto prefix = "spark.kubernetes." + role + ".label.";
    std::erase_if(out.conf, [&](const auto& entry) {
      if (!entry.first.starts_with(prefix) ||
          !is_operator_label(
              std::string_view{entry.first}.substr(prefix.size())))
        return false;
      out.warnings.push_back(
          entry.first + " is ignored: labels with the prefix " +
          std::string{operator_prefix} + " belong to the operator");
      return true;
    });
  }
}

void drop_foreign_keys(wanted_conf& out) {
  std::erase_if(out.conf, [&](const auto& entry) {
    if (entry.first.starts_with("spark."))
      return false;
    out.warnings.push_back("sparkConf " + entry.first +
                           " is ignored: Spark takes only keys that start "
                           "with spark.");
    return true;
  });
}

/// Sets a key of the operator, and says so where the user wanted another value.
void own(wanted_conf& out, std::string_view key, std::string value) {
  auto& entry = out.conf[std::string{key}];
  if (!entry.empty() && entry != value)
    out.warnings.push_back("sparkConf " + std::string{key} + "=" + entry +
                           " is ignored: the operator sets it");
  entry = std::move(value);
}

app_language language_of(std::string_view uri) {
  if (uri.ends_with(".py"))
    return app_language::python;
  if (uri.ends_with(".R") || uri.ends_with(".r"))
    return app_language::r;
  return app_language::java;
}

} // namespace

bool is_reserved_label(std::string_view role, std::string_view key) {
  static constexpr std::array shared{"spark-app-selector", "spark-role",
                                     "spark-version", "spark-app-name"};
  static constexpr std::array executors{"spark-exec-id",
                                        "spark-exec-resourceprofile-id"};
  return std::ranges::find(shared, key) != shared.end() ||
         (role == "executor" &&
          std::ranges::find(executors, key) != executors.end());
}

bool is_operator_label(std::string_view key) {
  return key.starts_with(operator_prefix);
}

wanted_conf make_conf(const submission_input& in, std::string_view driver_pod,
                      const executor_wishes& executors,
                      const string_map& driver_volumes) {
  wanted_conf out;
  auto& conf = out.conf;
  conf["spark.app.name"] = in.app.name;
  add_application_labels(conf, in.app_labels);
  for (auto& [key, value] : simple_conf(*in.spec))
    conf[key] = value;
  drop_foreign_keys(out);
  drop_operator_labels(out);
  for (const auto* more : {&executors.conf, &driver_volumes})
    for (const auto& [key, value] : *more)
      conf[key] = value;
  own(out, "spark.kubernetes.namespace", in.app.ns);
  own(out, "spark.master", std::string{master});
  own(out, "spark.submit.deployMode", "cluster");
  // podName is how users are meant to say it; sparkConf is the older way.
  conf["spark.kubernetes.driver.pod.name"] = driver_pod;
  // Nobody waits inside a submission, and the Go operator wrote it too.
  own(out, "spark.kubernetes.submission.waitAppCompletion", "false");
  std::string label = "spark.kubernetes.executor.label.";
  conf[label + std::string{labels::app_name}] = in.app.name;
  conf[label + std::string{labels::submission}] = in.submission_id;
  conf[label + std::string{labels::launched}] = "true";
  return out;
}

main_resource make_main_resource(const spark_application_spec& spec,
                                 settings& conf) {
  main_resource out;
  out.uri = spec.main_application_file.value_or("spark-internal");
  if (out.uri.empty())
    out.uri = "spark-internal";
  if (out.uri != "spark-internal")
    check_uri(conf, "spec.mainApplicationFile", out.uri);
  out.language = language_of(out.uri);
  switch (out.language) {
  case app_language::java:
    out.main_class = spec.main_class.value_or("");
    if (out.main_class.empty())
      conf.refuse("spec.mainClass is needed for a Java or Scala application: "
                  "the operator does not open jars");
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
