#include "crds/documents.hpp"

namespace spark {

namespace {

/// A '|' would end the cell.
std::string cell(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '|')
      out += '\\';
    out += c;
  }
  return out;
}

std::string code(std::string_view text) {
  return text.empty() ? std::string{} : "`" + cell(text) + "`";
}

std::string conf_text(const field& row) {
  const bool prefix =
      row.kind == value_kind::text_map || row.kind == value_kind::loose_map;
  auto out = code(row.conf + (prefix ? "<key>" : ""));
  if (!row.fraction_conf.empty())
    out += "; a fraction: " + code(row.fraction_conf);
  return out;
}

std::string landing(const field& row) {
  if (!row.honoured)
    return "not supported yet: a warning says so";
  if (row.conf.empty())
    return cell(row.lands);
  return conf_text(row) + (row.lands.empty() ? "" : "; " + cell(row.lands));
}

std::string meaning(const field& row) {
  auto out = cell(row.description);
  if (row.required)
    out += " Required.";
  if (!row.default_value.empty())
    out += " Default: " + code(row.default_value) +
           (row.conf.empty() ? "." : ", unless sparkConf says it.");
  return out;
}

void append_spec(std::string& out) {
  out += "| field | type | meaning | example | where it ends up | since |\n"
         "|---|---|---|---|---|---|\n";
  for (const auto& row : spec_fields()) {
    // Members of list items have no rule of their own: what happens is said
    // at the list.
    const bool inner = row.path.find_first_of("[{") != std::string::npos;
    out += "| " + code(row.path) + " | " + std::string{kind_text(row.kind)} +
           " | " + meaning(row) + " | " + code(row.example) + " | " +
           (inner ? std::string{} : landing(row)) + " | " + row.since + " |\n";
  }
}

void append_status(std::string& out) {
  out += "| field | type | meaning | example | since |\n"
         "|---|---|---|---|---|\n";
  for (const auto& row : status_fields())
    out += "| " + code(row.path) + " | " + std::string{kind_text(row.kind)} +
           " | " + cell(row.description) + " | " + code(row.example) + " | " +
           row.since + " |\n";
}

constexpr std::string_view introduction =
    R"(# Fields of a SparkApplication

Generated from the field table by `crdgen`: do not edit.

*since*: `guide` is in the user guide; a number is the release of the Go
operator that brought the field; `ours` is an addition of this operator.

The order is that of precedence in Spark's configuration: what stands in a
later row wins, so sparkConf can override the rows before it and none after it.

Some fields take looser forms than their type in v1beta2. They work here, but
programs with the Go types of v1beta2 fail to read such an object, or drop the
field. Where some are in use, write the strict form:

| loose form | strict form |
|---|---|
| `cores: 0.1` | `cores: 1` and `coreRequest: 100m` |
| `pythonVersion: 3` | `pythonVersion: "3"` |
| `hadoopConf: {fs.x.enable: true}` | `hadoopConf: {fs.x.enable: "true"}` |
| `deployMode: cluster` | `mode: cluster` |
| `initContainerImage: i` | sparkConf `spark.kubernetes.initContainer.image` |
| `deps.*DownloadDir`, `downloadTimeout`, `maxSimultaneousDownloads` |)"
    R"( sparkConf `spark.kubernetes.mountDependencies.*` |

How a field gets to the pods in each line of Spark is in
[MECHANISMS.md](MECHANISMS.md). A field of a Kubernetes object that Kubernetes
does not have is ignored, with a warning condition that names it.

Labels of `metadata.labels` are put on all pods as well, unless `labels` of
driver or executor have the same key.

)";

} // namespace

std::string_view kind_text(value_kind kind) {
  switch (kind) {
  case value_kind::object:
    return "object";
  case value_kind::object_list:
    return "list of objects";
  case value_kind::object_map:
    return "map of objects";
  case value_kind::text:
    return "string";
  case value_kind::flag:
    return "boolean";
  case value_kind::integer:
    return "integer";
  case value_kind::number:
    return "number";
  case value_kind::time:
    return "time";
  case value_kind::int_or_text:
    return "string or integer";
  case value_kind::text_list:
    return "list of strings";
  case value_kind::text_map:
    return "map of strings";
  case value_kind::loose_map:
    return "map of strings, booleans or numbers";
  case value_kind::integer_map:
    return "map of integers";
  case value_kind::opaque:
    return "Kubernetes object";
  case value_kind::opaque_list:
    return "list of Kubernetes objects";
  }
  return {};
}

std::string fields_document() {
  std::string out{introduction};
  out += "## spec\n\n";
  append_spec(out);
  out += "\n## status\n\n";
  append_status(out);
  return out;
}

} // namespace spark
