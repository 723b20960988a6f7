#include "crds/core_types.hpp"
#include "crds/core_types_table.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <string>
#include <vector>

using namespace spark;
namespace json = boost::json;

namespace {

using paths = std::vector<std::string>;

paths unknown(std::string_view type, std::string_view text) {
  return unknown_members(type, json::parse(text));
}

struct example {
  std::string type;
  std::string text;
};

/// What people write, of each type that a spec holds whole.
const std::vector<example>& examples() {
  static const std::vector<example> all{
      {"Affinity", R"({
         "nodeAffinity": {
           "requiredDuringSchedulingIgnoredDuringExecution": {
             "nodeSelectorTerms": [{"matchExpressions": [
               {"key": "disk", "operator": "In", "values": ["ssd"]}]}]},
           "preferredDuringSchedulingIgnoredDuringExecution": [
             {"weight": 1, "preference": {"matchFields": []}}]},
         "podAntiAffinity": {
           "preferredDuringSchedulingIgnoredDuringExecution": [
             {"weight": 5, "podAffinityTerm": {
               "topologyKey": "zone", "matchLabelKeys": ["a"],
               "labelSelector": {"matchLabels": {"any.thing/at": "all"}}}}]}})"},
      {"Toleration", R"([{"key": "spot", "operator": "Exists"},
                         {"effect": "NoExecute", "tolerationSeconds": 5,
                          "value": "x"}])"},
      {"PodSecurityContext", R"({"runAsUser": 1, "fsGroup": 2,
         "seLinuxOptions": {"level": "s0"}, "sysctls": [
           {"name": "a", "value": "b"}],
         "seccompProfile": {"type": "RuntimeDefault"}})"},
      {"SecurityContext", R"({"allowPrivilegeEscalation": false,
         "capabilities": {"drop": ["ALL"]}, "procMount": "Default"})"},
      {"Container", R"([{"name": "a", "image": "b", "command": ["c"],
         "ports": [{"containerPort": 80, "hostPort": 0}],
         "resources": {"limits": {"cpu": "1", "example.com/gpu": 1}},
         "livenessProbe": {"httpGet": {"path": "/", "port": "http",
           "httpHeaders": [{"name": "x", "value": "y"}]}},
         "env": [{"name": "X", "valueFrom": {"fieldRef": {
           "apiVersion": "v1", "fieldPath": "status.podIP"}}}]}])"},
      {"Volume", R"([{"name": "a", "emptyDir": {"sizeLimit": "1Gi"}},
         {"name": "b", "hostPath": {"path": "/b", "type": ""}},
         {"name": "c", "csi": {"driver": "d", "volumeAttributes": {"e": "f"}}},
         {"name": "d", "projected": {"sources": [
           {"configMap": {"name": "x", "items": [{"key": "k", "path": "p"}]}},
           {"serviceAccountToken": {"path": "t"}}]}},
         {"name": "e", "ephemeral": {"volumeClaimTemplate": {
           "metadata": {"labels": {"a": "b"}},
           "spec": {"accessModes": ["ReadWriteOnce"], "resources": {
             "requests": {"storage": "1Gi"}}}}}}])"},
      {"VolumeMount", R"([{"name": "a", "mountPath": "/a", "subPath": "b",
         "readOnly": true}])"},
      {"EnvVar", R"([{"name": "A", "value": "b"}, {"name": "C", "valueFrom": {
         "resourceFieldRef": {"resource": "limits.cpu", "divisor": "1m"}}}])"},
      {"EnvFromSource", R"([{"prefix": "A_", "secretRef": {"name": "s"}},
         {"configMapRef": {"name": "c", "optional": true}}])"},
      {"PodDNSConfig", R"({"nameservers": ["192.0.2.1"],
         "options": [{"name": "ndots", "value": "2"}]})"},
      {"HostAlias", R"([{"ip": "192.0.2.1", "hostnames": ["db"]}])"},
      {"Lifecycle", R"({"preStop": {"exec": {"command": ["sleep", "5"]}},
         "postStart": {"sleep": {"seconds": 1}}})"},
      {"ResourceRequirements", R"({"requests": {"cpu": 1}, "claims": [
         {"name": "a", "request": "b"}]})"},
      {"PodTemplateSpec", R"({"metadata": {
           "creationTimestamp": null, "annotations": {"a.b/c": "d"}},
         "spec": {"containers": [{"name": "x"}], "overhead": {"cpu": "1m"},
           "nodeSelector": {"any": "thing"}, "runtimeClassName": "gvisor"}})"},
  };
  return all;
}

} // namespace

TEST_CASE("what Kubernetes has is known") {
  for (const auto& one : examples()) {
    INFO(one.type);
    CHECK(unknown(one.type, one.text).empty());
  }
  CHECK(known_kubernetes().starts_with("1."));
}

TEST_CASE("each of those types misses a member that it does not have") {
  for (const auto& one : examples()) {
    INFO(one.type);
    CHECK(unknown(one.type, R"({"typo": null})") == paths{".typo"});
    CHECK(unknown(one.type, R"([{}, {"typo": 1}])") == paths{"[1].typo"});
  }
}

TEST_CASE("typos are found at every depth, with their path") {
  CHECK(unknown("SecurityContext", R"({"runAsUsr": 1, "capabilities":
                  {"dropp": []}})") ==
        paths{".runAsUsr", ".capabilities.dropp"});
  CHECK(unknown("Lifecycle", R"({"preStop": {"exec": {"comand": []}}})") ==
        paths{".preStop.exec.comand"});
  CHECK(unknown("Toleration", R"([{}, {}, {"foo": 1}])") == paths{"[2].foo"});
  CHECK(unknown("Affinity", R"({"nodeAffinity": {
          "requiredDuringSchedulingIgnoredDuringExecution": {
            "nodeSelectorTerms": [{}, {"matchExpressions": [
              {"key": "a", "operatr": "In"}]}]}}})") ==
        paths{".nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution."
              "nodeSelectorTerms[1].matchExpressions[0].operatr"});
  CHECK(unknown("PodTemplateSpec", R"({"kind": "Pod", "spec": {
          "tolerationz": [], "containers": [{"env": [{"name": "A",
          "valueFrom": {"secretKeyRef": {"nam": "x"}}}]}]}})") ==
        paths{".kind", ".spec.tolerationz",
              ".spec.containers[0].env[0].valueFrom.secretKeyRef.nam"});
}

TEST_CASE("case matters, as it does to the API server") {
  CHECK(unknown("EnvVar", R"({"Name": "A", "valuefrom": {}})") ==
        paths{".Name", ".valuefrom"});
}

TEST_CASE("names that would not be read in a path are quoted") {
  CHECK(unknown("EnvVar", R"({"a b": 1, "": 2, "c.d": 3})") ==
        paths{R"(["a b"])", R"([""])", R"(["c.d"])"});
  const auto got =
      unknown_members("EnvVar", json::object{{std::string(1000000, 'x'), 1}});
  REQUIRE(got.size() == 1);
  CHECK(got.front().size() < 100);
}

TEST_CASE("maps take any key, and what stands in them is not judged") {
  CHECK(unknown("ResourceRequirements",
                R"({"limits": {"a b": {"c": 1}}, "requests": []})")
            .empty());
  CHECK(unknown("PodTemplateSpec", R"({"metadata": {"labels": {"X": "y"},
                  "annotations": {"": ""}}})")
            .empty());
  CHECK(unknown("Volume", R"({"flexVolume": {"options": {"a": "b"}},
                  "csi": {"volumeAttributes": {"c": "d"}}})")
            .empty());
}

TEST_CASE("another kind of value than the type has is not judged") {
  // Each has a member that would be unknown if it were read all the same.
  CHECK(unknown("Affinity", R"({"nodeAffinity": [{"a": 1}]})").empty());
  CHECK(
      unknown("Container", R"({"env": {"a": 1}, "image": {"b": 2}})").empty());
  CHECK(unknown("Container", R"({"env": [[{"a": 1}], 5, "b", null]})").empty());
  CHECK(unknown("Toleration", R"([[{"a": 1}]])").empty());
  CHECK(unknown("EnvVar", "\"text\"").empty());
  CHECK(unknown("EnvVar", "null").empty());
  CHECK(unknown("NoSuchType", R"({"a": 1})").empty());
  CHECK(unknown("", R"({"a": 1})").empty());
}

TEST_CASE("only so many are reported") {
  json::object many;
  for (int i = 0; i < 100; ++i)
    many["typo" + std::to_string(i)] = i;
  CHECK(unknown_members("EnvVar", many).size() == 10);
  CHECK(unknown_members("EnvVar", json::array(100, many)).size() == 10);
  CHECK(unknown_members("EnvVar", many, 3) ==
        paths{".typo0", ".typo1", ".typo2"});
  CHECK(unknown_members("EnvVar", many, 0).empty());
}

TEST_CASE("what is nested deeply neither crashes nor takes long") {
  json::value objects{{"spec", 1}};
  json::value lists{{"name", 1}};
  for (int i = 0; i < 10000; ++i) {
    json::object around;
    around["spec"] = std::move(objects);
    objects = std::move(around);
    json::array list;
    list.push_back(std::move(lists));
    lists = std::move(list);
  }
  const auto began = std::chrono::steady_clock::now();
  CHECK(unknown_members("PodTemplateSpec", objects) == paths{".spec.spec"});
  CHECK(unknown_members("PodTemplateSpec", lists).empty());
  CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds{1});
}

TEST_CASE("every type that a member names is in the table") {
  std::size_t types = 0;
  for (auto at = core_types_table.find(':'); at != core_types_table.npos;
       at = core_types_table.find(':', at + 1)) {
    auto type = core_types_table.substr(at + 1);
    type = type.substr(0, type.find_first_of(" \n"));
    if (type.starts_with("[]"))
      type.remove_prefix(2);
    INFO(type);
    CHECK(unknown(type, R"({"typo": 1})") == paths{".typo"});
    ++types;
    const auto row = "\n" + std::string{type} + "=";
    CHECK(core_types_table.find(row) != core_types_table.npos);
  }
  CHECK(types > 100);
}
