// Rules of the API server that a parser can know: a spec that breaks one would
// make a driver pod that is refused, or executors that nobody hears of.

#include "crds/parse.hpp"

#include <catch2/catch.hpp>

#include <vector>

using namespace spark;
namespace json = boost::json;

namespace {

/// SparkPi with `members` (JSON) in its spec.
parsed_application parse_with(std::string_view members) {
  auto object = json::parse(R"({
    "metadata": {"name": "pi", "namespace": "default"},
    "spec": {"type": "Scala", "image": "spark", "sparkVersion": "3.5.7",
             "mainClass": "a.B", "mainApplicationFile": "local:///a.jar"}})");
  const auto more = json::parse({members.data(), members.size()});
  for (const auto& member : more.as_object())
    object.at("spec").as_object()[member.key()] = member.value();
  return parse_application(object);
}

struct example {
  std::string members;
  std::string path; ///< of the one problem; "": none
  std::string words = "";
};

void check(const std::vector<example>& examples) {
  for (const auto& one : examples) {
    const auto got = parse_with(one.members);
    INFO(one.members << "\n" << to_text(got.problems));
    if (one.path.empty()) {
      CHECK(got.problems.empty());
      continue;
    }
    REQUIRE(got.problems.size() == 1);
    CHECK(got.problems[0].path == one.path);
    CHECK(got.problems[0].message.find(one.words) != std::string::npos);
  }
}

} // namespace

TEST_CASE("selectors of nodes are labels") {
  check({
      {R"({"nodeSelector": {"a/b": "c", "d": ""}})", ""},
      {R"({"nodeSelector": {"a b": "c"}})", R"(spec.nodeSelector["a b"])",
       "is not a valid key"},
      {R"({"driver": {"nodeSelector": {"a": "b c"}}})",
       R"(spec.driver.nodeSelector["a"])", "is not a valid label value"},
      {R"({"executor": {"nodeSelector": {"a": "{{APP_ID}}"}}})",
       R"(spec.executor.nodeSelector["a"])", "is not a valid label value"},
      {R"({"sparkConf": {"spark.kubernetes.node.selector.a": "b c"}})",
       R"(spec.sparkConf["spark.kubernetes.node.selector.a"])",
       "is not a valid label value"},
      {R"({"sparkConf": {"spark.kubernetes.executor.node.selector.x y": "b"}})",
       R"(spec.sparkConf["spark.kubernetes.executor.node.selector.x y"])",
       "is not a valid key"},
  });
}

TEST_CASE("placeholders in labels are for the lines of Spark that have them") {
  check({
      {R"({"sparkVersion": "4.0.1", "executor": {"labels":
           {"a": "{{APP_ID}}"}}})",
       ""},
      {R"({"executor": {"labels": {"a": "{{APP_ID}}"}}})",
       R"(spec.executor.labels["a"])", "is not a valid label value"},
  });
}

TEST_CASE("environment variables have names that Kubernetes takes") {
  const std::string words = "is not the name of an environment variable";
  check({
      {R"({"driver": {"envVars": {"a.b-c 1": "x"}}})", ""},
      {R"({"driver": {"envVars": {"a=b": "x"}}})",
       R"(spec.driver.envVars["a=b"])", words},
      {R"({"executor": {"envSecretKeyRefs":
           {"é": {"name": "a", "key": "b"}}}})",
       R"(spec.executor.envSecretKeyRefs["é"])", words},
      {R"({"executor": {"env": [{"name": "A"}, {"name": "a=b"}]}})",
       "spec.executor.env[1].name", words},
  });
}

TEST_CASE("a driver's memory limit holds its heap and overhead") {
  check({
      {R"({"driver": {"memoryLimit": "1408Mi"}})", ""},
      {R"({"driver": {"memoryLimit": "1408m"}})", ""},
      {R"({"driver": {"memoryLimit": "1500MB"}})", ""},
      {R"({"driver": {"memoryLimit": "1476395008"}})", ""},
      {R"({"driver": {"memory": "512m", "memoryOverhead": "0",
                      "memoryLimit": "512Mi"}})",
       ""},
      {R"({"sparkConf": {"spark.driver.memory": "1m"},
           "driver": {"memoryLimit": "385Mi"}})",
       ""},
      {R"({"driver": {"memoryLimit": "1407Mi"}})", "spec.driver.memoryLimit",
       "is less than the 1408Mi that heap and overhead of the driver take"},
      {R"({"driver": {"memoryLimit": "2000"}})", "spec.driver.memoryLimit",
       "is less than the 1408Mi"},
      {R"({"memoryOverheadFactor": "0.5", "driver": {"memoryLimit": "1408Mi"}})",
       "spec.driver.memoryLimit", "is less than the 1536Mi"},
      {R"({"executor": {"memoryLimit": "1Mi"}})", ""}, // has no effect
  });
}

TEST_CASE("volumes of one pod have names of their own") {
  const std::string mounted = R"("volumes": [{"name": "a", "emptyDir": {}}],
    "driver": {"volumeMounts": [{"name": "a", "mountPath": "/a"}])";
  const std::string of_template =
      R"("template": {"spec": {"volumes": [{"name": "a", "emptyDir": {}}]}})";
  check({
      {"{" + mounted + "}}", ""},
      {"{" + mounted + ", " + of_template + "}}",
       "spec.driver.volumeMounts[0].name", "names must differ"},
      // Where it is not mounted, the spec's is not in the pod.
      {"{" + mounted + R"(}, "executor": {)" + of_template + "}}", ""},
      {R"({"volumes": [{"name": "s-volume", "emptyDir": {}}], "executor": {
           "secrets": [{"name": "s", "path": "/s", "secretType": "Generic"}]}})",
       "spec.executor.secrets[0].name", R"(needs a volume called "s-volume")"},
  });
}

TEST_CASE("containers of one pod have names of their own") {
  const std::string driver = R"({"driver": {"template": {"spec": {
    "containers": [{"name": "m"}, {"name": "a", "image": "x"}]}}, )";
  check({
      // Not added again.
      {driver + R"("sidecars": [{"name": "a", "image": "x"}]}})", ""},
      {driver + R"("sidecars": [{"name": "a", "image": "y"}]}})",
       "spec.driver.sidecars[0].name", "names must differ"},
      {driver + R"("initContainers": [{"name": "a", "image": "y"}]}})",
       "spec.driver.initContainers[0].name", "names must differ"},
  });
}
