#include "crds/documents.hpp"
#include "crds/parse.hpp"

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

/// Members of list items have no rule of their own: what happens is said at the
/// list.
bool is_inner(const field& row) {
  return row.path.find_first_of("[{") != std::string::npos;
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

/// Of a SparkApplication.
std::string meaning_with_edits(const field& row) {
  auto out = meaning(row);
  if (edit_of(row.path) != edit::restarts && !is_inner(row))
    out += edit_of(row.path) == edit::follows
               ? row.path.starts_with("spec.executor.")
                     ? " An edit restarts nothing: executors to come have it."
                     : " An edit restarts nothing and takes effect at once."
               : " An edit restarts nothing.";
  return out;
}

void append_spec(std::string& out) {
  out += "| field | type | meaning | example | where it ends up | since |\n"
         "|---|---|---|---|---|---|\n";
  for (const auto& row : spec_fields()) {
    out += "| " + code(row.path) + " | " + std::string{kind_text(row.kind)} +
           " | " + meaning_with_edits(row) + " | " + code(row.example) + " | " +
           (is_inner(row) ? std::string{} : landing(row)) + " | " + row.since +
           " |\n";
  }
}

/// Fields that end up nowhere else.
void append_plain(const std::vector<field>& rows, std::string& out) {
  out += "| field | type | meaning | example | since |\n"
         "|---|---|---|---|---|\n";
  for (const auto& row : rows)
    out += "| " + code(row.path) + " | " + std::string{kind_text(row.kind)} +
           " | " + meaning(row) + " | " + code(row.example) + " | " +
           row.since + " |\n";
}

constexpr std::string_view introduction =
    R"(# Fields of a SparkApplication

Generated from the field table by `crdgen`: do not edit. Those of a
[ScheduledSparkApplication](#fields-of-a-scheduledsparkapplication) are at the
end.

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

An edit of the spec ends the running attempt and starts another, also after
the application has ended, unless the field says that it restarts nothing.

How a field gets to the pods in each line of Spark is in
[MECHANISMS.md](MECHANISMS.md). A field of a Kubernetes object that Kubernetes
does not have is ignored, with a warning condition that names it.

Labels of `metadata.labels` are put on all pods as well, unless `labels` of
driver or executor have the same key.

)";

constexpr std::string_view scheduled_introduction = R"(
# Fields of a ScheduledSparkApplication

Each run is a SparkApplication of its own, with `spec.template` as its `spec`:
all that is said above is true of it. A template is judged when the schedule is
read, and what is wrong with it is said with its place, such as
`spec.template.driver.memory`. An edit of a schedule changes no run that is
there already.

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
  case value_kind::application:
    return "spec of a SparkApplication";
  }
  return {};
}

std::string fields_document() {
  std::string out{introduction};
  out += "## spec\n\n";
  append_spec(out);
  out += "\n## status\n\n";
  append_plain(status_fields(), out);
  out += scheduled_introduction;
  out += "## spec of the schedule\n\n";
  append_plain(scheduled_spec_fields(), out);
  out += "\n## status of the schedule\n\n";
  append_plain(scheduled_status_fields(), out);
  return out;
}

} // namespace spark
