#include "crds/documents.hpp"
#include "crds/spec_rules.hpp"
#include "crds/yaml.hpp"

#include <stdexcept>

namespace spark {

namespace json = boost::json;

namespace {

constexpr std::string_view preserve = "x-kubernetes-preserve-unknown-fields";

json::object typed(std::string_view type) { return {{"type", type}}; }

json::object opaque_object() { return {{"type", "object"}, {preserve, true}}; }

json::object list_of(json::object items) {
  return {{"type", "array"}, {"items", std::move(items)}};
}

json::object map_of(json::object values) {
  return {{"type", "object"}, {"additionalProperties", std::move(values)}};
}

json::object application_schema();

/// Structure only. The values of type, mode, memory and the like are judged by
/// the operator and not here, so that a bad one gets the same words on status
/// and event whichever CRD is installed.
json::object schema_of_kind(value_kind kind) {
  switch (kind) {
  case value_kind::object:
    return typed("object");
  case value_kind::object_list:
    return list_of(typed("object"));
  case value_kind::object_map:
    return map_of(typed("object"));
  case value_kind::text:
    return typed("string");
  case value_kind::flag:
    return typed("boolean");
  case value_kind::integer:
    return typed("integer");
  case value_kind::number:
    return typed("number");
  case value_kind::time:
    return {{"type", "string"}, {"format", "date-time"}, {"nullable", true}};
  case value_kind::int_or_text:
    return {{"x-kubernetes-int-or-string", true}};
  case value_kind::text_list:
    return list_of(typed("string"));
  case value_kind::text_map:
    return map_of(typed("string"));
  case value_kind::loose_map:
    return map_of({{preserve, true}});
  case value_kind::integer_map:
    return map_of(typed("integer"));
  case value_kind::opaque:
    return opaque_object();
  case value_kind::opaque_list:
    return list_of(opaque_object());
  case value_kind::application:
    return application_schema();
  }
  throw std::logic_error("a value_kind without a schema");
}

/// The schema that holds the members of `schema`: its own, or that of the
/// items ("[]") or values ("{}").
json::object& members_of(json::object& schema, std::string_view suffix) {
  if (suffix == "[]")
    return schema.at("items").as_object();
  if (suffix == "{}")
    return schema.at("additionalProperties").as_object();
  return schema;
}

/// Walks to the parent of `path`, whose rows came before.
json::object& parent_of(json::object& root, std::string_view& path) {
  auto* schema = &root;
  for (auto dot = path.find('.'); dot != std::string_view::npos;
       dot = path.find('.')) {
    const auto step = path.substr(0, dot);
    const auto end = step.find_first_of("[{");
    const auto name = step.substr(0, end);
    const auto suffix = end == std::string_view::npos ? "" : step.substr(end);
    auto& child = schema->at("properties").as_object().at(name).as_object();
    schema = &members_of(child, suffix);
    path.remove_prefix(dot + 1);
  }
  return *schema;
}

json::object column(std::string_view name, std::string_view type,
                    std::string_view path) {
  return {{"name", name}, {"type", type}, {"jsonPath", path}};
}

/// For `kubectl get -o wide` only.
json::object wide(json::object column) {
  column["priority"] = 1;
  return column;
}

json::array application_columns() {
  // The condition that says where an application is, finished or not.
  const std::string why = ".status.conditions[?(@.type==\"Finished\")].";
  return {
      column("Suspend", "boolean", ".spec.suspend"),
      column("Status", "string", ".status.applicationState.state"),
      column("Attempts", "string", ".status.executionAttempts"),
      column("Start", "string", ".status.lastSubmissionAttemptTime"),
      column("Finish", "string", ".status.terminationTime"),
      column("Age", "date", ".metadata.creationTimestamp"),
      wide(column("Reason", "string", why + "reason")),
      wide(column("Why", "string", why + "message")),
  };
}

json::array scheduled_columns() {
  // A date shows its age, which a time to come has none of.
  return {
      column("Schedule", "string", ".spec.schedule"),
      column("TimeZone", "string", ".spec.timeZone"),
      column("Suspend", "boolean", ".spec.suspend"),
      column("Last Run", "date", ".status.lastRun"),
      column("Last Run Name", "string", ".status.lastRunName"),
      column("Next Run", "string", ".status.nextRun"),
      column("State", "string", ".status.scheduleState"),
      column("Age", "date", ".metadata.creationTimestamp"),
      wide(column("Reason", "string", ".status.reason")),
  };
}

json::array validations() {
  constexpr std::string_view spec = "spec";
  json::array out;
  for (const auto& rule : spec_rules())
    out.push_back(json::object{{"rule", rule.cel},
                               {"message", rule.message},
                               {"fieldPath", rule.path.substr(spec.size())}});
  return out;
}

/// The rules are those of the object that they stand in, wherever it is.
json::object application_schema() {
  auto spec = schema_of(spec_fields());
  spec["x-kubernetes-validations"] = validations();
  return spec;
}

/// What differs between the kinds. The singular is that of the plural.
struct resource {
  std::string kind;
  std::string plural;
  std::string short_name;
  std::string description;
  json::object spec;
  json::object status;
  json::array columns;
};

json::object object_schema(resource& of) {
  json::object properties;
  properties["apiVersion"] = typed("string");
  properties["kind"] = typed("string");
  properties["metadata"] = typed("object");
  properties["spec"] = std::move(of.spec);
  properties["status"] = std::move(of.status);
  return {{"type", "object"},
          {"description", of.description},
          {"required", {"metadata", "spec"}},
          {"properties", std::move(properties)}};
}

json::object version_v1beta2(resource& of) {
  json::object version;
  version["name"] = "v1beta2";
  version["served"] = true;
  version["storage"] = true;
  version["subresources"] = json::object{{"status", json::object{}}};
  version["additionalPrinterColumns"] = std::move(of.columns);
  version["schema"] = json::object{{"openAPIV3Schema", object_schema(of)}};
  return version;
}

json::object crd_of(resource of) {
  json::object names{
      {"kind", of.kind},
      {"listKind", of.kind + "List"},
      {"plural", of.plural},
      {"singular", of.plural.substr(0, of.plural.size() - 1)},
      {"shortNames", {of.short_name}},
  };
  json::object metadata{
      {"name", of.plural + ".sparkoperator.k8s.io"},
      // The API server refuses CRDs of a *.k8s.io group without it.
      {"annotations",
       {{"api-approved.kubernetes.io",
         "https://github.com/kubeflow/spark-operator/pull/1298"}}},
  };
  json::object spec;
  spec["group"] = "sparkoperator.k8s.io";
  spec["scope"] = "Namespaced";
  spec["names"] = std::move(names);
  spec["versions"] = json::array{json::value(version_v1beta2(of))};
  return {{"apiVersion", "apiextensions.k8s.io/v1"},
          {"kind", "CustomResourceDefinition"},
          {"metadata", std::move(metadata)},
          {"spec", std::move(spec)}};
}

} // namespace

json::object schema_of(const std::vector<field>& rows) {
  json::object top{{"properties", json::object{}}};
  for (const auto& row : rows) {
    std::string_view name = row.path;
    auto& parent = parent_of(top, name);
    if (!parent.contains("properties"))
      parent["properties"] = json::object{};
    // Only the members of the group below "spec" need their row to be marked.
    if (row.required && row.path != "spec") {
      if (!parent.contains("required"))
        parent["required"] = json::array{};
      parent["required"].as_array().emplace_back(name);
    }
    json::object schema{{"description", row.description}};
    for (auto& member : schema_of_kind(row.kind))
      schema.emplace(member.key(), member.value());
    parent["properties"].as_object()[name] = std::move(schema);
  }
  const auto& root = rows.front().path; // "spec" or "status"
  return top.at("properties").as_object().at(root).as_object();
}

json::object spark_application_crd() {
  return crd_of({.kind = "SparkApplication",
                 .plural = "sparkapplications",
                 .short_name = "sparkapp",
                 .description = "A Spark application that runs on Kubernetes.",
                 .spec = application_schema(),
                 .status = schema_of(status_fields()),
                 .columns = application_columns()});
}

json::object scheduled_application_crd() {
  return crd_of({.kind = "ScheduledSparkApplication",
                 .plural = "scheduledsparkapplications",
                 .short_name = "scheduledsparkapp",
                 .description = "A Spark application that runs on a schedule.",
                 .spec = schema_of(scheduled_spec_fields()),
                 .status = schema_of(scheduled_status_fields()),
                 .columns = scheduled_columns()});
}

std::vector<generated_file> generated_files() {
  const std::string head =
      "# Generated from the field table by crdgen: do not edit.\n";
  return {{"sparkapplications.yaml", head + to_yaml(spark_application_crd())},
          {"scheduledsparkapplications.yaml",
           head + to_yaml(scheduled_application_crd())},
          {"FIELDS.md", fields_document()}};
}

} // namespace spark
