#include "crds/field_rows.hpp"
#include "crds/text_checks.hpp"

namespace spark {

using enum value_kind;
using app = spark_application_spec;

// A row without a member is not supported yet, and the parser warns when it is
// used. The short form keeps a row one glance.
static field later(std::string path, value_kind kind, std::string since,
                   std::string example, std::string description) {
  return {.path = std::move(path),
          .kind = kind,
          .since = std::move(since),
          .example = std::move(example),
          .description = std::move(description)};
}

static field must(field row) {
  row.required = true;
  return row;
}

static field with(field row, field_member member, std::string conf,
                  text_check check = {}) {
  row.member = member;
  row.conf = std::move(conf);
  row.check = check;
  return row;
}

/// A member that no Spark property stands for.
static field lands(field row, field_member member, std::string where,
                   text_check check = {}) {
  row.member = member;
  row.lands = std::move(where);
  row.check = check;
  return row;
}

static field bounds(field row, std::int64_t least, std::int64_t most) {
  row.least = least;
  row.most = most;
  return row;
}

static std::vector<field> config_map_rows() {
  return {
      lands(later("spec.proxyUser", text, "1.0", "alice",
                  "User that the application impersonates in Hadoop."),
            &app::proxy_user, "driver Pod: argument --proxy-user"),
      lands(later("spec.sparkConfigMap", text, "guide", "spark-conf-files",
                  "ConfigMap of Spark configuration files, mounted at "
                  "/etc/spark/conf in driver and executors."),
            &app::spark_config_map,
            "all Pods: volume at /etc/spark/conf, SPARK_CONF_DIR",
            check_pod_name),
      lands(later("spec.hadoopConfigMap", text, "guide", "hadoop-conf-files",
                  "ConfigMap of Hadoop configuration files, mounted at "
                  "/etc/hadoop/conf in driver and executors."),
            &app::hadoop_config_map,
            "all Pods: volume at /etc/hadoop/conf, HADOOP_CONF_DIR",
            check_pod_name),
      with(later("spec.nodeSelector", text_map, "guide", "{disk: ssd}",
                 "Labels that the nodes of all pods must have. Excludes "
                 "nodeSelector of driver and executor."),
           &app::node_selector, "spark.kubernetes.node.selector."),
      with(later("spec.initContainerImage", text, "guide",
                 "registry.example.com/init:1",
                 "Image of an init container that Spark had before 2.4. Newer "
                 "ones do not read it."),
           &app::init_container_image, "spark.kubernetes.initContainer.image"),
  };
}

static std::vector<field> general_rows() {
  return {
      {.path = "spec.suspend",
       .kind = flag,
       .member = &app::suspend,
       .since = "2.4",
       .example = "false",
       .lands = "life cycle",
       .description = "true keeps the application from running. Not done yet: "
                      "an application with true is refused."},
      later("spec.timeToLiveSeconds", integer, "guide", "3600",
            "Seconds after its end when the application is deleted."),
      later("spec.failureRetries", integer, "1.0", "3",
            "Of an older API, read by nothing: restartPolicy replaces it."),
      later("spec.retryInterval", integer, "1.0", "10",
            "Of an older API, read by nothing: restartPolicy replaces it."),
      later("spec.batchScheduler", text, "1.0", "volcano",
            "Batch scheduler of the pods."),
      later("spec.batchSchedulerOptions", object, "1.0", "{queue: nightly}",
            "What the batch scheduler is told."),
      later("spec.batchSchedulerOptions.queue", text, "1.0", "nightly",
            "Queue of the batch scheduler."),
      later("spec.batchSchedulerOptions.priorityClassName", text, "1.0",
            "batch-low", "Priority class for the batch scheduler."),
      later("spec.batchSchedulerOptions.resources", opaque, "1.0",
            "{cpu: \"2\", memory: 4Gi}",
            "Resources that the batch scheduler waits for."),
      later("spec.driverPodDisruptionBudget", flag, "2.6", "true",
            "Protects the driver pod from voluntary evictions."),
      later("spec.restartPolicy.onFailureRetries", integer, "guide", "3",
            "How often a failed application runs again."),
      later("spec.restartPolicy.onFailureRetryInterval", integer, "guide", "10",
            "Seconds to wait after a failure, times the number of attempts."),
      later("spec.restartPolicy.onSubmissionFailureRetries", integer, "guide",
            "5", "How often a failed submission is tried again."),
      later("spec.restartPolicy.onSubmissionFailureRetryInterval", integer,
            "guide", "20",
            "Seconds to wait after a failed submission, times the number of "
            "submissions."),
  };
}

static std::vector<field> deps_rows() {
  const std::string old = "spark.kubernetes.mountDependencies.";
  return {
      later("spec.deps", object, "guide",
            "{jars: [\"https://repo.example.com/a.jar\"]}",
            "What the application needs beside its main file."),
      with(later("spec.deps.jars", text_list, "guide",
                 "[\"https://repo.example.com/a.jar\"]",
                 "Jars for the class paths of driver and executors, as URIs "
                 "that the driver pod can read."),
           &deps_spec::jars, "spark.jars", check_uri),
      with(later("spec.deps.files", text_list, "guide",
                 "[\"https://data.example.com/a.csv\"]",
                 "Files for the working directories of driver and executors."),
           &deps_spec::files, "spark.files", check_uri),
      with(later("spec.deps.pyFiles", text_list, "guide",
                 "[\"https://repo.example.com/a.zip\"]",
                 "Python files for the search path of Python. Before Spark 4.1 "
                 "those with local:// reach the driver alone."),
           &deps_spec::py_files, "spark.submit.pyFiles", check_uri),
      with(later("spec.deps.archives", text_list, "2.1",
                 "[\"https://data.example.com/a.tgz\"]",
                 "Archives to unpack in the working directories."),
           &deps_spec::archives, "spark.archives", check_uri),
      with(later("spec.deps.packages", text_list, "guide",
                 "[\"com.example:a:1.0\"]",
                 "Maven packages, group:artifact:version. The driver fetches "
                 "them when it starts."),
           &deps_spec::packages, "spark.jars.packages", check_package),
      with(later("spec.deps.excludePackages", text_list, "guide",
                 "[\"com.example:b\"]",
                 "Maven packages to leave out, group:artifact."),
           &deps_spec::exclude_packages, "spark.jars.excludes",
           check_package_name),
      with(later("spec.deps.repositories", text_list, "guide",
                 "[\"https://repo.example.com/maven\"]",
                 "More Maven repositories to search."),
           &deps_spec::repositories, "spark.jars.repositories", check_word),
      with(later("spec.deps.jarsDownloadDir", text, "guide", "/var/spark/jars",
                 "Directory for downloaded jars, of Spark before 2.4."),
           &deps_spec::jars_download_dir, old + "jarsDownloadDir"),
      with(later("spec.deps.filesDownloadDir", text, "guide",
                 "/var/spark/files",
                 "Directory for downloaded files, of Spark before 2.4."),
           &deps_spec::files_download_dir, old + "filesDownloadDir"),
      with(later("spec.deps.downloadTimeout", integer, "guide", "60",
                 "Seconds that a download may take, of Spark before 2.4."),
           &deps_spec::download_timeout, old + "timeout"),
      with(later("spec.deps.maxSimultaneousDownloads", integer, "guide", "5",
                 "Downloads at the same time, of Spark before 2.4."),
           &deps_spec::max_simultaneous_downloads,
           old + "maxSimultaneousDownloads"),
  };
}

static std::vector<field> monitoring_rows() {
  using monitoring = monitoring_spec;
  const std::string map = "ConfigMap <application>-prom-conf";
  return {
      later("spec.monitoring", object, "guide",
            "{exposeDriverMetrics: true, prometheus: {jmxExporterJar: "
            "/prometheus/agent.jar}}",
            "Metrics of the application. Without prometheus it has no effect."),
      // Both may be absent, which is false: the guide gives only one.
      lands(later("spec.monitoring.exposeDriverMetrics", flag, "guide", "true",
                  "The driver's metrics are exposed."),
            &monitoring::expose_driver_metrics,
            "driver Pod: port, annotations, -javaagent"),
      lands(later("spec.monitoring.exposeExecutorMetrics", flag, "guide",
                  "true", "The executors' metrics are exposed."),
            &monitoring::expose_executor_metrics,
            "executor Pod: port, annotations, -javaagent"),
      lands(later("spec.monitoring.metricsProperties", text, "guide",
                  "\"*.sink.csv.period=10\"",
                  "Content of metrics.properties. Absent: all instances "
                  "report to JMX."),
            &monitoring::metrics_properties, map),
      lands(later("spec.monitoring.metricsPropertiesFile", text, "guide",
                  "/etc/metrics/metrics.properties",
                  "Path of metrics.properties in the image; wins over "
                  "metricsProperties."),
            &monitoring::metrics_properties_file, "`spark.metrics.conf`",
            check_absolute_path),
  };
}

static std::vector<field> prometheus_rows() {
  using prometheus = prometheus_spec;
  const std::string agent = "options of the JVM: -javaagent";
  return {
      later("spec.monitoring.prometheus", object, "guide",
            "{jmxExporterJar: /prometheus/agent.jar, port: 8090}",
            "The JMX exporter for Prometheus."),
      must(lands(later("spec.monitoring.prometheus.jmxExporterJar", text,
                       "guide", "/prometheus/agent.jar",
                       "Path of its jar in the image."),
                 &prometheus::jmx_exporter_jar, agent, check_absolute_path)),
      bounds(lands(later("spec.monitoring.prometheus.port", integer, "guide",
                         "9404", "Port that it serves on. Absent: 8090."),
                   &prometheus::port, agent + "; port of the container"),
             1024, 49151),
      lands(later("spec.monitoring.prometheus.portName", text, "1.3", "metrics",
                  "Name of that port. Absent: jmx-exporter."),
            &prometheus::port_name, "all Pods: port of the container",
            check_port_name),
      lands(later("spec.monitoring.prometheus.configFile", text, "guide",
                  "/prometheus/config.yaml",
                  "Path of its configuration in the image; wins over "
                  "configuration."),
            &prometheus::config_file, agent, check_absolute_path),
      lands(later("spec.monitoring.prometheus.configuration", text, "guide",
                  "\"lowercaseOutputName: true\"",
                  "Content of its configuration. Absent: rules that name "
                  "Spark's metrics."),
            &prometheus::configuration, "ConfigMap <application>-prom-conf"),
  };
}

static std::vector<field> allocation_rows() {
  using dynamic = dynamic_allocation_spec;
  const std::string at = "spec.dynamicAllocation.";
  const std::string conf = "spark.dynamicAllocation.";
  auto tracking = with(
      later(at + "shuffleTrackingEnabled", flag, "2.2", "false",
            "Keeps executors whose shuffle files are needed."),
      &dynamic::shuffle_tracking_enabled, conf + "shuffleTracking.enabled");
  tracking.default_value = "true";
  return {
      later("spec.dynamicAllocation", object, "guide",
            "{enabled: true, maxExecutors: 10}",
            "Spark adds and removes executors as it needs them. Without "
            "enabled it has no effect."),
      with(later(at + "enabled", flag, "guide", "true",
                 "Turns dynamic allocation on."),
           &dynamic::enabled, conf + "enabled"),
      with(later(at + "initialExecutors", integer, "guide", "2",
                 "Executors at the start."),
           &dynamic::initial_executors, conf + "initialExecutors"),
      with(later(at + "minExecutors", integer, "guide", "1",
                 "Fewest executors."),
           &dynamic::min_executors, conf + "minExecutors"),
      with(
          later(at + "maxExecutors", integer, "guide", "10", "Most executors."),
          &dynamic::max_executors, conf + "maxExecutors"),
      tracking,
      bounds(
          with(later(at + "shuffleTrackingTimeout", integer, "guide", "60000",
                     "Milliseconds after which they may go all the same."),
               &dynamic::shuffle_tracking_timeout,
               conf + "shuffleTracking.timeout"),
          0, 9007199254740991),
  };
}

static std::vector<field> ui_rows() {
  const std::string ui = "spec.sparkUIOptions";
  const std::string ingress = "spec.driverIngressOptions";
  const std::string item = ingress + "[]";
  std::vector<field> rows{
      later(ui, object, "1.0", "{serviceType: NodePort}",
            "Service and Ingress of the Spark UI."),
      later(ui + ".servicePort", integer, "1.0", "4040",
            "Port of the Service."),
      later(ui + ".servicePortName", text, "1.3", "spark-driver-ui-port",
            "Name of that port."),
  };
  const std::vector<field> more{
      later(ingress, object_list, "1.6",
            "[{servicePort: 8080, servicePortName: web}]",
            "Services and Ingresses for more ports of the driver."),
      must(later(item + ".servicePort", integer, "1.6", "8080",
                 "Port of the driver and of the Service.")),
      must(later(item + ".servicePortName", text, "1.6", "web",
                 "Name of that port.")),
      later(item + ".ingressURLFormat", text, "1.6",
            "\"{{$appName}}.example.com\"", "Host and path of the Ingress."),
  };
  const auto shared = [&rows](const std::string& at) {
    rows.push_back(later(at + ".serviceType", text, "1.0", "ClusterIP",
                         "Type of the Service."));
    rows.push_back(later(at + ".serviceAnnotations", text_map, "1.3",
                         "{example.com/owner: data}",
                         "Annotations of the Service."));
    rows.push_back(later(at + ".serviceLabels", text_map, "1.4", "{team: data}",
                         "Labels of the Service."));
    rows.push_back(later(at + ".ingressAnnotations", text_map, "1.0",
                         "{kubernetes.io/ingress.class: nginx}",
                         "Annotations of the Ingress."));
    rows.push_back(later(at + ".ingressTLS", opaque_list, "1.0",
                         "[{hosts: [a.example.com], secretName: tls}]",
                         "Certificates of the Ingress."));
  };
  shared(ui);
  rows.insert(rows.end(), more.begin(), more.end());
  shared(item);
  return rows;
}

std::vector<field> option_rows() {
  std::vector<field> rows;
  for (auto part :
       {config_map_rows(), general_rows(), deps_rows(), monitoring_rows(),
        prometheus_rows(), allocation_rows(), ui_rows()})
    rows.insert(rows.end(), part.begin(), part.end());
  return rows;
}

} // namespace spark
