#include "tests/support/random_spec.hpp"

#include "tests/support/random_core.hpp"
#include "tests/support/random_role.hpp"

#include <algorithm>

namespace spark::test {

namespace {

json::array several(dice& d, std::initializer_list<std::string_view> from) {
  json::array out;
  for (auto n = d.between(1, 3); n > 0; --n)
    out.emplace_back(d.pick(from));
  return out;
}

json::object metadata(dice& d) {
  auto name = d.fresh(d.pick({"pi", "7-days", "etl.daily", "a"}));
  if (d.maybe(15)) // up to what a label takes
    name += "-" + std::string(std::size_t(d.between(10, 50)), 'n');
  json::object out{{"name", std::move(name)}, {"namespace", "default"}};
  if (d.maybe(40)) {
    auto& labels = out["labels"] = d.labels();
    if (d.maybe(20))
      labels.get_object()["kueue.x-k8s.io/queue-name"] = "team-a";
  }
  if (d.maybe(30))
    out["annotations"] = d.annotations();
  return out;
}

json::object deps(dice& d) {
  json::object out;
  if (d.maybe(50))
    out["jars"] = several(d, {"https://repo.example.com/a.jar",
                              "local:///opt/spark/b.jar", "s3a://jars/c.jar"});
  if (d.maybe(40))
    out["files"] = several(d, {"hdfs://data/a.csv", "gs://data/b#c.csv"});
  if (d.maybe(40))
    out["pyFiles"] = several(d, {"local:///opt/a.py", "https://e.com/b.zip"});
  if (d.maybe(30))
    out["archives"] = several(d, {"https://e.com/a.tgz#dir", "s3a://x/b.zip"});
  if (d.maybe(30))
    out["packages"] = several(d, {"com.example:a:1.0", "org.x:b_2.12:3.5.7"});
  if (d.maybe(30))
    out["excludePackages"] = several(d, {"com.example:b", "org.y:c_2.12"});
  if (d.maybe(30))
    out["repositories"] = several(d, {"https://repo.example.com/maven"});
  if (d.maybe(20))
    out["jarsDownloadDir"] = "/var/spark/jars";
  if (d.maybe(20))
    out["filesDownloadDir"] = "/var/spark/files";
  if (d.maybe(20))
    out["downloadTimeout"] = d.between(1, 600);
  if (d.maybe(20))
    out["maxSimultaneousDownloads"] = d.between(1, 20);
  return out;
}

json::object prometheus(dice& d) {
  json::object out{{"jmxExporterJar", "/prometheus/agent.jar"}};
  if (d.maybe(50))
    out["port"] = d.port();
  if (d.maybe(50))
    out["portName"] = d.fresh("jmx");
  if (d.maybe(30))
    out["configFile"] = "/prometheus/config.yaml";
  if (d.maybe(30))
    out["configuration"] = d.pick({"lowercaseOutputName: true\n", "rules: []"});
  return out;
}

json::object monitoring(dice& d) {
  json::object out;
  if (d.maybe(70))
    out["exposeDriverMetrics"] = d.maybe(80);
  if (d.maybe(70))
    out["exposeExecutorMetrics"] = d.maybe(80);
  if (d.maybe(40))
    out["metricsProperties"] = "*.sink.csv.period=10\n*.sink.csv.unit=seconds";
  if (d.maybe(30))
    out["metricsPropertiesFile"] = "/etc/metrics/metrics.properties";
  if (d.maybe(70))
    out["prometheus"] = prometheus(d);
  return out;
}

json::object dynamic_allocation(dice& d) {
  json::object out{{"enabled", d.maybe(80)}};
  const auto least = d.between(0, 3);
  const auto first = least + d.between(0, 3);
  if (d.maybe(60))
    out["minExecutors"] = least;
  if (d.maybe(60))
    out["initialExecutors"] = first;
  if (d.maybe(60))
    out["maxExecutors"] = first + d.between(1, 50);
  if (d.maybe(40))
    out["shuffleTrackingEnabled"] = d.maybe(50);
  if (d.maybe(40))
    out["shuffleTrackingTimeout"] = d.between(1, 10000000000);
  return out;
}

json::object restart_policy(dice& d) {
  json::object out{{"type", d.pick({"Never", "OnFailure", "Always"})}};
  for (const auto* number :
       {"onFailureRetries", "onFailureRetryInterval",
        "onSubmissionFailureRetries", "onSubmissionFailureRetryInterval",
        "onInfrastructureFailureRetries", "maxRetryInterval",
        "healthyRunSeconds"})
    if (d.maybe(50))
      out[number] = d.between(1, 60);
  if (d.maybe(50))
    out["retryBackoff"] = d.pick({"Linear", "Exponential"});
  return out;
}

/// A volume that only the conf knows, on one role's pods.
void add_conf_volume(dice& d, json::object& conf) {
  auto at = "spark.kubernetes." + d.pick({"driver", "executor"}) + ".volumes.";
  const auto type = d.pick({"persistentVolumeClaim", "emptyDir", "hostPath"});
  at += type + "." + d.fresh("of-conf") + ".";
  conf[at + "mount.path"] = d.directory();
  if (d.maybe(40))
    conf[at + "mount.readOnly"] = "false";
  if (type == "emptyDir")
    conf[at + "options.sizeLimit"] = d.bytes();
  if (type == "hostPath")
    conf[at + "options.path"] = "/var/disk";
  if (type != "persistentVolumeClaim")
    return;
  const bool on_demand = d.maybe(70);
  conf[at + "options.claimName"] = on_demand ? "OnDemand" : d.fresh("claim");
  if (on_demand) {
    conf[at + "options.storageClass"] = "fast";
    conf[at + "options.sizeLimit"] = d.bytes();
  }
}

json::object spark_conf(dice& d) {
  json::object out{{"spark.sql.shuffle.partitions", "50"}};
  if (d.maybe(30))
    out["spark.eventLog.enabled"] = "true";
  if (d.maybe(20))
    out["spark.driver.extraClassPath"] = d.text();
  if (d.maybe(15))
    out["spark.ui.port"] = std::to_string(d.port());
  if (d.maybe(15))
    out["spark.driver.port"] = std::to_string(d.port());
  if (d.maybe(15))
    out["spark.blockManager.port"] = std::to_string(d.port());
  if (d.maybe(15))
    out["spark.kubernetes.driver.service.ipFamilyPolicy"] =
        d.pick({"SingleStack", "PreferDualStack"});
  if (d.maybe(15))
    out["spark.kubernetes.local.dirs.tmpfs"] = "true";
  if (d.maybe(15))
    out["spark.local.dir"] = "/scratch/a,/scratch/b";
  if (d.maybe(15)) {
    out["spark.driver.resource.fpga.amount"] = "2";
    out["spark.driver.resource.fpga.vendor"] = "xilinx.com";
  }
  if (d.maybe(20))
    out["spark.kubernetes.executor.annotation." + d.key()] = d.text();
  if (d.maybe(20))
    out["spark.kubernetes.driver.label." + d.key()] = d.label();
  if (d.maybe(20))
    add_conf_volume(d, out);
  return out;
}

json::object hadoop_conf(dice& d) {
  json::object out{{"fs.defaultFS", "hdfs://name-node:8020"}};
  if (d.maybe(50))
    out["fs.s3a.path.style.access"] = true;
  if (d.maybe(50))
    out["dfs.replication"] = d.between(1, 5);
  if (d.maybe(50))
    out["a.fraction"] = 0.5;
  return out;
}

void add_program(dice& d, json::object& out) {
  const auto type = d.pick({"Scala", "Java", "Python", "R"});
  out["type"] = type;
  if (type == "Python") {
    out["mainApplicationFile"] = d.pick({"local:///opt/a.py", "s3a://x/b.py"});
    if (d.maybe(50))
      out["pythonVersion"] =
          d.maybe(20) ? json::value(3) : json::value(d.pick({"2", "3"}));
  } else if (type == "R") {
    out["mainApplicationFile"] = d.pick({"local:///opt/a.R", "hdfs://x/b.r"});
  } else {
    out["mainApplicationFile"] =
        d.pick({"local:///opt/spark/examples.jar", "https://e.com/a.jar",
                "spark-internal"});
    out["mainClass"] = "org.apache.spark.examples.SparkPi";
  }
  if (d.maybe(60))
    out["sparkVersion"] = d.pick({"3.0.3", "3.1.3", "3.2.4", "3.3.4", "3.4.4",
                                  "3.5.7", "4.0.1", "4.1.1", "4.2.1", "4.3.0"});
  if (d.maybe(50)) {
    auto& arguments = out["arguments"].emplace_array();
    for (auto n = d.between(1, 4); n > 0; --n)
      arguments.emplace_back(d.text());
  }
}

json::object service_options(dice& d) {
  json::object out;
  if (d.maybe(50))
    out["serviceType"] = d.pick({"ClusterIP", "NodePort", "LoadBalancer"});
  if (d.maybe(40))
    out["serviceAnnotations"] = d.annotations();
  if (d.maybe(40))
    out["serviceLabels"] = d.labels();
  if (d.maybe(40))
    out["ingressAnnotations"] = d.annotations();
  if (d.maybe(40))
    out["ingressTLS"] = json::array{
        {{"hosts", json::array{"a.example.com"}}, {"secretName", "tls"}}};
  return out;
}

void add_services(dice& d, json::object& out) {
  if (d.maybe(20)) {
    auto ui = service_options(d);
    ui["servicePort"] = d.port();
    ui["servicePortName"] = d.fresh("ui");
    out["sparkUIOptions"] = std::move(ui);
  }
  if (d.maybe(20)) {
    auto more = service_options(d);
    more["servicePort"] = d.port();
    more["servicePortName"] = d.fresh("web");
    more["ingressURLFormat"] = "{{$appName}}.example.com/{{$appNamespace}}";
    out["driverIngressOptions"] = json::array{std::move(more)};
  }
}

void add_general(dice& d, json::object& out) {
  if (d.maybe(20))
    out["mode"] = "cluster";
  if (d.maybe(10))
    out["deployMode"] = "cluster";
  if (d.maybe(20))
    out["suspend"] = d.maybe(50);
  if (d.maybe(20))
    out["timeToLiveSeconds"] = d.between(-1, 100000);
  out["image"] = d.image();
  if (d.maybe(40))
    out["imagePullPolicy"] = d.pick({"Always", "Never", "IfNotPresent"});
  if (d.maybe(30))
    out["imagePullSecrets"] = json::array{d.fresh("login"), "other.login"};
  if (d.maybe(20))
    out["proxyUser"] = d.pick({"alice", "bob@EXAMPLE.COM"});
  if (d.maybe(30))
    out["sparkConfigMap"] = d.fresh(d.pick({"spark-conf", "spark.conf"}));
  if (d.maybe(30))
    out["hadoopConfigMap"] = d.fresh(d.pick({"hadoop-conf", "hadoop.conf"}));
  if (d.maybe(30))
    out["memoryOverheadFactor"] = d.pick({"0.2", "0", "0.99", ".5", "0.05"});
  if (d.maybe(10))
    out["initContainerImage"] = d.image();
  if (d.maybe(20))
    out["failureRetries"] = d.between(0, 3);
  if (d.maybe(20))
    out["retryInterval"] = d.between(0, 60);
  if (d.maybe(20))
    out["timeToLiveSeconds"] = d.between(1, 86400);
  if (d.maybe(20))
    out["driverPodDisruptionBudget"] = d.maybe(50);
}

} // namespace

json::object random_application(std::uint64_t seed) {
  random_context in{dice{seed}};
  auto& d = in.d;
  json::object out{{"apiVersion", "sparkoperator.k8s.io/v1beta2"},
                   {"kind", "SparkApplication"},
                   {"metadata", metadata(d)}};
  auto& spec = out["spec"].emplace_object();
  add_program(d, spec);
  add_general(d, spec);
  add_services(d, spec);
  if (d.maybe(60))
    spec["sparkConf"] = spark_conf(d);
  if (d.maybe(30))
    spec["hadoopConf"] = hadoop_conf(d);
  if (d.maybe(40))
    spec["deps"] = deps(d);
  if (d.maybe(40))
    spec["monitoring"] = monitoring(d);
  if (d.maybe(40))
    spec["dynamicAllocation"] = dynamic_allocation(d);
  if (d.maybe(40))
    spec["restartPolicy"] = restart_policy(d);
  in.nodes_chosen_by_role = d.maybe(50);
  if (!in.nodes_chosen_by_role && d.maybe(60))
    spec["nodeSelector"] = d.labels();
  spec["driver"] = random_role(in, "driver");
  spec["executor"] = random_role(in, "executor");
  if (d.maybe(20))
    spec["driverStartTimeoutSeconds"] = d.between(0, 3600);
  if (d.maybe(20))
    spec["driverSchedulingTimeoutSeconds"] = d.between(0, 3600);
  if (!in.volumes.empty())
    spec["volumes"] = std::move(in.volumes);
  return out;
}

} // namespace spark::test
