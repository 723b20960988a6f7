#include <catch2/catch.hpp>
#include <yaml-cpp/yaml.h>

#include <filesystem>
#include <map>
#include <set>
#include <string>

namespace {

namespace fs = std::filesystem;

const fs::path deploy = fs::path{SPARK_SOURCE_DIR} / "deploy";

std::set<std::string> words(const YAML::Node& list) {
  std::set<std::string> all;
  for (const auto& word : list)
    all.insert(word.as<std::string>());
  return all;
}

/// "group/resource" to verbs, of one role in one file.
using grants = std::map<std::string, std::set<std::string>>;

grants grants_of(const fs::path& file, const std::string& kind,
                 const std::string& name) {
  grants found;
  for (const auto& object : YAML::LoadAllFromFile(file.string())) {
    if (object["kind"].as<std::string>() != kind ||
        object["metadata"]["name"].as<std::string>() != name)
      continue;
    for (const auto& rule : object["rules"])
      for (const auto& group : words(rule["apiGroups"]))
        for (const auto& resource : words(rule["resources"]))
          found[group + "/" + resource].merge(words(rule["verbs"]));
  }
  return found;
}

} // namespace

TEST_CASE("every manifest is an object with a kind and a name") {
  int files = 0;
  for (const auto& entry : fs::recursive_directory_iterator(deploy)) {
    if (entry.path().extension() != ".yaml")
      continue;
    ++files;
    CAPTURE(entry.path());
    for (const auto& object : YAML::LoadAllFromFile(entry.path().string())) {
      CHECK(object["apiVersion"].IsScalar());
      CHECK(object["kind"].IsScalar());
      CHECK(object["metadata"]["name"].IsScalar());
    }
  }
  CHECK(files >= 5);
}

TEST_CASE("both forms of the operator's rights are the same") {
  auto wide = grants_of(deploy / "rbac.yaml", "ClusterRole", "spark-operator");
  CHECK_FALSE(wide.empty());
  CHECK(wide ==
        grants_of(deploy / "rbac-namespaced.yaml", "Role", "spark-operator"));
  for (const char* file : {"rbac.yaml", "rbac-namespaced.yaml"})
    CHECK(grants_of(deploy / file, "Role", "spark-operator-lease") ==
          grants{{"coordination.k8s.io/leases", {"create", "get", "patch"}}});
}

TEST_CASE("the operator has what it needs and nothing that is dangerous") {
  auto rights =
      grants_of(deploy / "rbac.yaml", "ClusterRole", "spark-operator");
  using verbs = std::set<std::string>;
  CHECK(rights["/pods"] == verbs{"create", "delete", "get", "list", "watch"});
  CHECK(rights["/configmaps"] ==
        verbs{"create", "delete", "get", "list", "patch"});
  CHECK(rights["/services"] == verbs{"create", "delete", "get", "list"});
  CHECK(rights["networking.k8s.io/networkpolicies"] == rights["/services"]);
  CHECK(rights["/persistentvolumeclaims"] == rights["/services"]);
  CHECK(rights["/events"] == verbs{"create", "list", "patch"});
  CHECK(rights["sparkoperator.k8s.io/sparkapplications"] ==
        verbs{"create", "delete", "get", "list", "watch"});
  CHECK(rights["sparkoperator.k8s.io/sparkapplications/status"].count(
            "patch") == 1);
  CHECK(rights["sparkoperator.k8s.io/scheduledsparkapplications"] ==
        verbs{"get", "list", "watch"});
  CHECK(rights["sparkoperator.k8s.io/scheduledsparkapplications/status"] ==
        verbs{"patch"});
  for (const auto* kind : {"sparkapplications", "scheduledsparkapplications"})
    CHECK(rights["sparkoperator.k8s.io/" + std::string{kind} + "/finalizers"] ==
          verbs{"update"});
  for (const auto& [what, may] : rights) {
    CAPTURE(what);
    CHECK(what.find('*') == std::string::npos);
    CHECK(what.find("secrets") == std::string::npos);
    CHECK(what.find("rbac") == std::string::npos);
    CHECK(may.count("*") == 0);
    CHECK(may.count("deletecollection") == 0);
    CHECK(may.count("escalate") + may.count("bind") +
              may.count("impersonate") ==
          0);
  }
}
