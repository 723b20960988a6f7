// Volumes that more than one field or container has to do with.

#include "crds/parse.hpp"
#include "k8s/render/submission.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace spark;

namespace {

namespace json = boost::json;

/// SparkPi whose driver and executor are `role`, beside `more`.
parsed_application pi(std::string_view role, std::string_view more = "{}") {
  json::object spec{{"type", "Scala"},
                    {"sparkVersion", "3.5.7"},
                    {"image", "spark:3.5.7"},
                    {"mainClass", "org.example.Pi"},
                    {"mainApplicationFile", "local:///opt/pi.jar"},
                    {"driver", json::parse({role.data(), role.size()})},
                    {"executor", json::parse({role.data(), role.size()})}};
  const auto others = json::parse({more.data(), more.size()});
  for (const auto& member : others.as_object())
    spec[member.key()] = member.value();
  return parse_application(
      json::object{{"metadata", {{"name", "pi"}, {"namespace", "team"}}},
                   {"spec", std::move(spec)}});
}

submission made(const parsed_application& test) {
  CHECK(to_text(test.problems) == "");
  auto out = render({.app = {"team", "pi"},
                     .app_uid = "uid",
                     .claim_number = 1,
                     .submission_id = submission_id("uid", 1),
                     .spec = &test.spec});
  if (!out)
    FAIL(to_string(out.error()));
  return *out;
}

json::value executor_template(const submission& from) {
  for (const auto& map : from.config_maps)
    if (const auto* text =
            map.at("data").as_object().if_contains("podspec-configmap-key"))
      return json::parse(text->as_string());
  FAIL("no template");
  return {};
}

/// Both pods as far as they are ours.
std::vector<json::value> pods(const submission& from) {
  return {from.driver, executor_template(from)};
}

std::vector<json::value> volumes_called(const json::value& pod,
                                        std::string_view name) {
  std::vector<json::value> out;
  for (const auto& volume : pod.at("spec").at("volumes").as_array())
    if (volume.at("name").as_string() == name)
      out.push_back(volume);
  return out;
}

/// What Spark's container mounts at `path`: the volume.
json::value mounted_at(const json::value& pod, std::string_view path) {
  for (const auto& mount :
       pod.at("spec").at("containers").at(0).at("volumeMounts").as_array())
    if (mount.at("mountPath").as_string() == path) {
      auto found = volumes_called(pod, mount.at("name").as_string());
      REQUIRE(found.size() == 1);
      return found.front();
    }
  FAIL("nothing at " << path);
  return {};
}

} // namespace

TEST_CASE("volumes that only sidecars and init containers mount are there") {
  constexpr auto volumes = R"({"volumes": [
    {"name": "a", "emptyDir": {}}, {"name": "b", "emptyDir": {}},
    {"name": "c", "emptyDir": {}}, {"name": "unused", "emptyDir": {}}]})";
  const auto test = pi(R"({
    "volumeMounts": [{"name": "a", "mountPath": "/a"}],
    "sidecars": [{"name": "s", "image": "s", "volumeMounts": [
      {"name": "a", "mountPath": "/a"}, {"name": "b", "mountPath": "/b"}]}],
    "initContainers": [{"name": "i", "image": "i", "volumeMounts": [
      {"name": "b", "mountPath": "/b"}]}],
    "template": {"spec": {"volumes": [{"name": "own", "emptyDir": {}}],
      "containers": [{"name": "x", "image": "x"}, {"name": "y", "image": "y",
        "volumeMounts": [{"name": "c", "mountPath": "/c"},
                         {"name": "own", "mountPath": "/own"}]}]}}})",
                       volumes);
  for (const auto& pod : pods(made(test))) {
    for (const auto* name : {"a", "b", "c", "own"}) {
      INFO(name);
      CHECK(volumes_called(pod, name).size() == 1);
    }
    CHECK(volumes_called(pod, "unused").empty());
  }
}

TEST_CASE("a scratch volume that Spark makes is not made twice") {
  const auto test = pi(R"({
    "volumeMounts": [{"name": "spark-local-dir-1", "mountPath": "/tmp/x"}],
    "sidecars": [{"name": "s", "image": "s", "volumeMounts": [
      {"name": "spark-local-dir-1", "mountPath": "/x"}]}]})",
                       R"({"volumes": [
    {"name": "spark-local-dir-1", "emptyDir": {}}]})");
  const auto got = made(test);
  CHECK(volumes_called(got.driver, "spark-local-dir-1").size() == 1);
}

TEST_CASE("a ConfigMap and a Secret of one name are two volumes") {
  for (const auto& name :
       {std::string{"settings.v1"}, std::string(58, 'x'), std::string{"a"}}) {
    INFO(name);
    const auto test = pi(R"({
      "configMaps": [{"name": ")" +
                         name + R"(", "path": "/map"}],
      "secrets": [{"name": ")" +
                         name + R"(", "path": "/secret",
                   "secretType": "Generic"}]})");
    const auto got = made(test);
    CHECK(mounted_at(got.driver, "/map").at("configMap").at("name") ==
          json::value(name));
    CHECK(mounted_at(got.driver, "/secret").at("secret").at("secretName") ==
          json::value(name));
  }
}

TEST_CASE("a Secret can be mounted on two paths") {
  const auto test = pi(R"({"secrets": [
    {"name": "s", "path": "/one", "secretType": "Generic"},
    {"name": "s", "path": "/two", "secretType": "Generic"},
    {"name": "s", "path": "/three", "secretType": "Generic"}]})");
  const auto got = made(test);
  for (const auto* path : {"/one", "/two", "/three"})
    CHECK(mounted_at(got.driver, path).at("secret").at("secretName") == "s");
  const auto executor = executor_template(got);
  for (const auto* path : {"/two", "/three"})
    CHECK(mounted_at(executor, path).at("secret").at("secretName") == "s");
  CHECK(std::ranges::find(got.conf, std::pair<std::string, std::string>{
                                        "spark.kubernetes.executor.secrets.s",
                                        "/one"}) != got.conf.end());
}

TEST_CASE("cores give way to the CPU limit of a template") {
  const auto test = pi(R"({"cores": 3, "template": {"spec": {"containers": [
    {"name": "main", "resources": {"limits": {"cpu": "2500m"}}}]}}})");
  const std::string at = ".template.spec.containers[0].resources.limits.cpu";
  REQUIRE(test.warnings.size() == 2);
  CHECK(test.warnings[0].path == "spec.driver" + at);
  CHECK(test.warnings[1].path == "spec.executor" + at);
  const auto got = made(test);
  CHECK(got.driver.at("spec").at("containers").at(0).at("resources") ==
        json::parse(R"({"requests": {"cpu": "2500m", "memory": "1408Mi"},
                        "limits": {"cpu": "2500m", "memory": "1408Mi"}})"));

  const auto asked = pi(R"({"coreRequest": "3", "template": {"spec": {
    "containers": [{"name": "other"}, {"name": "spark-kubernetes-driver",
      "resources": {"limits": {"cpu": 2}}}]}}})");
  REQUIRE(asked.problems.size() == 1);
  CHECK(asked.problems[0].path == "spec.driver.coreRequest");
  CHECK(asked.problems[0].message == "is more than the limit, which is \"2\"");
}

TEST_CASE("a privileged container of a template stays one that can escalate") {
  const auto security = [](std::string_view of_template) {
    const auto role = R"({"template": {"spec": {"containers": [
      {"name": "m", "securityContext": )" +
                      std::string{of_template} + "}]}}}";
    const auto got = made(pi(role, R"({"sparkVersion": "4.3.0"})"));
    return got.driver.at("spec").at("containers").at(0).at("securityContext");
  };
  CHECK(security(R"({"privileged": true})") ==
        json::parse(R"({"privileged": true})"));
  CHECK(security(R"({"privileged": false})") ==
        json::parse(R"({"privileged": false,
                        "allowPrivilegeEscalation": false})"));
}
