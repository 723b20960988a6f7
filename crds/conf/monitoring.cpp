#include "crds/conf/monitoring.hpp"

namespace spark {

namespace {

constexpr std::string_view properties_key = "metrics.properties";
constexpr std::string_view exporter_key = "prometheus.yaml";

bool is_wanted(const spark_application_spec& spec) {
  return spec.monitoring.prometheus.jmx_exporter_jar.has_value();
}

std::string in_directory(std::string_view key) {
  return std::string{metrics_directory} + "/" + std::string{key};
}

constexpr std::string_view default_properties =
    R"(# All instances report to JMX, where the agent finds it.
*.sink.jmx.class=org.apache.spark.metrics.sink.JmxSink
driver.source.jvm.class=org.apache.spark.metrics.source.JvmSource
executor.source.jvm.class=org.apache.spark.metrics.source.JvmSource
)";

/// One rule of the agent: which MBean, and what its metric is called. Spark's
/// names begin with <namespace>.<application>, which become labels; newer JMX
/// reporters add a type to the name.
std::string exporter_rule(std::string_view bean, std::string_view attribute,
                          std::string_view metric, std::string_view label) {
  const bool counts = attribute == "Count";
  std::string out = R"(  - pattern: 'metrics<name=([^.\s]+)\.(\S+?)\.)";
  out.append(bean).append(R"((?:, type=\w+)?><>)").append(attribute);
  out.append("'\n    name: ").append(metric).append("\n    type: ");
  out.append(counts ? "COUNTER" : "GAUGE");
  out.append("\n    labels:\n      app_namespace: \"$1\"\n"
             "      app_id: \"$2\"\n");
  if (!label.empty())
    out.append("      ").append(label).append(": \"$3\"\n");
  return out;
}

std::string default_exporter() {
  constexpr std::string_view executor = "executor_id";
  std::string out = "lowercaseOutputName: true\nattrNameSnakeCase: true\n"
                    "rules:\n";
  const auto rule = [&out](std::string_view bean, std::string_view attribute,
                           std::string_view metric,
                           std::string_view label = {}) {
    out += exporter_rule(bean, attribute, metric, label);
  };
  rule(R"(driver\.(BlockManager|DAGScheduler|jvm)\.(\S+?))", "Value",
       "spark_driver_$3_$4");
  rule(R"(driver\.\S+\.StreamingMetrics\.streaming\.(\S+?))", "Value",
       "spark_streaming_driver_$3");
  rule(R"(driver\.spark\.streaming\.([^.]+)\.(.+?))", "Value",
       "spark_structured_streaming_driver_$4", "query_name");
  rule(R"(([^.\s]+)\.executor\.(\S+?))", "Value", "spark_executor_$4",
       executor);
  for (std::string_view group : {"DAGScheduler", "HiveExternalCatalog",
                                 "CodeGenerator", "LiveListenerBus"}) {
    std::string bean = R"(driver\.)";
    bean.append(group).append(R"(\.(\S+?))");
    rule(bean, "Count", "spark_driver_" + std::string{group} + "_$3_count");
  }
  rule(R"(driver\.LiveListenerBus\.(\S+?))", "Value",
       "spark_driver_LiveListenerBus_$3");
  rule(R"(([^.\s]+)\.executor\.(\S+?))", "Count", "spark_executor_$4_count",
       executor);
  rule(R"((\d+)\.(jvm|NettyBlockTransfer)\.(\S+?))", "Value",
       "spark_executor_$4_$5", executor);
  rule(R"((\d+)\.(HiveExternalCatalog|CodeGenerator)\.(\S+?))", "Count",
       "spark_executor_$4_$5_count", executor);
  return out;
}

void add_role(std::string_view role, const spark_application_spec& spec,
              string_map& conf) {
  const auto port = std::to_string(metrics_port(spec));
  const auto annotation =
      "spark.kubernetes." + std::string{role} + ".annotation.prometheus.io/";
  conf[annotation + "scrape"] = "true";
  conf[annotation + "port"] = port;
  conf[annotation + "path"] = "/metrics";
  const auto& exporter = spec.monitoring.prometheus;
  const auto agent = "-javaagent:" + *exporter.jmx_exporter_jar + "=" + port +
                     ":" +
                     exporter.config_file.value_or(in_directory(exporter_key));
  auto& options = conf["spark." + std::string{role} + ".extraJavaOptions"];
  options += (options.empty() ? "" : " ") + agent;
}

} // namespace

bool exposes_metrics(const spark_application_spec& spec,
                     std::string_view role) {
  const auto& m = spec.monitoring;
  return is_wanted(spec) && (role == "driver" ? m.expose_driver_metrics
                                              : m.expose_executor_metrics);
}

std::int64_t metrics_port(const spark_application_spec& spec) {
  return spec.monitoring.prometheus.port.value_or(8090);
}

std::string metrics_port_name(const spark_application_spec& spec) {
  return spec.monitoring.prometheus.port_name.value_or("jmx-exporter");
}

bool has_metrics_map(const spark_application_spec& spec) {
  return is_wanted(spec) && !(spec.monitoring.metrics_properties_file &&
                              spec.monitoring.prometheus.config_file);
}

std::string metrics_map_name(std::string_view app) {
  return std::string{app} + "-prom-conf";
}

string_map metrics_map_data(const spark_application_spec& spec) {
  string_map out;
  const auto& m = spec.monitoring;
  if (!m.metrics_properties_file)
    out[std::string{properties_key}] =
        m.metrics_properties.value_or(std::string{default_properties});
  if (!m.prometheus.config_file)
    out[std::string{exporter_key}] = m.prometheus.configuration
                                         ? *m.prometheus.configuration
                                         : default_exporter();
  return out;
}

void add_metrics_conf(std::string_view ns, std::string_view app,
                      const spark_application_spec& spec, string_map& conf) {
  if (!is_wanted(spec))
    return;
  conf["spark.metrics.namespace"] = std::string{ns} + "." + std::string{app};
  conf["spark.metrics.conf"] = spec.monitoring.metrics_properties_file.value_or(
      in_directory(properties_key));
  for (std::string_view role : {"driver", "executor"})
    if (exposes_metrics(spec, role))
      add_role(role, spec, conf);
}

} // namespace spark
