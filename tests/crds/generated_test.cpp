#include "crds/documents.hpp"
#include "crds/yaml.hpp"
#include "k8s/render/mechanisms.hpp"

#include <catch2/catch.hpp>

#include <fstream>
#include <functional>
#include <iterator>

using namespace spark;
namespace json = boost::json;

namespace {

std::string read(const std::string& name) {
  std::ifstream in{std::string{SPARK_SOURCE_DIR} + "/crds/generated/" + name,
                   std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

const json::object& schema() {
  static const auto crd = spark_application_crd();
  return crd.at("spec")
      .at("versions")
      .at(0)
      .at("schema")
      .at("openAPIV3Schema")
      .as_object();
}

void each_schema(const json::value& value,
                 const std::function<void(const json::object&)>& visit) {
  if (const auto* array = value.if_array())
    for (const auto& item : *array)
      each_schema(item, visit);
  const auto* object = value.if_object();
  if (!object)
    return;
  visit(*object);
  for (const auto& member : *object)
    each_schema(member.value(), visit);
}

} // namespace

TEST_CASE("the generated files are what the field table says") {
  for (const auto& file : generated_files()) {
    INFO(file.name << ": run crdgen --write crds/generated");
    CHECK(read(file.name) == file.text);
  }
  INFO("run crdgen --write crds/generated");
  CHECK(read("MECHANISMS.md") == mechanisms_document());
}

TEST_CASE("the CRD fits into the annotation of kubectl apply") {
  const auto size = json::serialize(spark_application_crd()).size();
  CHECK(size < 256 * 1024);
  CHECK(read("sparkapplications.yaml").size() < 256 * 1024);
}

TEST_CASE("every row is in the schema") {
  for (const auto* rows : {&spec_fields(), &status_fields()})
    for (const auto& row : *rows) {
      INFO(row.path);
      const json::value* at = nullptr;
      const auto* members = &schema();
      std::string_view path = row.path;
      while (!path.empty()) {
        const auto step = path.substr(0, path.find('.'));
        path.remove_prefix(std::min(path.size(), step.size() + 1));
        const auto name = step.substr(0, step.find_first_of("[{"));
        at = members->at("properties").as_object().if_contains(name);
        REQUIRE(at);
        members = &at->as_object();
        if (step.ends_with("[]"))
          members = &at->at("items").as_object();
        if (step.ends_with("{}"))
          members = &at->at("additionalProperties").as_object();
      }
      CHECK(at->at("description") == json::value(row.description));
    }
}

TEST_CASE("the CRD changes no stored object") {
  each_schema(json::value(schema()), [](const json::object& one) {
    CHECK_FALSE(one.contains("default"));
  });
}

TEST_CASE("loose and opaque fields are declared so") {
  const auto& spec =
      schema().at("properties").at("spec").at("properties").as_object();
  const auto keep = "x-kubernetes-preserve-unknown-fields";
  CHECK(spec.at("driver").at("properties").at("cores").at("type") == "number");
  const auto& hadoop = spec.at("hadoopConf").at("additionalProperties");
  CHECK(hadoop.as_object().size() == 1);
  CHECK(hadoop.at(keep) == true);
  CHECK(spec.at("pythonVersion").at("x-kubernetes-int-or-string") == true);
  CHECK(spec.at("volumes").at("items").at(keep) == true);
  const auto& status =
      schema().at("properties").at("status").at("properties").as_object();
  CHECK(status.at("terminationTime").at("nullable") == true);
  CHECK(schema().at("properties").at("spec").at("required") ==
        json::array{"type"});
}

TEST_CASE("YAML text is quoted where it could mean something else") {
  const auto yaml = [](std::string_view text) {
    return to_yaml(json::value(text));
  };
  CHECK(yaml("plain-text_1.0/x") == "plain-text_1.0/x\n");
  CHECK(yaml(".spec.suspend") == ".spec.suspend\n");
  CHECK(yaml("a: 1\n\n b\n") == "|\na: 1\n\n b\n");
  CHECK(to_yaml(json::object{{"k", "a\nb\n"}}) == "k: |\n  a\n  b\n");
  CHECK(yaml("a\tb\n") == "\"a\\tb\\n\"\n");
  for (const auto* text :
       {"",           "true", "No",   "null", "~",  "1",  "1.5", "0x1",
        "2026-01-01", "a: b", "a #b", "- a",  "*a", "&a", "!a",  "{a",
        "[a",         "a\nb", " a",   "a ",   "'",  "\"", ".5",  ".inf",
        "y",          "=",    "@a",   "%a",   "|",  ">"}) {
    INFO(text);
    CHECK(yaml(text) == json::serialize(json::value(text)) + "\n");
  }
}

TEST_CASE("YAML blocks nest, and long text is folded") {
  const auto value = json::parse(
      R"({"a": [{"b": 1, "c": []}, [2, "x"]], "d": {}, "e": {"f": null}})");
  CHECK(to_yaml(value) ==
        "a:\n  - b: 1\n    c: []\n  - - 2\n    - x\nd: {}\ne:\n"
        "  f: null\n");
  const std::string words = "one two three four five six seven eight nine ten "
                            "eleven twelve thirteen fourteen";
  CHECK(to_yaml(json::object{{"a", words}}) ==
        "a: >-\n  one two three four five six seven eight nine ten eleven "
        "twelve thirteen\n  fourteen\n");
}
