#include "crds/documents.hpp"
#include "crds/parse.hpp"
#include "crds/spec_rules.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace spark;
namespace json = boost::json;

namespace {

/// The paths of the rules that `spec` breaks.
std::string broken(std::string_view spec) {
  json::object object{{"metadata", {{"name", "a"}}}};
  object["spec"] = json::parse({spec.data(), spec.size()});
  std::string out;
  const auto parsed = parse_application(object);
  for (const auto& problem : parsed.problems)
    for (const auto& rule : spec_rules())
      if (problem.path == rule.path && problem.message == rule.message)
        out += problem.path + " ";
  return out;
}

} // namespace

TEST_CASE("rules between fields hold for the parser too") {
  CHECK(broken(R"({"nodeSelector": {"a": "b"}})") == "");
  CHECK(broken(R"({"nodeSelector": {}, "driver": {"nodeSelector":
    {"a": "b"}}})") == "");
  CHECK(broken(R"({"nodeSelector": {"a": "b"}, "executor": {"nodeSelector":
    {"a": "b"}}})") == "spec.nodeSelector ");
  CHECK(broken(R"({"dynamicAllocation": {"minExecutors": 2,
    "maxExecutors": 1}})") == "spec.dynamicAllocation.minExecutors ");
  CHECK(broken(R"({"dynamicAllocation": {"minExecutors": 2,
    "initialExecutors": 1}})") == "spec.dynamicAllocation.initialExecutors ");
  CHECK(broken(R"({"dynamicAllocation": {"minExecutors": 1,
    "initialExecutors": 1, "maxExecutors": 1}})") == "");
}

TEST_CASE("the CRD carries every rule between fields") {
  const auto crd = spark_application_crd();
  const auto& spec = crd.at("spec")
                         .at("versions")
                         .at(0)
                         .at("schema")
                         .at("openAPIV3Schema")
                         .at("properties")
                         .at("spec");
  const auto& rules = spec.at("x-kubernetes-validations").as_array();
  REQUIRE(rules.size() == spec_rules().size());
  for (std::size_t i = 0; i < rules.size(); ++i) {
    CHECK(rules[i].at("rule") == json::value(spec_rules()[i].cel));
    CHECK("spec" + std::string{rules[i].at("fieldPath").as_string()} ==
          spec_rules()[i].path);
  }
}
