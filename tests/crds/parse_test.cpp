#include "crds/fields.hpp"
#include "crds/parse.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>

using namespace spark;
namespace json = boost::json;

namespace {

json::object application() {
  return json::parse(R"({
    "metadata": {"name": "spark-pi", "namespace": "default"},
    "spec": {
      "type": "Scala",
      "image": "registry.example.com/spark:3.5.7",
      "mainClass": "org.apache.spark.examples.SparkPi",
      "mainApplicationFile": "local:///opt/spark/examples.jar",
      "driver": {"memory": "512m"},
      "executor": {"memory": "512m"}
    }
  })")
      .as_object();
}

/// The application with `value` (JSON text) at `path`; "" removes it.
parsed_application parse_with(std::string_view path, std::string_view value) {
  json::value object = application();
  auto* at = &object;
  for (auto dot = path.find('.'); dot != std::string_view::npos;
       dot = path.find('.')) {
    auto& next = at->as_object()[path.substr(0, dot)];
    if (next.is_null())
      next = json::object{};
    at = &next;
    path.remove_prefix(dot + 1);
  }
  if (value.empty())
    at->as_object().erase(path);
  else
    at->as_object()[path] = json::parse(value);
  return parse_application(object);
}

std::string text_of(const std::vector<problem>& list) {
  std::string out;
  for (const auto& one : list)
    out += one.path + ": " + one.message + "\n";
  return out;
}

bool says(const std::vector<problem>& list, std::string_view path,
          std::string_view words) {
  return std::any_of(list.begin(), list.end(), [&](const problem& one) {
    return one.path == path && one.message.find(words) != std::string::npos;
  });
}

struct refusal {
  std::string path;
  std::string value; ///< JSON; "": removed
  std::string at;    ///< path of the one problem
  std::string words;
};

/// Each is refused with exactly one problem, which names path and remedy.
void check_refused(const std::vector<refusal>& cases) {
  for (const auto& one : cases) {
    const auto got = parse_with(one.path, one.value);
    INFO(one.path << " = " << one.value << "\n" << text_of(got.problems));
    CHECK(got.problems.size() == 1);
    CHECK(says(got.problems, one.at, one.words));
  }
}

std::string conf_at(std::string_view key) {
  return "spec.sparkConf[\"" + std::string{key} + "\"]";
}

} // namespace

TEST_CASE("a plain application has no problems and gets its defaults") {
  const auto got = parse_application(application());
  CHECK(text_of(got.problems).empty());
  CHECK(text_of(got.warnings).empty());
  CHECK(got.spec.type == "Scala");
  CHECK(got.spec.mode == "cluster");
  CHECK(got.spec.driver.cores == 1.0);
  CHECK(got.spec.driver.memory == "512m");
  CHECK(got.spec.executor.cores == 1.0);
  CHECK(got.spec.executor.instances == 1);
  CHECK(got.spec.restart_policy.type == "Never");
}

TEST_CASE("defaults stay away from what sparkConf says") {
  auto object = application();
  auto& spec = object["spec"].as_object();
  spec["driver"].as_object().erase("memory");
  CHECK(parse_application(object).spec.driver.memory == "1g");
  spec["sparkConf"] = {{"spark.driver.memory", "2g"},
                       {"spark.driver.cores", "2"},
                       {"spark.executor.instances", "7"}};
  const auto got = parse_application(object);
  CHECK(text_of(got.problems).empty());
  CHECK_FALSE(got.spec.driver.memory);
  CHECK_FALSE(got.spec.driver.cores);
  CHECK_FALSE(got.spec.executor.instances);
  CHECK(got.spec.executor.cores == 1.0);
}

TEST_CASE("dynamic allocation decides the number of executors") {
  const std::string path = "spec.sparkConf";
  const auto on =
      parse_with(path, R"({"spark.dynamicAllocation.enabled": "True"})");
  CHECK_FALSE(on.spec.executor.instances);
  const auto off =
      parse_with(path, R"({"spark.dynamicAllocation.enabled": "false"})");
  CHECK(off.spec.executor.instances == 1);
}

TEST_CASE("the loose forms of the user guide work") {
  SECTION("a fraction of a core") {
    const auto got = parse_with("spec.driver.cores", "0.1");
    CHECK(text_of(got.problems).empty());
    CHECK(got.spec.driver.cores == 0.1);
  }
  SECTION("booleans and numbers in hadoopConf") {
    const auto got = parse_with("spec.hadoopConf",
                                R"({"a": true, "b": 5, "c": "x", "d": 0.5})");
    CHECK(text_of(got.problems).empty());
    CHECK(got.spec.hadoop_conf ==
          string_map{{"a", "true"}, {"b", "5"}, {"c", "x"}, {"d", "0.5"}});
  }
  SECTION("deployMode") {
    CHECK(parse_with("spec.deployMode", "\"cluster\"").problems.empty());
    const auto bad = parse_with("spec.deployMode", "\"client\"");
    CHECK(says(bad.problems, "spec.deployMode", "not supported"));
  }
  SECTION("deployMode beside another mode") {
    auto object = application();
    object["spec"].as_object()["mode"] = "cluster";
    object["spec"].as_object()["deployMode"] = "client";
    const auto got = parse_application(object);
    CHECK(says(got.problems, "spec.deployMode", "says something else"));
    object["spec"].as_object()["deployMode"] = "cluster";
    CHECK(parse_application(object).problems.empty());
  }
  SECTION("no driver and no executor") {
    auto object = application();
    object["spec"].as_object().erase("driver");
    object["spec"].as_object().erase("executor");
    const auto got = parse_application(object);
    CHECK(text_of(got.problems).empty());
    CHECK(got.spec.driver.memory == "1g");
  }
  SECTION("pythonVersion as a number") {
    const auto got = parse_with("spec.pythonVersion", "2");
    CHECK(got.problems.empty());
    CHECK(got.warnings.empty());
    CHECK(got.spec.python_version == "2");
  }
}

TEST_CASE("null and empty text are the same as absent") {
  for (const auto* value : {"null", "\"\""}) {
    const auto got = parse_with("spec.driver.podName", value);
    CHECK(got.problems.empty());
    CHECK_FALSE(got.spec.driver.pod_name);
  }
}

TEST_CASE("bad values of single fields are refused") {
  check_refused({
      {"metadata.name", "", "metadata.name", "is missing"},
      {"metadata.name", "7", "metadata.name", "must be a string, is a number"},
      {"metadata.name", "\"" + std::string(64, 'a') + "\"", "metadata.name",
       "at most 63"},
      {"metadata.name", "\"Under_Score\"", "metadata.name", "lower-case"},
      {"spec", "", "spec", "is missing"},
      {"spec", "\"x\"", "spec", "must be an object, is a string"},
      {"spec.type", "", "spec.type", "is missing"},
      {"spec.type", "\"Cobol\"", "spec.type", "Scala, Java, Python, R"},
      {"spec.type", "\"python\"", "spec.type", "must be one of"},
      {"spec.mode", "\"client\"", "spec.mode", "write cluster"},
      {"spec.mode", "\"in-cluster-client\"", "spec.mode", "write cluster"},
      {"spec.mode", "\"local\"", "spec.mode", "must be one of cluster"},
      {"spec.image", "", "spec.image", "is missing"},
      {"spec.image", "5", "spec.image", "must be a string, is a number"},
      {"spec.imagePullPolicy", "\"always\"", "spec.imagePullPolicy",
       "Always, Never, IfNotPresent"},
      {"spec.mainClass", "", "spec.mainClass", "is missing"},
      {"spec.mainClass", "[]", "spec.mainClass", "must be a string, is a list"},
      {"spec.type", "5", "spec.type", "must be a string, is a number"},
      {"spec.mainApplicationFile", "", "spec.mainApplicationFile",
       "is missing"},
      {"spec.mainApplicationFile", "\"file:///a.jar\"",
       "spec.mainApplicationFile", "local:///opt"},
      {"spec.mainApplicationFile", "\"FILE:/a.jar\"",
       "spec.mainApplicationFile", "local:///opt"},
      {"spec.mainApplicationFile", "\"/opt/a.jar\"", "spec.mainApplicationFile",
       "has no scheme"},
      {"spec.arguments", "\"x\"", "spec.arguments",
       "must be a list of strings, is a string"},
      {"spec.arguments", "[\"a\", 1]", "spec.arguments[1]",
       "must be a string, is a number"},
      {"spec.arguments", R"(["a\u0000b"])", "spec.arguments[0]", "NUL"},
      {"spec.restartPolicy.type", "\"Sometimes\"", "spec.restartPolicy.type",
       "Never, OnFailure, Always"},
      {"spec.restartPolicy", "\"Never\"", "spec.restartPolicy",
       "must be an object, is a string"},
      {"spec.sparkConf", "[]", "spec.sparkConf",
       "must be an object, is a list"},
      {"spec.hadoopConf", R"({"a": {}})", "spec.hadoopConf[\"a\"]",
       "must be a string, boolean or number, is an object"},
  });
}

TEST_CASE("bad values of driver and executor are refused") {
  check_refused({
      {"spec.driver", "[]", "spec.driver", "must be an object, is a list"},
      {"spec.driver.cores", "0", "spec.driver.cores", "positive"},
      {"spec.driver.cores", "-1", "spec.driver.cores", "positive"},
      {"spec.driver.cores", "1e300", "spec.driver.cores", "too large"},
      {"spec.driver.cores", "\"1\"", "spec.driver.cores",
       "must be a number, is a string"},
      {"spec.driver.coreLimit", "\"1.5x\"", "spec.driver.coreLimit", "500m"},
      {"spec.driver.coreRequest", "\"-1\"", "spec.driver.coreRequest", "500m"},
      {"spec.driver.memory", "\"1.5g\"", "spec.driver.memory",
       "use an integer such as 1536m"},
      {"spec.executor.memory", "\"0g\"", "spec.executor.memory",
       "more than zero"},
      {"spec.executor.memory", "\"512Mi\"", "spec.executor.memory", "512m"},
      {"spec.executor.instances", "0", "spec.executor.instances", "positive"},
      {"spec.executor.instances", "1.5", "spec.executor.instances",
       "whole number"},
      {"spec.executor.instances", "18446744073709551615",
       "spec.executor.instances", "too large"},
      {"spec.driver.podName", "\"a_b\"", "spec.driver.podName", "lower-case"},
      {"spec.driver.podName", "\"" + std::string(254, 'a') + "\"",
       "spec.driver.podName", "at most 253"},
      {"spec.driver.env", R"(["A=b"])", "spec.driver.env[0]",
       "must be an object, is a string"},
      {"spec.driver.env", R"([{"name": "A"}, {"value": "b"}])",
       "spec.driver.env[1].name", "is missing"},
      {"spec.executor.env", R"([{"name": "A", "value": 1}])",
       "spec.executor.env[0].value", "put it in quotes"},
      {"spec.executor.volumeMounts", R"([{"name": "w", "mountPath": "/w"}])",
       "spec.executor.volumeMounts[0].name", "no volume \"w\""},
      {"spec.volumes", "[{}]", "spec.volumes[0].name", "is missing"},
      {"spec.volumes", R"([{"name": "w"}, {"name": "w"}])",
       "spec.volumes[1].name", "must differ"},
      {"spec.driver.labels", R"({"spark-role": "x"})",
       "spec.driver.labels[\"spark-role\"]",
       "Label with key spark-role is not allowed"},
      {"spec.executor.labels", R"({"a b": "x"})",
       "spec.executor.labels[\"a b\"]", "not a valid key"},
      {"spec.driver.labels", R"({"a": "x y"})", "spec.driver.labels[\"a\"]",
       "not a valid label value"},
      {"spec.driver.labels", R"({"version": 3})",
       "spec.driver.labels[\"version\"]", "put it in quotes"},
  });
}

TEST_CASE("properties that cannot work are refused") {
  for (const auto& [key, value, words] :
       std::vector<std::array<std::string, 3>>{
           {"spark.kubernetes.driver.podTemplateFile", "/t.yaml", "file of"},
           {"spark.kubernetes.executor.podTemplateFile", "/t.yaml", "file of"},
           {"spark.kubernetes.driver.pod.featureSteps", "com.example.Step",
            "custom feature steps"},
           {"spark.driver.bindAddress", "0.0.0.0", "address of its pod"},
           {"spark.kerberos.keytab", "local:///etc/keytab", "principal"},
           {"spark.kerberos.principal", "a@B", "keytab"},
           {"spark.kubernetes.configMap.maxSize", "1048577", "at most"},
           {"spark.kubernetes.container.image.pullPolicy", "always",
            "Always, Never, IfNotPresent"},
           {"spark.jars", "local:///a.jar, /b.jar", "\"/b.jar\""},
           {"spark.files", "file:///b", "file of"},
           {"spark.submit.pyFiles", "b.py", "has no scheme"},
           {"spark.archives", "b.tgz#x", "has no scheme"},
           {"spark.executor.memory", "1.5g", "1536m"},
           {"spark.driver.cores", "0", "positive"},
           {"spark.executor.instances", "-1", "positive"},
           {"spark.kubernetes.driver.pod.name", "A", "lower-case"},
           {"spark.kubernetes.executor.label.spark-role", "x",
            "is not allowed"}}) {
    json::object conf{{key, value}};
    const auto got = parse_with("spec.sparkConf", json::serialize(conf));
    INFO(key << "\n" << text_of(got.problems));
    CHECK(got.problems.size() == 1);
    CHECK(says(got.problems, conf_at(key), words));
  }
}

TEST_CASE("properties that Spark can use itself are let through") {
  const auto got = parse_with("spec.sparkConf", R"({
    "spark.jars": "https://example.com/a.jar,s3a://b/c.jar",
    "spark.kerberos.keytab": "local:///etc/keytab",
    "spark.kerberos.principal": "a@B",
    "spark.kubernetes.executor.pod.featureSteps": "com.example.Step"})");
  CHECK(text_of(got.problems).empty());
  CHECK(text_of(got.warnings).empty());
  const auto volcano = parse_with("spec.sparkConf", R"({
    "spark.kubernetes.driver.pod.featureSteps":
      "org.apache.spark.deploy.k8s.features.VolcanoFeatureStep"})");
  CHECK(volcano.problems.empty());
  CHECK(volcano.warnings.size() == 1);
}

TEST_CASE("an image is needed for driver and executors") {
  auto object = application();
  auto& spec = object["spec"].as_object();
  spec.erase("image");
  spec["driver"].as_object()["image"] = "a:1";
  CHECK(says(parse_application(object).problems, "spec.executor.image",
             "is missing"));
  spec["sparkConf"] = {{"spark.kubernetes.executor.container.image", "b:1"}};
  CHECK(parse_application(object).problems.empty());
  spec["driver"].as_object().erase("image");
  CHECK(says(parse_application(object).problems, "spec.driver.image",
             "is missing"));
  spec["sparkConf"] = {{"spark.kubernetes.container.image", "b:1"}};
  CHECK(parse_application(object).problems.empty());
}

TEST_CASE("no overhead is an overhead, no heap is not a heap") {
  CHECK(parse_with("spec.driver.memoryOverhead", "\"0\"").problems.empty());
  CHECK(parse_with("spec.driver.memory", "\"0\"").problems.size() == 1);
}

TEST_CASE("retries that the policy never comes to ask for are named") {
  const auto warned = [](const char* policy) {
    return says(parse_with("spec.restartPolicy", policy).warnings,
                "spec.restartPolicy.type", "retries");
  };
  CHECK(warned(R"({"type": "OnFailure"})"));
  CHECK(warned(R"({"type": "Never", "onFailureRetries": 1})"));
  CHECK(warned(R"({"type": "Always", "onSubmissionFailureRetries": 1})"));
  CHECK(warned(R"({"onInfrastructureFailureRetries": 1})"));
  CHECK_FALSE(warned(R"({"type": "OnFailure", "onFailureRetries": 0})"));
  CHECK_FALSE(warned(R"({"type": "Always"})"));
}

TEST_CASE("all problems come at once") {
  const auto object = json::parse(R"({
    "metadata": {"name": "x"},
    "spec": {"type": "Go", "mode": "client",
             "driver": {"memory": "1.5g", "cores": 0},
             "executor": {"instances": 0}}})");
  const auto got = parse_application(object);
  for (const auto* path :
       {"spec.type", "spec.mode", "spec.image", "spec.mainApplicationFile",
        "spec.driver.memory", "spec.driver.cores", "spec.executor.instances"})
    CHECK(says(got.problems, path, ""));
  CHECK(got.problems.size() == 7);
}
