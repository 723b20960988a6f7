#include "crds/field_rows.hpp"

namespace spark {

using enum value_kind;

// Most rows here have no member yet: see field_rows_pod.cpp. The short form
// keeps them one glance each.
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

static std::vector<field> general_rows() {
  return {
      {.path = "spec.suspend",
       .kind = flag,
       .member = &spark_application_spec::suspend,
       .since = "2.4",
       .example = "false",
       .lands = "life cycle",
       .description = "true keeps the application from running. Not done yet: "
                      "an application with true is refused."},
      later("spec.timeToLiveSeconds", integer, "guide", "3600",
            "Seconds after its end when the application is deleted."),
      later("spec.proxyUser", text, "1.0", "alice",
            "User that the application impersonates in Hadoop."),
      later("spec.sparkConfigMap", text, "guide", "spark-conf-files",
            "ConfigMap of Spark configuration files for driver and executors."),
      later(
          "spec.hadoopConfigMap", text, "guide", "hadoop-conf-files",
          "ConfigMap of Hadoop configuration files for driver and executors."),
      later("spec.nodeSelector", text_map, "guide", "{disk: ssd}",
            "Labels that the nodes of all pods must have."),
      later("spec.pythonVersion", int_or_text, "guide", "\"3\"",
            "Major version of Python, 2 or 3. Typed Go clients fail on a "
            "number: prefer a string."),
      later("spec.memoryOverheadFactor", text, "1.0", "\"0.2\"",
            "Part of the heap that pods get on top of it, as decimal text."),
      later("spec.initContainerImage", text, "guide",
            "registry.example.com/init:1",
            "Image of an init container that Spark had before 2.4."),
      later("spec.failureRetries", integer, "1.0", "3",
            "Of an older API: restartPolicy replaces it."),
      later("spec.retryInterval", integer, "1.0", "10",
            "Of an older API: restartPolicy replaces it."),
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
  return {
      later("spec.deps", object, "guide",
            "{jars: [\"https://repo.example.com/a.jar\"]}",
            "What the application needs beside its main file."),
      later("spec.deps.jars", text_list, "guide",
            "[\"https://repo.example.com/a.jar\"]",
            "Jars for the class paths of driver and executors."),
      later("spec.deps.files", text_list, "guide",
            "[\"https://data.example.com/a.csv\"]",
            "Files for the working directories of driver and executors."),
      later("spec.deps.pyFiles", text_list, "guide",
            "[\"https://repo.example.com/a.zip\"]",
            "Python files for the search path of Python."),
      later("spec.deps.archives", text_list, "2.1",
            "[\"https://data.example.com/a.tgz\"]",
            "Archives to unpack in the working directories."),
      later("spec.deps.packages", text_list, "guide", "[\"com.example:a:1.0\"]",
            "Maven packages, group:artifact:version."),
      later("spec.deps.excludePackages", text_list, "guide",
            "[\"com.example:b\"]", "Maven packages to leave out."),
      later("spec.deps.repositories", text_list, "guide",
            "[\"https://repo.example.com/maven\"]",
            "More Maven repositories to search."),
      later("spec.deps.jarsDownloadDir", text, "guide", "/var/spark/jars",
            "Directory for downloaded jars, of Spark before 2.4."),
      later("spec.deps.filesDownloadDir", text, "guide", "/var/spark/files",
            "Directory for downloaded files, of Spark before 2.4."),
      later("spec.deps.downloadTimeout", integer, "guide", "60",
            "Seconds that a download may take, of Spark before 2.4."),
      later("spec.deps.maxSimultaneousDownloads", integer, "guide", "5",
            "Downloads at the same time, of Spark before 2.4."),
  };
}

static std::vector<field> monitoring_rows() {
  return {
      later("spec.monitoring", object, "guide", "{exposeDriverMetrics: true}",
            "Metrics of the application."),
      // Both may be absent, which is false: the guide gives only one.
      later("spec.monitoring.exposeDriverMetrics", flag, "guide", "true",
            "The driver's metrics are exposed."),
      later("spec.monitoring.exposeExecutorMetrics", flag, "guide", "true",
            "The executors' metrics are exposed."),
      later("spec.monitoring.metricsProperties", text, "guide",
            "\"*.sink.csv.period=10\"", "Content of metrics.properties."),
      later("spec.monitoring.metricsPropertiesFile", text, "guide",
            "/etc/metrics/metrics.properties",
            "Path of metrics.properties in the image."),
      later("spec.monitoring.prometheus", object, "guide",
            "{jmxExporterJar: /prometheus/agent.jar, port: 8090}",
            "The JMX exporter for Prometheus."),
      must(later("spec.monitoring.prometheus.jmxExporterJar", text, "guide",
                 "/prometheus/agent.jar", "Path of its jar in the image.")),
      later("spec.monitoring.prometheus.port", integer, "guide", "8090",
            "Port that it serves on."),
      later("spec.monitoring.prometheus.portName", text, "1.3", "jmx-exporter",
            "Name of that port."),
      later("spec.monitoring.prometheus.configFile", text, "guide",
            "/prometheus/config.yaml",
            "Path of its configuration in the image; wins over configuration."),
      later("spec.monitoring.prometheus.configuration", text, "guide",
            "\"lowercaseOutputName: true\"", "Content of its configuration."),
      later("spec.dynamicAllocation", object, "guide",
            "{enabled: true, maxExecutors: 10}",
            "Spark adds and removes executors as it needs them."),
      later("spec.dynamicAllocation.enabled", flag, "guide", "true",
            "Turns dynamic allocation on."),
      later("spec.dynamicAllocation.initialExecutors", integer, "guide", "2",
            "Executors at the start."),
      later("spec.dynamicAllocation.minExecutors", integer, "guide", "1",
            "Fewest executors."),
      later("spec.dynamicAllocation.maxExecutors", integer, "guide", "10",
            "Most executors."),
      later("spec.dynamicAllocation.shuffleTrackingEnabled", flag, "2.2",
            "true", "Keeps executors whose shuffle files are needed."),
      later("spec.dynamicAllocation.shuffleTrackingTimeout", integer, "guide",
            "60000", "Milliseconds after which they may go all the same."),
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
  for (auto part : {general_rows(), deps_rows(), monitoring_rows(), ui_rows()})
    rows.insert(rows.end(), part.begin(), part.end());
  return rows;
}

} // namespace spark
