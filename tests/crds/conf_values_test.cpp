#include "crds/parse.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

// Whatever would keep a submission from being rendered is said when the spec
// is read, together with everything else.

using namespace spark;
namespace json = boost::json;

namespace {

/// An application without problems or warnings, with `members` put over its
/// spec.
parsed_application parse_spec(const json::object& members) {
  json::value object = json::parse(R"({
    "metadata": {"name": "app", "namespace": "team"},
    "spec": {"type": "Python", "image": "spark:3.5.7",
             "mainApplicationFile": "local:///app.py"}})");
  for (const auto& member : members)
    object.at("spec").as_object()[member.key()] = member.value();
  return parse_application(object);
}

parsed_application parse_members(std::string_view members) {
  return parse_spec(json::parse(members).as_object());
}

parsed_application parse_conf(const json::object& conf,
                              std::string_view version = "3.5.7") {
  return parse_spec({{"sparkVersion", version}, {"sparkConf", conf}});
}

std::string conf_path(std::string_view key) {
  return "spec.sparkConf[\"" + std::string{key} + "\"]";
}

/// The one message of a list, which must be about `path`.
std::string only(const std::vector<problem>& list, std::string_view path) {
  INFO(to_text(list));
  REQUIRE(list.size() == 1);
  CHECK(list[0].path == path);
  return list[0].message;
}

struct refused_value {
  std::string key;
  std::string value;
  std::string at; ///< key that the message is about; "": the same
};

const std::string volumes = "spark.kubernetes.driver.volumes.";

} // namespace

TEST_CASE("values that the driver pod cannot be made from are refused") {
  auto [key, value, at] = GENERATE(values<refused_value>({
      {"spark.ui.port", "abc", ""},
      {"spark.ui.port", "70000", ""},
      {"spark.driver.port", "0", ""},
      {"spark.driver.cores", "1.5", ""},
      {"spark.driver.cores", "0", ""},
      {"spark.executor.cores", "x", ""},
      {"spark.kubernetes.executor.limit.cores", "1x", ""},
      {"spark.driver.memory", "1.5g", ""},
      {"spark.driver.memory", "0", ""},
      {"spark.driver.memoryOverhead", "lots", ""},
      {"spark.executor.memoryOverhead", "-1", ""},
      {"spark.driver.memoryOverheadFactor", "0", ""},
      {"spark.executor.memoryOverheadFactor", "NaN", ""},
      {"spark.kubernetes.memoryOverheadFactor", "x", ""},
      {"spark.dynamicAllocation.enabled", "maybe", ""},
      {"spark.kubernetes.local.dirs.tmpfs", "1", ""},
      {"spark.kubernetes.driver.service.ipFamilies", "x", ""},
      {"spark.kubernetes.driver.service.ipFamilyPolicy", "Both", ""},
      {"spark.kubernetes.driver.secretKeyRef.A", "nocolon", ""},
      {"spark.kubernetes.executor.secretKeyRef.A", "a:b:c", ""},
      {"spark.driver.resource.gpu.amount", "1",
       "spark.driver.resource.gpu.vendor"},
      {"spark.driver.resource.gpu.vendor", "nvidia.com",
       "spark.driver.resource.gpu.amount"},
      {"spark.kubernetes.kerberos.krb5.configMapName", "krb5", ""},
      {"spark.kubernetes.kerberos.tokenSecret.name", "s", ""},
      {"spark.kubernetes.authenticate.driver.oauthToken", "t", ""},
      {"spark.kubernetes.driver.label.team", "a b", ""},
      {"spark.kubernetes.executor.label.a b", "x", ""},
      {"spark.kubernetes.executor.annotation.a b", "x", ""},
      {"spark.kubernetes.driver.label.spark-version", "3", ""},
      {volumes + "emptyDir", "x", ""},
      {volumes + "emptyDir.a.options.medium", "Memory",
       volumes + "emptyDir.a.mount.path"},
      {volumes + "floppy.a.mount.path", "/a", ""},
      {volumes + "emptyDir.My_Vol.mount.path", "/a", ""},
      {volumes + "nfs.a.mount.path", "/a", volumes + "nfs.a.options.path"},
  }));
  CAPTURE(key, value);
  const auto got = parse_conf({{key, value}});
  REQUIRE(!got.problems.empty());
  CHECK(got.problems[0].path == conf_path(at.empty() ? key : at));
  CHECK(got.problems.size() == (key.find(".nfs.") == key.npos ? 1 : 2));
}

TEST_CASE("volumes of the conf that exclude each other are refused") {
  const auto a = volumes + "emptyDir.a.";
  const auto b = volumes + "emptyDir.b.";
  CHECK(parse_conf({{a + "mount.path", "/x"}, {b + "mount.path", "/y"}})
            .problems.empty());
  only(
      parse_conf({{a + "mount.path", "/x"}, {b + "mount.path", "/x"}}).problems,
      conf_path(b + "mount.path"));
  only(parse_conf({{a + "mount.path", "/x"},
                   {a + "mount.subPath", "s"},
                   {a + "mount.subPathExpr", "e"}},
                  "4.1.1")
           .problems,
       conf_path(a + "mount.subPathExpr"));
  only(parse_conf({{a + "mount.path", "/x"}, {a + "mount.readOnly", "yes"}})
           .problems,
       conf_path(a + "mount.readOnly"));
}

TEST_CASE("Spark 4 wants a unit in the size of a small volume") {
  const auto key = volumes + "emptyDir.a.options.sizeLimit";
  for (const auto& [size, version, fits] :
       std::vector<std::tuple<std::string, std::string, bool>>{
           {"5", "4.0.1", false},
           {"1023", "4.1.1", false},
           {"1024", "4.1.1", true},
           {"5Gi", "4.1.1", true},
           {"5", "3.5.7", true}}) {
    INFO(size << " " << version);
    const auto got = parse_conf(
        {{volumes + "emptyDir.a.mount.path", "/x"}, {key, size}}, version);
    CHECK(got.problems.empty() == fits);
  }
}

TEST_CASE("messages quote little of a long value") {
  const auto got = parse_conf({{"spark.ui.port", std::string(100000, 'x')},
                               {std::string(100000, 'k'), "v"}});
  for (const auto* list : {&got.problems, &got.warnings}) {
    REQUIRE(list->size() == 1);
    CHECK(to_text(*list).size() < 300);
  }
  json::object many;
  for (int i = 0; i < 1000; ++i)
    many["spark.kubernetes.driver.secretKeyRef." + std::to_string(i)] = "x";
  CHECK(to_text(parse_conf(many).problems).size() < 1100);
}

TEST_CASE("properties of the operator are dropped, with a warning") {
  for (const auto& [key, value] :
       std::vector<std::pair<std::string, std::string>>{
           {"spark.kubernetes.namespace", "other"},
           {"spark.master", "local[*]"},
           {"spark.submit.deployMode", "client"},
           {"spark.kubernetes.submission.waitAppCompletion", "true"},
           {"spark.app.id", "mine"},
           {"not.spark", "x"},
           {"spark.kubernetes.driver.label.sparkoperator.k8s.io/mine", "x"},
           {"spark.kubernetes.driver.service.label.sparkoperator.k8s.io/a",
            "x"},
           {"spark.kubernetes.driver.pod.featureSteps",
            "org.apache.spark.deploy.k8s.features.VolcanoFeatureStep"}}) {
    const auto got = parse_conf({{key, value}});
    CHECK(got.problems.empty());
    CHECK(only(got.warnings, conf_path(key)).starts_with("is ignored: "));
    CHECK(got.spec.spark_conf.empty());
  }
  const auto same = parse_conf({{"spark.kubernetes.namespace", "team"},
                                {"spark.submit.deployMode", "cluster"},
                                {"spark.master", "k8s://https://x:443"}});
  CHECK(to_text(same.warnings) == "");
}

TEST_CASE("a Spark without a profile gets a warning") {
  const auto of_field = parse_members(R"({"sparkVersion": "4.9.0"})");
  CHECK(only(of_field.warnings, "spec.sparkVersion").starts_with("Spark 4.9"));
  const auto of_image = parse_members(R"({"image": "spark:v3.9.0"})");
  CHECK(only(of_image.warnings, "spec.image").starts_with("Spark 3.9.0"));
}

TEST_CASE("a long name gets a warning about its Service") {
  auto object = json::parse(R"({"metadata": {}, "spec": {"type": "Python",
    "image": "spark:3.5.7", "mainApplicationFile": "local:///app.py"}})");
  auto& name = object.at("metadata").as_object()["name"];
  name = std::string(35, 'a');
  CHECK(parse_application(object).warnings.empty());
  name = std::string(36, 'a');
  only(parse_application(object).warnings, "metadata.name");
  object.at("spec").as_object()["sparkConf"] = {{"spark.app.name", "short"}};
  CHECK(parse_application(object).warnings.empty());
}

TEST_CASE("a CPU request above the limit is refused or fitted") {
  SECTION("cores are fitted") {
    const auto got = parse_members(R"({
      "driver": {"cores": 1, "coreLimit": "200m"},
      "executor": {"coreLimit": "0.5"}})");
    CHECK(got.problems.empty());
    REQUIRE(got.warnings.size() == 2);
    CHECK(got.warnings[0].path == "spec.driver.coreLimit");
    CHECK(got.spec.driver.core_request == "200m");
    CHECK(got.spec.executor.core_request == "0.5");
  }
  SECTION("so are cores and limits of sparkConf") {
    const auto got =
        parse_conf({{"spark.executor.cores", "4"},
                    {"spark.kubernetes.executor.limit.cores", "2"}});
    only(got.warnings, conf_path("spark.kubernetes.executor.limit.cores"));
    CHECK(got.spec.executor.core_request == "2");
  }
  SECTION("a request that somebody wrote is not") {
    only(parse_members(
             R"({"driver": {"coreRequest": "2", "coreLimit": "1500m"}})")
             .problems,
         "spec.driver.coreRequest");
    only(parse_conf({{"spark.kubernetes.executor.request.cores", "2"},
                     {"spark.kubernetes.executor.limit.cores", "1"}})
             .problems,
         conf_path("spark.kubernetes.executor.request.cores"));
  }
  SECTION("what fits stays") {
    const auto got = parse_members(R"({
      "driver": {"cores": 0.1, "coreLimit": "200m"},
      "executor": {"cores": 2, "coreRequest": "1", "coreLimit": "1"}})");
    CHECK(to_text(got.problems) + to_text(got.warnings) == "");
    CHECK_FALSE(got.spec.driver.core_request);
  }
}

TEST_CASE("a heap that the driver's JVM cannot read gets a warning") {
  for (const auto* heap : {"512", "1gb", "512mb", "1073741824b", "1p"}) {
    json::object driver{{"driver", {{"memory", heap}}}};
    const auto got = parse_spec(driver);
    CHECK(got.problems.empty());
    only(got.warnings, "spec.driver.memory");
  }
  for (const auto* heap : {"512m", "1G", "1t", "524288k"}) {
    json::object roles{{"driver", {{"memory", heap}}},
                       {"executor", {{"memory", "1gb"}}}}; // Spark converts it
    CHECK(parse_spec(roles).warnings.empty());
  }
  only(parse_conf({{"spark.driver.memory", "512"}}).warnings,
       conf_path("spark.driver.memory"));
}

TEST_CASE("mounts and volumes that no pod can have are refused") {
  only(parse_members(R"({"volumes": [{"name": "My_Vol", "emptyDir": {}}]})")
           .problems,
       "spec.volumes[0].name");
  only(parse_members(R"({"volumes": [{"name": "a", "emptyDir": {}},
                                     {"name": "b", "emptyDir": {}}],
         "executor": {"volumeMounts": [{"name": "a", "mountPath": "/x"},
                                       {"name": "b", "mountPath": "/x"}]}})")
           .problems,
       "spec.executor.volumeMounts[1].mountPath");
}

TEST_CASE("volumes of the spec and of the conf are seen together") {
  const std::string spec = R"({"sparkVersion": "4.1.1", "volumes": [
      {"name": "spark-local-dir-1", "emptyDir": {"sizeLimit": "SIZE"}},
      {"name": "data", "emptyDir": {}}],
    "driver": {"volumeMounts": [
      {"name": "spark-local-dir-1", "mountPath": "/tmp/1"},
      {"name": "data", "mountPath": "/data"}]},
    "sparkConf": {"spark.kubernetes.driver.volumes.emptyDir.a.mount.path":
                  "PATH"}})";
  const auto parse = [&spec](const char* size, const char* path) {
    auto text = spec;
    text.replace(text.find("SIZE"), 4, size);
    text.replace(text.find("PATH"), 4, path);
    return parse_members(text);
  };
  CHECK(to_text(parse("1Gi", "/a").problems) == "");
  CHECK(parse("5", "/a").problems.size() == 1);
  CHECK(parse("1Gi", "/tmp/1").problems.size() == 1);
  only(parse("1Gi", "/data").problems,
       conf_path(volumes + "emptyDir.a.mount.path"));
}

TEST_CASE("variables that Spark sets after the user's get a warning") {
  const auto got = parse_members(R"({"driver": {
    "envVars": {"SPARK_CONF_DIR": "/c", "A": "1"},
    "env": [{"name": "B", "value": "x"},
            {"name": "SPARK_LOCAL_DIRS", "value": "/data"},
            {"name": "PYSPARK_PYTHON", "value": "python3"}]},
    "executor": {"env": [{"name": "SPARK_LOCAL_DIRS", "value": "/data"}]}})");
  CHECK(got.problems.empty());
  REQUIRE(got.warnings.size() == 1); // env comes last
  CHECK(got.warnings[0].path == "spec.driver.envVars[\"SPARK_CONF_DIR\"]");
}
