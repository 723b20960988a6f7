// What the spec asks of pods past Spark's conf, in the driver pod and in the
// pod template of executors.

#include "crds/json_text.hpp"
#include "crds/parse.hpp"
#include "crds/yaml.hpp"
#include "k8s/render/pod_wishes.hpp"
#include "k8s/render/submission.hpp"

#include <catch2/catch.hpp>

namespace spark::testing {
namespace {

namespace json = boost::json;

json::value yaml(std::string_view text) {
  auto read = read_yaml(text);
  REQUIRE(read.error == "");
  REQUIRE(read.documents.size() == 1);
  return read.documents.front();
}

/// An application with `spec` over a plain one; must be fine.
submission made(std::string_view spec, std::string version = "3.5.7") {
  auto object = yaml("{metadata: {name: pi, namespace: team}, spec: {type: "
                     "Java, image: i, mainClass: A, mainApplicationFile: "
                     "'local:///a.jar'}}");
  auto& members = object.at("spec").as_object();
  members["sparkVersion"] = version;
  const auto more = yaml(spec);
  for (const auto& member : more.as_object())
    members[member.key()] = member.value();
  const auto parsed = parse_application(object);
  CHECK(to_text(parsed.problems) == "");
  submission_input in;
  in.app = {"team", "pi"};
  in.app_uid = "0a1b2c3d-0000-4000-8000-000000000001";
  in.claim_number = 1;
  in.submission_id = submission_id(in.app_uid, 1);
  in.spec = &parsed.spec;
  auto out = render(in);
  REQUIRE(out);
  return *out;
}

json::value driver(std::string_view spec) { return made(spec).driver; }

/// null: executors need no template.
json::value executor(std::string_view spec, std::string version = "3.5.7") {
  const auto out = made(spec, std::move(version));
  if (out.config_maps.size() < 2)
    return {};
  return json::parse(
      out.config_maps[1].at("data").at("podspec-configmap-key").as_string());
}

std::string conf(const submission& from, std::string_view key) {
  for (const auto& [name, value] : from.conf)
    if (name == key)
      return value;
  return "(absent)";
}

/// The container that Spark runs in.
const json::object& container(const json::object& pod) {
  const auto& all = pod.at("spec").at("containers").as_array();
  for (const auto& one : all)
    if (text_member(one, "name").starts_with("spark-kubernetes-"))
      return one.as_object();
  return all.back().as_object();
}
const json::object& container(const json::value& pod) {
  return container(pod.as_object());
}

/// Each item of `list` that has `name`.
const json::value* named(const json::value& list, std::string_view name) {
  for (const auto& item : list.as_array())
    if (text_member(item, "name") == name)
      return &item;
  return nullptr;
}

std::string names(const json::value& list) {
  std::string out;
  for (const auto& item : list.as_array())
    out += std::string{item.at("name").as_string()} + " ";
  return out;
}

constexpr std::string_view wishes = R"(
    affinity: {nodeAffinity: {}}
    tolerations: [{key: spot, operator: Exists}]
    nodeSelector: {disk: ssd}
    schedulerName: yunikorn
    priorityClassName: low
    podSecurityContext: {runAsUser: 1000}
    securityContext: {allowPrivilegeEscalation: false}
    hostNetwork: true
    dnsConfig: {nameservers: [192.0.2.1]}
    hostAliases: [{ip: 192.0.2.1, hostnames: [db]}]
    terminationGracePeriodSeconds: 0
    lifecycle: {preStop: {exec: {command: [sleep, "1"]}}}
    shareProcessNamespace: true
    gpu: {name: amd.com/gpu, quantity: 2}
    ports: [{name: debug, protocol: TCP, containerPort: 5005}]
    envFrom: [{configMapRef: {name: settings}}]
    sidecars: [{name: side, image: s}]
    initContainers: [{name: first, image: f}]
)";

void check_wishes(const json::value& pod) {
  const auto& spec = pod.at("spec").as_object();
  CHECK(spec.at("affinity") == yaml("{nodeAffinity: {}}"));
  CHECK(spec.at("tolerations") == yaml("[{key: spot, operator: Exists}]"));
  CHECK(spec.at("nodeSelector") == yaml("{disk: ssd}"));
  CHECK(spec.at("schedulerName") == "yunikorn");
  CHECK(spec.at("priorityClassName") == "low");
  CHECK(spec.at("securityContext") == yaml("{runAsUser: 1000}"));
  CHECK(spec.at("hostNetwork") == true);
  CHECK(spec.at("dnsPolicy") == "ClusterFirstWithHostNet");
  CHECK(spec.at("dnsConfig") == yaml("{nameservers: [192.0.2.1]}"));
  CHECK(spec.at("hostAliases") == yaml("[{ip: 192.0.2.1, hostnames: [db]}]"));
  CHECK(spec.at("terminationGracePeriodSeconds") == 0);
  CHECK(spec.at("shareProcessNamespace") == true);
  CHECK(names(spec.at("initContainers")) == "first ");
  CHECK(named(spec.at("containers"), "side"));
}

void check_container(const json::value& one) {
  CHECK(one.at("securityContext") == yaml("{allowPrivilegeEscalation: false}"));
  CHECK(one.at("lifecycle").as_object().contains("preStop"));
  CHECK(one.at("resources").at("limits").at("amd.com/gpu") == "2");
  CHECK(one.at("ports").as_array().back().at("containerPort") == 5005);
  CHECK(one.at("envFrom") == yaml("[{configMapRef: {name: settings}}]"));
}

TEST_CASE("all wishes reach the driver pod") {
  const auto pod = driver("driver: " + std::string{wishes});
  check_wishes(pod);
  check_container(container(pod));
  CHECK(container(pod).at("name") == "spark-kubernetes-driver");
}

TEST_CASE("all wishes reach executors through their template") {
  const auto pod = executor("executor: " + std::string{wishes});
  check_wishes(pod);
  const auto* one =
      named(pod.at("spec").at("containers"), "spark-kubernetes-executor");
  REQUIRE(one);
  check_container(*one);
}

TEST_CASE("executors without such a wish have no template") {
  CHECK(executor("executor: {cores: 2, memory: 2g, labels: {a: b}}") ==
        nullptr);
  CHECK(executor("driver: " + std::string{wishes}) == nullptr);
}

TEST_CASE("the template of the driver is what its pod starts from") {
  const auto pod = driver(R"(
    sparkConf: {spark.kubernetes.node.selector.zone: a}
    driver:
      labels: {team: data}
      nodeSelector: {disk: ssd}
      tolerations: [{key: b, operator: Exists}]
      template:
        metadata:
          name: other
          labels: {team: none, tier: low, spark-role: mine}
          annotations: {note: kept}
        spec:
          restartPolicy: Always
          schedulerName: own
          priority: 5
          nodeSelector: {disk: hdd, rack: r1}
          tolerations: [{key: a, operator: Exists}]
          volumes: [{name: extra, emptyDir: {}}]
          containers:
            - {name: side, image: s}
            - name: spark-kubernetes-driver
              image: ignored
              command: [/opt/run]
              args: [first]
              env: [{name: E, value: "1"}]
              ports: [{name: debug, containerPort: 5005}]
              resources:
                limits: {cpu: "3", memory: 1Gi, example.com/dongle: "1"}
                requests: {cpu: "2", ephemeral-storage: 1Gi}
              volumeMounts: [{name: extra, mountPath: /extra}])");
  CHECK(pod.at("metadata").at("name") == "pi-driver");
  const auto& labels = pod.at("metadata").at("labels").as_object();
  CHECK(labels.at("team") == "data");
  CHECK(labels.at("tier") == "low");
  CHECK(labels.at("spark-role") == "driver");
  CHECK(pod.at("metadata").at("annotations").at("note") == "kept");
  const auto& spec = pod.at("spec").as_object();
  CHECK(spec.at("restartPolicy") == "Never");
  CHECK(spec.at("schedulerName") == "own");
  CHECK(spec.at("priority") == 5);
  CHECK(spec.at("nodeSelector") == yaml("{disk: ssd, rack: r1, zone: a}"));
  CHECK(spec.at("tolerations").as_array().size() == 2);
  CHECK(names(spec.at("containers")) == "side spark-kubernetes-driver ");
  CHECK(spec.at("volumes").at(0).at("name") == "extra");
  const auto& one = container(pod);
  CHECK(one.at("image") == "i");
  CHECK(one.at("command") == yaml("[/opt/run]"));
  CHECK(one.at("args").at(0) == "first");
  CHECK(one.at("args").at(1) == "driver");
  CHECK(one.at("env").at(0).at("name") == "E");
  CHECK(one.at("env").at(1).at("name") == "SPARK_USER");
  CHECK(one.at("ports").at(0).at("name") == "debug");
  CHECK(one.at("volumeMounts").at(0).at("name") == "extra");
  CHECK(one.at("resources").at("limits") ==
        yaml("{cpu: '3', memory: 1408Mi, example.com/dongle: '1'}"));
  CHECK(one.at("resources").at("requests") ==
        yaml("{cpu: '1', memory: 1408Mi, ephemeral-storage: 1Gi}"));
}

TEST_CASE("the Service never selects by a template's labels") {
  const auto out = made("driver: {template: {metadata: {labels: {a: b}}}}");
  CHECK(out.driver.at("metadata").at("labels").at("a") == "b");
  CHECK_FALSE(out.service.at("spec").at("selector").as_object().contains("a"));
}

TEST_CASE("which container of a template is Spark's") {
  const auto first =
      driver("driver: {template: {spec: {containers: [{name: a, image: x}, "
             "{name: b, image: y}]}}}");
  // Renamed: by that name the operator finds out how the driver ended.
  CHECK(names(first.at("spec").at("containers")) ==
        "b spark-kubernetes-driver ");
  const auto none = driver("driver: {template: {spec: {hostname: h}}}");
  CHECK(names(none.at("spec").at("containers")) == "spark-kubernetes-driver ");
  // Spark itself chooses in the executors' template: it stays in its place.
  const auto theirs =
      executor("executor: {tolerations: [{operator: Exists}], template: {spec: "
               "{containers: [{name: a}, {name: b}]}}}");
  CHECK(names(theirs.at("spec").at("containers")) == "a b ");
}

TEST_CASE("a class of priority replaces the template's priority") {
  const auto pod = driver("driver: {priorityClassName: low, template: {spec: "
                          "{priority: 5, preemptionPolicy: Never}}}");
  CHECK(pod.at("spec").at("priorityClassName") == "low");
  CHECK_FALSE(pod.at("spec").as_object().contains("priority"));
  CHECK_FALSE(pod.at("spec").as_object().contains("preemptionPolicy"));
}

TEST_CASE("a sidecar that the template has is not added twice") {
  const auto pod =
      driver("driver: {sidecars: [{name: s, image: x}, {name: t, image: z}], "
             "template: {spec: {containers: [{name: spark-kubernetes-driver}, "
             "{name: s, image: x}]}}}");
  CHECK(names(pod.at("spec").at("containers")) ==
        "s spark-kubernetes-driver t ");
}

TEST_CASE("ConfigMaps and Secrets are mounted in both roles") {
  const std::string mounts =
      "{configMaps: [{name: settings, path: /s}, {name: settings, path: /t}, "
      "{name: a.b, path: /dots}], secrets: [{name: key, path: /k, secretType: "
      "GCPServiceAccount}, {name: d.e, path: /d/, secretType: "
      "HadoopDelegationToken}]}";
  const auto out = made("driver: " + mounts + "\nexecutor: " + mounts);
  const auto pod = json::parse(
      out.config_maps[1].at("data").at("podspec-configmap-key").as_string());
  for (const auto* one : {&out.driver.at("spec"), &pod.at("spec")}) {
    const auto& volumes = one->at("volumes");
    CHECK(named(volumes, "settings-vol")->at("configMap").at("name") ==
          "settings");
    CHECK(named(volumes, "a-b-2e7336dc-vol"));
    const auto& list = one->at("containers").as_array().back();
    int times = 0;
    for (const auto& mount : list.at("volumeMounts").as_array())
      if (mount.at("name") == "settings-vol") {
        ++times;
        CHECK(mount.at("readOnly") == true);
      }
    CHECK(times == 2);
  }
  // A name with dots is no volume's: such a Secret is mounted past Spark.
  CHECK(conf(out, "spark.kubernetes.driver.secrets.key") == "/k");
  CHECK(conf(out, "spark.kubernetes.driver.secrets.d.e") == "(absent)");
  CHECK(conf(out, "spark.kubernetes.driverEnv."
                  "GOOGLE_APPLICATION_CREDENTIALS") == "/k/key.json");
  CHECK(conf(out, "spark.executorEnv.HADOOP_TOKEN_FILE_LOCATION") ==
        "/d/hadoop.token");
}

TEST_CASE("ConfigMaps of Spark and Hadoop win over Spark's own directories") {
  const auto out = made("{sparkConfigMap: files, hadoopConfigMap: hadoop}");
  const auto& env = container(out.driver).at("env").as_array();
  CHECK(env.back() == yaml("{name: SPARK_CONF_DIR, value: /etc/spark/conf}"));
  CHECK(env[env.size() - 2] ==
        yaml("{name: HADOOP_CONF_DIR, value: /etc/hadoop/conf}"));
  CHECK(conf(out, "spark.executorEnv.SPARK_CONF_DIR") == "/etc/spark/conf");
  CHECK(conf(out, "spark.executorEnv.HADOOP_CONF_DIR") == "/etc/hadoop/conf");
  const auto pod = executor("{sparkConfigMap: files}");
  CHECK(container(pod).at("volumeMounts") ==
        yaml("[{name: spark-configmap-volume, mountPath: /etc/spark/conf, "
             "readOnly: true}]"));
}

TEST_CASE("metrics for Prometheus") {
  const auto out = made(
      "{monitoring: {exposeDriverMetrics: true, prometheus: {jmxExporterJar: "
      "/agent.jar, port: 9000}}, driver: {javaOptions: -Xss1m}}");
  CHECK(conf(out, "spark.metrics.namespace") == "team.pi");
  CHECK(conf(out, "spark.metrics.conf") ==
        "/etc/metrics/conf/metrics.properties");
  CHECK(conf(out, "spark.driver.extraJavaOptions") ==
        "-Xss1m -javaagent:/agent.jar=9000:/etc/metrics/conf/prometheus.yaml");
  CHECK(conf(out, "spark.executor.extraJavaOptions") == "(absent)");
  const auto& metadata = out.driver.at("metadata");
  CHECK(metadata.at("annotations").at("prometheus.io/port") == "9000");
  CHECK(container(out.driver).at("ports").as_array().back() ==
        yaml("{name: jmx-exporter, containerPort: 9000, protocol: TCP}"));
  REQUIRE(out.metrics_map);
  CHECK(out.metrics_map->at("metadata").at("name") == "pi-prom-conf");
  CHECK_FALSE(out.metrics_map->contains("immutable"));
  const auto& data = out.metrics_map->at("data").as_object();
  CHECK(data.at("metrics.properties").as_string().find("JmxSink") !=
        std::string::npos);
  const auto rules = read_yaml(data.at("prometheus.yaml").as_string());
  REQUIRE(rules.error == "");
  CHECK(rules.documents.at(0).at("rules").as_array().size() == 12);
}

TEST_CASE("an image that has all files needs no ConfigMap for its metrics") {
  const auto out = made(
      "{monitoring: {exposeExecutorMetrics: true, metricsPropertiesFile: /m, "
      "prometheus: {jmxExporterJar: /a.jar, configFile: /c}}}");
  CHECK_FALSE(out.metrics_map);
  CHECK(conf(out, "spark.metrics.conf") == "/m");
  CHECK(conf(out, "spark.executor.extraJavaOptions") ==
        "-javaagent:/a.jar=8090:/c");
  CHECK_FALSE(made("monitoring: {exposeDriverMetrics: true}").metrics_map);
}

TEST_CASE("a proxy user") {
  const auto args = [](const std::string& version) {
    const auto out = made("proxyUser: alice", version);
    CHECK(container(out.driver).at("env").at(0).at("value") == "alice");
    return container(out.driver).at("args").as_array();
  };
  CHECK(args("3.5.7").at(1) == "--proxy-user");
  CHECK(args("3.5.7").at(2) == "alice");
  CHECK(args("3.0.3").at(1) == "--properties-file");
}

TEST_CASE("what is conf in one line is the template's in another") {
  const auto* account = "executor: {serviceAccount: e}";
  CHECK(executor(account) == nullptr);
  CHECK(executor(account, "3.0.3").at("spec") ==
        yaml("{serviceAccount: e, serviceAccountName: e, containers: [{name: "
             "spark-kubernetes-executor}]}"));
  const auto* grace = "executor: {terminationGracePeriodSeconds: 7}";
  const auto* key = "spark.kubernetes.executor.terminationGracePeriodSeconds";
  CHECK(conf(made(grace), key) == "(absent)");
  CHECK(conf(made(grace, "4.1.1"), key) == "7s");
}

TEST_CASE("dynamic allocation") {
  const auto out = made("dynamicAllocation: {enabled: true, minExecutors: 0, "
                        "shuffleTrackingTimeout: 60000}");
  CHECK(conf(out, "spark.dynamicAllocation.enabled") == "true");
  CHECK(conf(out, "spark.dynamicAllocation.minExecutors") == "0");
  CHECK(conf(out, "spark.dynamicAllocation.shuffleTracking.enabled") == "true");
  CHECK(conf(out, "spark.dynamicAllocation.shuffleTracking.timeout") ==
        "60000");
  CHECK(conf(out, "spark.executor.instances") == "(absent)");
  const auto off = made("dynamicAllocation: {enabled: false, minExecutors: 2}");
  CHECK(conf(off, "spark.dynamicAllocation.minExecutors") == "(absent)");
  CHECK(conf(off, "spark.executor.instances") == "1");
}

TEST_CASE("memory limits as Java writes them") {
  CHECK(memory_quantity("2g") == "2Gi");
  CHECK(memory_quantity("512MB") == "512Mi");
  CHECK(memory_quantity("512m") == "512Mi");
  CHECK(memory_quantity("2Gi") == "2Gi");
  CHECK(memory_quantity("1500000000") == "1500000000");
  CHECK(memory_quantity("b") == "b");
  const auto pod = driver("driver: {memoryLimit: 3g}");
  CHECK(container(pod).at("resources").at("limits").at("memory") == "3Gi");
  CHECK(container(pod).at("resources").at("requests").at("memory") == "1408Mi");
}

} // namespace
} // namespace spark::testing
