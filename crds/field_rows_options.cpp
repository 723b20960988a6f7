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

constexpr std::int64_t hundred_years = 3'153'600'000; // in seconds

static std::vector<field> general_rows() {
  return {
      {.path = "spec.suspend",
       .kind = flag,
       .member = &app::suspend,
       .since = "2.4",
       .example = "false",
       .lands = "life cycle",
       .description = "true keeps the application from running, and ends its "
                      "driver if it runs. false lets it run from the start."},
      {.path = "spec.timeToLiveSeconds",
       .kind = integer,
       .member = &app::time_to_live,
       .least = -hundred_years,
       .most = hundred_years,
       .since = "guide",
       .example = "3600",
       .lands = "life cycle",
       .description = "Seconds after its end when the application is deleted; "
                      "0 or less: at once. Its absence: the operator's "
                      "default, which is never."},
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
  };
}

/// What stands beside restartPolicy.type.
static std::vector<field> retry_rows() {
  using restart = restart_policy_spec;
  const auto row = [](const char* name, field_member member, std::int64_t least,
                      const char* since, const char* example,
                      const char* description) {
    return field{.path = std::string{"spec.restartPolicy."} + name,
                 .kind = integer,
                 .member = member,
                 .least = least,
                 .since = since,
                 .example = example,
                 .lands = "life cycle",
                 .description = description};
  };
  return {
      row("onFailureRetries", &restart::failure_retries, 0, "guide", "3",
          "How often an application that failed runs again under OnFailure. "
          "Its absence: never."),
      row("onFailureRetryInterval", &restart::failure_interval, 1, "guide",
          "10",
          "Seconds to wait after a failure, times the number of failures so "
          "far. 5 by default."),
      row("onSubmissionFailureRetries", &restart::submission_retries, 0,
          "guide", "5",
          "How often a failed submission is tried again under OnFailure. Its "
          "absence: never. A spec that cannot be submitted at all is not "
          "tried again."),
      row("onSubmissionFailureRetryInterval", &restart::submission_interval, 1,
          "guide", "20",
          "Seconds to wait after a failed submission, times the number of "
          "submissions in a row. 5 by default."),
      row("onInfrastructureFailureRetries", &restart::infrastructure_retries, 0,
          "ours", "10",
          "A limit of its own for failures that are the cluster's fault: an "
          "eviction, a lost node, a preemption, a driver that vanished. They "
          "do not count for onFailureRetries then. Its absence: they count as "
          "any other failure."),
      {.path = "spec.restartPolicy.retryBackoff",
       .member = &restart::backoff,
       .check = check_backoff,
       .since = "ours",
       .example = "Exponential",
       .lands = "life cycle",
       .description = "Linear (the interval times the number of failures; the "
                      "default) or Exponential (the interval, doubled with "
                      "each failure)."},
      row("maxRetryInterval", &restart::max_interval, 1, "ours", "300",
          "No wait is longer than these seconds. By default 600 with "
          "Exponential, and unlimited with Linear."),
      row("healthyRunSeconds", &restart::healthy_run, 1, "ours", "3600",
          "A driver that ran at least so long before it failed begins the "
          "counting anew. Its absence: earlier failures always count."),
  };
}

static std::vector<field> driver_wait_rows() {
  constexpr std::int64_t year = 31'536'000;
  return {
      bounds(
          lands(later("spec.driverStartTimeoutSeconds", integer, "ours", "900",
                      "Seconds that a driver may be kept from starting by "
                      "an image, a configuration or a volume before its "
                      "attempt fails. 0: for ever. Absent: what the flag "
                      "-driver-start-timeout says, 600 by default."),
                &app::driver_start_timeout, "life cycle"),
          0, year),
      bounds(lands(later("spec.driverSchedulingTimeoutSeconds", integer, "ours",
                         "3600",
                         "Seconds that a driver may wait for a node before its "
                         "attempt fails. 0: for ever. Absent: what the flag "
                         "-driver-scheduling-timeout says, 0 by default."),
                   &app::driver_scheduling_timeout, "life cycle"),
             0, year),
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

std::vector<field> option_rows() {
  std::vector<field> rows;
  for (auto part :
       {config_map_rows(), general_rows(), retry_rows(), driver_wait_rows(),
        deps_rows(), monitoring_rows(), prometheus_rows(), allocation_rows()})
    rows.insert(rows.end(), part.begin(), part.end());
  return rows;
}

} // namespace spark
