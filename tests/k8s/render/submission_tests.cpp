#include "crds/parse.hpp"
#include "k8s/render/submission.hpp"
#include "read_case.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>

namespace spark::testing {
namespace {

namespace json = boost::json;

json::value json_of(std::string_view text) {
  return json::parse({text.data(), text.size()});
}

/// SparkPi with members of `more` put over its spec.
application_case pi(std::string_view more = "{}",
                    std::string_view labels = "{}") {
  auto out = json_of(R"({
    "metadata": {"name": "pi", "namespace": "team"},
    "spec": {"type": "Scala", "mode": "cluster", "sparkVersion": "3.5.7",
             "image": "spark:3.5.7", "mainClass": "org.example.Pi",
             "mainApplicationFile": "local:///opt/pi.jar"}})");
  out.at("metadata").as_object()["labels"] = json_of(labels);
  auto put_over = json_of(more);
  for (const auto& member : put_over.as_object())
    out.at("spec").as_object()[member.key()] = member.value();
  return application_case{out};
}

submission made(const application_case& test) {
  CHECK(to_text(test.parsed.problems) == "");
  auto out = render(test.to_submit());
  if (!out)
    FAIL(to_string(out.error()));
  return *out;
}

std::optional<std::string> conf_of(const submission& from,
                                   std::string_view key) {
  for (const auto& [name, value] : from.conf)
    if (name == key)
      return value;
  return std::nullopt;
}

const json::object& container_of(const submission& from) {
  return from.driver.at("spec").at("containers").at(0).as_object();
}

bool has_operator_label(const json::value& map) {
  for (const auto& member : map.as_object())
    if (std::string_view{member.key()}.starts_with("sparkoperator."))
      return true;
  return false;
}

json::value everything(const submission& from) {
  json::array maps(from.config_maps.begin(), from.config_maps.end());
  json::array claims(from.claims.begin(), from.claims.end());
  return {{"configMaps", maps},
          {"service", from.service},
          {"claims", claims},
          {"driver", from.driver}};
}

/// One scalar a line and sorted keys, so that a change of a golden file reads
/// well.
std::string pretty(const json::value& value, const std::string& indent) {
  std::string out;
  auto inner = indent + " ";
  if (value.is_object() && !value.get_object().empty()) {
    std::map<std::string, std::string> members;
    for (const auto& member : value.get_object())
      members[member.key()] = pretty(member.value(), inner);
    for (const auto& [key, text] : members)
      out += (out.empty() ? "{\n" : ",\n") + inner +
             json::serialize(json::value(key)) + ": " + text;
    return out + "\n" + indent + "}";
  }
  if (value.is_array() && !value.get_array().empty()) {
    for (const auto& item : value.get_array())
      out += (out.empty() ? "[\n" : ",\n") + inner + pretty(item, inner);
    return out + "\n" + indent + "]";
  }
  return json::serialize(value);
}

TEST_CASE("golden objects") {
  auto version = GENERATE(as<std::string>{}, "3.5.7", "4.1.1");
  auto name = GENERATE(as<std::string>{}, "java", "python");
  auto test = name == "java" ? pi(R"({"arguments": ["1000"],
                         "driver": {"cores": 1, "memory": "512m",
                                    "serviceAccount": "spark"},
                         "executor": {"cores": 1, "instances": 2,
                                      "memory": "512m"}})")
                             : pi(R"({"type": "Python", "mainApplicationFile":
                           "local:///opt/pi.py",
                         "driver": {"memory": "1g"},
                         "executor": {"instances": 1}})");
  test.spec.spark_version = version;
  auto text = pretty(everything(made(test)), "") + "\n";
  auto path = "tests/k8s/render/golden/pi-" + name + "-" + version + ".json";
  if (std::getenv("REWRITE"))
    std::ofstream{std::string{SPARK_SOURCE_DIR} + "/" + path} << text;
  CHECK(text == read_source_file(path));
}

TEST_CASE("the same input gives the same bytes") {
  auto test = pi();
  auto one = made(test);
  auto two = made(test);
  CHECK(json::serialize(everything(one)) == json::serialize(everything(two)));
  CHECK(one.properties == two.properties);
  CHECK(one.conf == two.conf);
  CHECK(std::is_sorted(one.conf.begin(), one.conf.end()));
}

TEST_CASE("keys of the operator win") {
  auto test = pi(R"({"sparkConf": {
    "spark.kubernetes.namespace": "other", "spark.master": "local[*]",
    "spark.submit.deployMode": "client", "spark.app.id": "mine",
    "spark.driver.host": "h", "spark.kubernetes.submitInDriver": "false",
    "spark.kubernetes.resource.type": "r",
    "spark.kubernetes.authenticate.driver.serviceAccountName": "x",
    "spark.kubernetes.executor.label.sparkoperator.k8s.io/app-name": "y",
    "spark.kubernetes.driver.label.sparkoperator.k8s.io/app-name": "y",
    "not.spark": "z"},
    "driver": {"serviceAccount": "spark"}})");
  auto out = made(test);
  auto id = spark_application_id(test.input.submission_id);
  CHECK(conf_of(out, "spark.kubernetes.namespace") == "team");
  CHECK(conf_of(out, "spark.master")->starts_with("k8s://https://"));
  CHECK(conf_of(out, "spark.submit.deployMode") == "cluster");
  CHECK(conf_of(out, "spark.app.id") == id);
  CHECK(conf_of(out, "spark.driver.host")->ends_with("-driver-svc.team.svc"));
  CHECK(conf_of(out, "spark.kubernetes.submitInDriver") == "true");
  CHECK(conf_of(out, "spark.kubernetes.resource.type") == "java");
  CHECK(
      conf_of(out, "spark.kubernetes.authenticate.driver.serviceAccountName") ==
      "spark");
  CHECK(conf_of(out, "spark.kubernetes.executor.label."
                     "sparkoperator.k8s.io/app-name") == "pi");
  CHECK_FALSE(conf_of(out, "not.spark"));
  CHECK(out.driver.at("metadata").at("labels").at(labels::app_name) == "pi");
  CHECK(test.parsed.warnings.size() == 10);
}

TEST_CASE("no operator label selects") {
  auto out = made(pi(R"({"driver": {"labels": {
                        "sparkoperator.k8s.io/mine": "x", "team": "data"}}})",
                     R"({"sparkoperator.k8s.io/scheduled-app-name": "s",
                         "kueue.x-k8s.io/queue-name": "q", "cost": "c",
                         "spark-role": "boss"})"));
  const auto& selector = out.service.at("spec").at("selector");
  CHECK_FALSE(has_operator_label(selector));
  CHECK(selector.at("spark-role") == "driver");
  CHECK(selector.at("team") == "data");
  CHECK(selector.at("cost") == "c");
  CHECK(selector.as_object().size() == 6);
  const auto& labels = out.driver.at("metadata").at("labels").as_object();
  CHECK(has_operator_label(labels));
  for (const auto& member : selector.as_object())
    CHECK(labels.at(member.key()) == member.value());
  CHECK(labels.size() == 9);
  CHECK(conf_of(out, "spark.kubernetes.executor.label.cost") == "c");
  CHECK_FALSE(conf_of(
      out, "spark.kubernetes.executor.label.kueue.x-k8s.io/queue-name"));
}

TEST_CASE("labels of the role win over those of the application") {
  auto out = made(pi(R"({"driver": {"labels": {"team": "driver"}}})",
                     R"({"team": "app"})"));
  CHECK(out.driver.at("metadata").at("labels").at("team") == "driver");
  CHECK(conf_of(out, "spark.kubernetes.executor.label.team") == "app");
}

TEST_CASE("the hash tells what was rendered") {
  auto test = pi(R"({"executor": {"env": [{"name": "A", "valueFrom":
    {"fieldRef": {"fieldPath": "status.podIP"}}}]}})");
  auto out = made(test);
  auto hash_of = [](const json::object& object) {
    return std::string{object.at("metadata")
                           .at("annotations")
                           .at(labels::content_hash)
                           .as_string()};
  };
  auto check = [&](json::object object) {
    auto hash = hash_of(object);
    auto& metadata = object["metadata"].as_object();
    metadata["annotations"].as_object().erase(labels::content_hash);
    if (metadata["annotations"].as_object().empty())
      metadata.erase("annotations");
    CHECK(sha256_hex(canonical_json(object)) == hash);
  };
  REQUIRE(out.config_maps.size() == 2);
  check(out.config_maps[0]);
  check(out.config_maps[1]);
  check(out.service);
  CHECK(hash_of(made(test).service) == hash_of(out.service));
  auto later = test;
  later.input.submit_time_ms += 1;
  CHECK(hash_of(made(later).config_maps[0]) != hash_of(out.config_maps[0]));
}

TEST_CASE("everything is owned by the application") {
  auto out = made(pi());
  for (const auto& object :
       {out.driver, out.service, out.config_maps.front()}) {
    const auto& owner = object.at("metadata").at("ownerReferences").at(0);
    CHECK(owner.at("apiVersion") == "sparkoperator.k8s.io/v1beta2");
    CHECK(owner.at("kind") == "SparkApplication");
    CHECK(owner.at("name") == "pi");
    CHECK(owner.at("uid") == "0a1b2c3d-0000-4000-8000-000000000001");
    CHECK(owner.at("controller") == true);
    CHECK(owner.at("blockOwnerDeletion") == true);
    CHECK(object.at("metadata").at("namespace") == "team");
  }
}

TEST_CASE("driver env comes last and so wins over Spark's own") {
  auto out = made(pi(R"({"driver": {"envVars": {"B": "1"}, "env": [
    {"name": "A", "value": "2"},
    {"name": "S", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}
  ]}})"));
  std::vector<std::string> names;
  for (const auto& entry : container_of(out).at("env").as_array())
    names.emplace_back(entry.at("name").as_string());
  CHECK(names == std::vector<std::string>{"SPARK_USER", "SPARK_APPLICATION_ID",
                                          "B", "SPARK_DRIVER_BIND_ADDRESS",
                                          "SPARK_LOCAL_DIRS", "SPARK_CONF_DIR",
                                          "A", "S"});
}

TEST_CASE("literal executor env is conf, the rest a pod template") {
  auto plain = made(pi(R"({"executor": {"env": [
    {"name": "A", "value": "1"}, {"name": "B"}]}})"));
  CHECK(conf_of(plain, "spark.executorEnv.A") == "1");
  CHECK(conf_of(plain, "spark.executorEnv.B") == "");
  CHECK(plain.config_maps.size() == 1);
  auto more = GENERATE(
      as<std::string>{}, R"({"name": "X", "value": "$(A) b"})",
      R"({"name": "X", "value": " blank"})", R"({"name": "1X", "value": "v"})",
      R"({"name": "X", "valueFrom": {"fieldRef": {"fieldPath": "spec.x"}}})");
  auto out = made(pi(R"({"executor": {"env": [{"name": "A", "value": "1"},)" +
                     more + "]}}"));
  CHECK_FALSE(conf_of(out, "spark.executorEnv.A"));
  REQUIRE(out.config_maps.size() == 2);
  const auto& map = out.config_maps[1];
  CHECK(map.at("metadata")
            .at("name")
            .as_string()
            .ends_with("-driver-podspec-conf-map"));
  auto pod = json_of(map.at("data").at("podspec-configmap-key").as_string());
  const auto& container = pod.at("spec").at("containers").at(0);
  CHECK(container.at("name") == "spark-kubernetes-executor");
  CHECK(container.at("env").as_array().size() == 2);
  CHECK(container.at("env").at(1) == json_of(more));
  CHECK(conf_of(out, "spark.kubernetes.executor.podTemplateFile") ==
        "/opt/spark/pod-template/pod-spec-template.yml");
  bool mounted = false;
  for (const auto& mount : container_of(out).at("volumeMounts").as_array())
    mounted |= mount.at("name") == "pod-template-volume";
  CHECK(mounted);
}

TEST_CASE("the last of several values of one executor variable counts") {
  const std::string both = R"({"executor": {"envVars": {"A": "1", "C": "3"},
    "env": [{"name": "A", "value": "2"})";
  auto plain = made(pi(both + "]}}"));
  CHECK(conf_of(plain, "spark.executorEnv.A") == "2");
  auto out = made(pi(both + R"(, {"name": "B", "valueFrom":
    {"fieldRef": {"fieldPath": "spec.x"}}}]}})"));
  // Spark puts these behind the template's, where they would win.
  CHECK_FALSE(conf_of(out, "spark.executorEnv.A"));
  CHECK(conf_of(out, "spark.executorEnv.C") == "3");
}

TEST_CASE("cores that exceed the limit become a request of the limit") {
  auto out = made(pi(R"({"driver": {"cores": 1, "coreLimit": "200m"}})"));
  const auto& resources = container_of(out).at("resources");
  CHECK(resources.at("requests").at("cpu") == "200m");
  CHECK(resources.at("limits").at("cpu") == "200m");
  CHECK(conf_of(out, "spark.driver.cores") == "1");
}

TEST_CASE("each role gets the volumes that it mounts") {
  auto out = made(pi(R"({"volumes": [
      {"name": "a", "emptyDir": {}}, {"name": "b", "secret":
       {"secretName": "s"}}, {"name": "c", "emptyDir": {}}],
    "driver": {"volumeMounts": [{"name": "a", "mountPath": "/a"},
                                {"name": "a", "mountPath": "/a2"}]},
    "executor": {"volumeMounts": [{"name": "b", "mountPath": "/b"}]}})"));
  std::string names;
  for (const auto& v : out.driver.at("spec").at("volumes").as_array())
    names += std::string{v.at("name").as_string()} + " ";
  CHECK(names == "a pod-template-volume spark-local-dir-1 "
                 "spark-conf-volume-driver ");
  auto pod = json_of(
      out.config_maps.at(1).at("data").at("podspec-configmap-key").as_string());
  CHECK(pod.at("spec").at("volumes").as_array().size() == 1);
  CHECK(pod.at("spec").at("volumes").at(0).at("name") == "b");
}

TEST_CASE("scratch volumes that conf cannot say stay volumes") {
  auto out = made(pi(R"({"volumes": [{"name": "spark-local-dir-x",
      "ephemeral": {"volumeClaimTemplate": {}}}],
    "driver": {"volumeMounts": [{"name": "spark-local-dir-x",
                                 "mountPath": "/x"}]}})"));
  CHECK(out.driver.at("spec").at("volumes").as_array().size() == 2);
  for (const auto& entry : container_of(out).at("env").as_array())
    if (entry.at("name") == "SPARK_LOCAL_DIRS")
      CHECK(entry.at("value") == "/x");
}

// The parser says no first; this is for what it should have refused.
TEST_CASE("what cannot be rendered is refused in a bounded text") {
  auto test = pi(R"({"sparkConf": {"spark.driver.cores": "1.5"}})");
  test.spec.spark_conf["spark.ui.port"] = std::string(100000, '7');
  auto out = render(test.to_submit());
  REQUIRE_FALSE(out);
  CHECK(out.error().code == errc::bad_input);
  CHECK(out.error().message.size() < 1100);
  for (auto part : {"spark.driver.cores", "spark.ui.port"})
    CHECK(out.error().message.find(part) != std::string::npos);
}

TEST_CASE("what is no submission is refused") {
  auto test = pi();
  auto in = test.to_submit();
  in.spec = nullptr;
  CHECK_FALSE(render(in));
  in = test.to_submit();
  in.submission_id = "short";
  CHECK_FALSE(render(in));
}

TEST_CASE("a claim that Spark would create") {
  auto test = pi(R"({"sparkConf": {
    "spark.kubernetes.driver.volumes.persistentVolumeClaim.w.mount.path": "/w",
    "spark.kubernetes.driver.volumes.persistentVolumeClaim.w.options.claimName":
      "OnDemand",
    "spark.kubernetes.driver.volumes.persistentVolumeClaim.w.options.sizeLimit":
      "1Gi",
    "spark.kubernetes.driver.volumes.persistentVolumeClaim.w)"
                 R"(.options.storageClass":
      "fast"}})");
  auto out = made(test);
  REQUIRE(out.claims.size() == 1);
  auto name = "pi-" + name_suffix(test.input.submission_id) + "-driver-pvc-0";
  CHECK(out.claims[0].at("metadata").at("name").as_string() == name);
  CHECK(out.claims[0].at("spec").at("accessModes").at(0) == "ReadWriteOnce");
}

} // namespace
} // namespace spark::testing
