// guide/*.yaml: every block of the user guide that shows a part of a
// SparkApplication, completed to a manifest, and its ScheduledSparkApplication.
// They must work as they are, also where the CRD of the Go operator rejects
// them.

#include "crds/documents.hpp"
#include "crds/json_text.hpp"
#include "crds/scheduled_application.hpp"
#include "crds/yaml.hpp"
#include "k8s/render/submission.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>

using namespace spark;
namespace json = boost::json;

namespace {

constexpr auto preserve = "x-kubernetes-preserve-unknown-fields";

json::value only_document(const std::filesystem::path& path) {
  std::ifstream in{path, std::ios::binary};
  const std::string text{std::istreambuf_iterator<char>{in}, {}};
  auto read = read_yaml(text);
  REQUIRE(read.error == "");
  REQUIRE(read.documents.size() == 1);
  return read.documents.front();
}

bool has_type(const json::value& value, std::string_view type) {
  if (type == "object")
    return value.is_object();
  if (type == "array")
    return value.is_array();
  if (type == "string")
    return value.is_string();
  if (type == "boolean")
    return value.is_bool();
  if (type == "integer")
    return value.is_int64();
  return type == "number" && value.is_number();
}

/// What an API server says of `value`, or prunes from it.
void judge(const json::object& schema, const json::value& value,
           const std::string& path, std::string& out);

void judge_members(const json::object& schema, const json::object& value,
                   const std::string& path, std::string& out) {
  static const json::object nothing;
  const auto* known = schema.if_contains("properties");
  const auto& properties = known ? known->as_object() : nothing;
  const auto* values = schema.if_contains("additionalProperties");
  for (const auto& member : value) {
    const auto at = path + "." + std::string{member.key()};
    if (const auto* one = properties.if_contains(member.key()))
      judge(one->as_object(), member.value(), at, out);
    else if (values)
      judge(values->as_object(), member.value(), at, out);
    else if (!schema.contains(preserve))
      out += at + ": pruned\n";
  }
  if (const auto* required = schema.if_contains("required"))
    for (const auto& name : required->as_array())
      if (!value.contains(name.as_string()))
        out += path + "." + std::string{name.as_string()} + ": required\n";
}

void judge(const json::object& schema, const json::value& value,
           const std::string& path, std::string& out) {
  const auto* type = schema.if_contains("type");
  if (type && !has_type(value, type->as_string())) {
    out += path + ": wrong type\n";
    return;
  }
  if (const auto* object = value.if_object())
    judge_members(schema, *object, path, out);
  const auto* items = schema.if_contains("items");
  if (const auto* list = value.if_array(); list && items)
    for (const auto& item : *list)
      judge(items->as_object(), item, path + "[]", out);
}

std::vector<std::filesystem::path> manifests() {
  std::vector<std::filesystem::path> out;
  const std::filesystem::path folder{SPARK_SOURCE_DIR "/tests/crds/guide"};
  for (const auto& entry : std::filesystem::directory_iterator{folder})
    out.push_back(entry.path());
  return out;
}

json::object schema_of_kind(std::string_view kind) {
  const auto crd = kind == "SparkApplication" ? spark_application_crd()
                                              : scheduled_application_crd();
  CHECK(crd.at("spec").at("names").at("kind") == json::value(kind));
  return crd.at("spec")
      .at("versions")
      .at(0)
      .at("schema")
      .at("openAPIV3Schema")
      .as_object();
}

/// What is to run, now or at some time.
spark_application_spec spec_of(const json::value& object) {
  if (text_member(object, "kind") == "SparkApplication") {
    auto parsed = parse_application(object);
    CHECK(to_text(parsed.problems) == "");
    return std::move(parsed.spec);
  }
  auto parsed = parse_scheduled(object);
  CHECK(to_text(parsed.problems) == "");
  return std::move(parsed.spec.application);
}

} // namespace

TEST_CASE("what the user guide shows is accepted") {
  const auto files = manifests();
  CHECK(files.size() >= 34);
  for (const auto& file : files) {
    INFO(file.filename().string());
    auto object = only_document(file);
    std::string said;
    auto shown = object.as_object();
    shown["metadata"] = json::object{}; // what is in it is not the CRD's
    judge(schema_of_kind(text_member(object, "kind")), shown, "", said);
    CHECK(said == "");
    const auto spec = spec_of(object);
    submission_input in{.app = {"ns", "app"},
                        .app_uid = "uid",
                        .claim_number = 1,
                        .submission_id = submission_id("uid", 1),
                        .spec = &spec};
    CHECK(render(in).has_value());
  }
}

TEST_CASE("the test's own schema check finds what is wrong") {
  const auto schema = json::parse(R"({"type": "object", "required": ["a"],
    "properties": {"a": {"type": "array", "items": {"type": "integer"}}}})");
  std::string said;
  judge(schema.as_object(), json::parse(R"({"b": 1})"), "", said);
  judge(schema.as_object(), json::parse(R"({"a": [1, "x"]})"), "", said);
  CHECK(said == ".b: pruned\n.a: required\n.a[]: wrong type\n");
}
