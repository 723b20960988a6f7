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

json::object schema_in(const json::object& crd) {
  return crd.at("spec")
      .at("versions")
      .at(0)
      .at("schema")
      .at("openAPIV3Schema")
      .as_object();
}

const json::object& schema() {
  static const auto one = schema_in(spark_application_crd());
  return one;
}

const json::object& scheduled_schema() {
  static const auto one = schema_in(scheduled_application_crd());
  return one;
}

/// nullptr: there is no such property.
const json::value* find_property(const json::object& root,
                                 std::string_view path) {
  const json::value* at = nullptr;
  const auto* members = &root;
  while (!path.empty()) {
    const auto step = path.substr(0, path.find('.'));
    path.remove_prefix(std::min(path.size(), step.size() + 1));
    const auto name = step.substr(0, step.find_first_of("[{"));
    at = members->at("properties").as_object().if_contains(name);
    if (!at)
      return nullptr;
    members = &at->as_object();
    if (step.ends_with("[]"))
      members = &at->at("items").as_object();
    if (step.ends_with("{}"))
      members = &at->at("additionalProperties").as_object();
  }
  return at;
}

void check_rows(const json::object& root, const std::vector<field>& rows) {
  for (const auto& row : rows) {
    INFO(row.path);
    const auto* at = find_property(root, row.path);
    REQUIRE(at);
    CHECK(at->at("description") == json::value(row.description));
  }
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

TEST_CASE("a CRD fits into the annotation of kubectl apply") {
  for (const auto& crd : {spark_application_crd(), scheduled_application_crd()})
    CHECK(json::serialize(crd).size() < 256 * 1024);
  for (const auto* file :
       {"sparkapplications.yaml", "scheduledsparkapplications.yaml"})
    CHECK(read(file).size() < 256 * 1024);
}

TEST_CASE("every row is in the schema") {
  check_rows(schema(), spec_fields());
  check_rows(schema(), status_fields());
  check_rows(scheduled_schema(), scheduled_spec_fields());
  check_rows(scheduled_schema(), scheduled_status_fields());
}

TEST_CASE("a template is the spec of an application, with its rules") {
  auto spec = schema().at("properties").at("spec").as_object();
  auto scheduled = find_property(scheduled_schema(), "spec.template");
  REQUIRE(scheduled);
  auto of_template = scheduled->as_object();
  CHECK(of_template.at("description") != spec.at("description"));
  CHECK(of_template.at("x-kubernetes-validations").as_array().size() > 0);
  of_template.erase("description");
  spec.erase("description");
  CHECK(of_template == spec);
}

TEST_CASE("both kinds have the names that others know them by") {
  const auto names = [](const json::object& crd) {
    CHECK(crd.at("metadata").at("name").as_string() ==
          std::string{crd.at("spec").at("names").at("plural").as_string()} +
              ".sparkoperator.k8s.io");
    return crd.at("spec").at("names");
  };
  CHECK(names(spark_application_crd()) == json::parse(R"({
    "kind": "SparkApplication", "listKind": "SparkApplicationList",
    "plural": "sparkapplications", "singular": "sparkapplication",
    "shortNames": ["sparkapp"]})"));
  CHECK(names(scheduled_application_crd()) == json::parse(R"({
    "kind": "ScheduledSparkApplication",
    "listKind": "ScheduledSparkApplicationList",
    "plural": "scheduledsparkapplications",
    "singular": "scheduledsparkapplication",
    "shortNames": ["scheduledsparkapp"]})"));
}

TEST_CASE("columns show what is there, and ages of what has been") {
  for (const auto& crd :
       {spark_application_crd(), scheduled_application_crd()}) {
    const auto root = schema_in(crd);
    for (const auto& column : crd.at("spec")
                                  .at("versions")
                                  .at(0)
                                  .at("additionalPrinterColumns")
                                  .as_array()) {
      const auto path =
          std::string{column.at("jsonPath").as_string()}.substr(1);
      INFO(path);
      if (path != "metadata.creationTimestamp")
        CHECK(find_property(root, path.substr(0, path.find("[?"))));
      if (path == "status.nextRun")
        CHECK(column.at("type") == "string");
    }
  }
}

TEST_CASE("the CRDs change no stored object") {
  for (const auto* root : {&schema(), &scheduled_schema()})
    each_schema(json::value(*root), [](const json::object& one) {
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
  const auto& scheduled = scheduled_schema().at("properties");
  CHECK(scheduled.at("spec").at("required") ==
        json::array{"schedule", "template"});
  for (const auto* time : {"lastRun", "nextRun"})
    CHECK(scheduled.at("status").at("properties").at(time).at("nullable") ==
          true);
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
