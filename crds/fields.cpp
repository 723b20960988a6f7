#include "crds/fields.hpp"

#include "crds/field_rows.hpp"

namespace spark {

namespace {

void replace_role(std::string& text, std::string_view role) {
  constexpr std::string_view mark = "{role}";
  for (auto at = text.find(mark); at != std::string::npos;
       at = text.find(mark, at + role.size()))
    text.replace(at, mark.size(), role);
}

field for_role(field row, std::string_view role) {
  for (auto* text : {&row.path, &row.conf, &row.fraction_conf, &row.alias_of,
                     &row.lands, &row.description})
    replace_role(*text, role);
  return row;
}

/// All of driver, then all of executor: parents stay before children.
void append_roles(std::vector<field>& out, const std::vector<field>& rows) {
  for (std::string_view role : {"driver", "executor"}) {
    const auto own = "spec." + std::string{role};
    for (const auto& row : rows) {
      auto one = for_role(row, role);
      if (one.path == own || one.path.starts_with(own + "."))
        out.push_back(std::move(one));
    }
  }
}

/// A row with a member is honoured, and so is an object with such a row in it.
void mark_honoured(std::vector<field>& rows) {
  for (auto& row : rows) {
    row.honoured = !std::holds_alternative<std::monostate>(row.member);
    if (!row.honoured)
      continue;
    for (auto& parent : rows)
      if (row.path.starts_with(parent.path + ".")) {
        parent.honoured = true;
        if (parent.lands.empty() && parent.kind == value_kind::object)
          parent.lands = "its members";
      }
  }
}

field root(std::string path, std::string since, std::string example,
           std::string description) {
  const bool required = path == "spec";
  return {.path = std::move(path),
          .kind = value_kind::object,
          .required = required,
          .since = std::move(since),
          .example = std::move(example),
          .description = std::move(description)};
}

std::vector<field> spec_rows() {
  std::vector<field> rows;
  const auto append = [&rows](const std::vector<field>& part) {
    rows.insert(rows.end(), part.begin(), part.end());
  };
  append(image_rows());
  append(program_rows());
  auto roles = role_rows();
  auto core = role_pod_rows();
  roles.insert(roles.end(), core.begin(), core.end());
  append_roles(rows, roles);
  append(option_rows());
  append(exposure_rows());
  return rows;
}

std::vector<field> under(field top, const std::vector<field>& more) {
  std::vector<field> rows{std::move(top)};
  rows.insert(rows.end(), more.begin(), more.end());
  mark_honoured(rows);
  return rows;
}

} // namespace

const std::vector<field>& spec_fields() {
  static const auto rows = under(root("spec", "guide", "{type: Scala}",
                                      "The Spark application that is to run."),
                                 spec_rows());
  return rows;
}

const std::vector<field>& status_fields() {
  static const auto rows =
      under(root("status", "1.0", "{applicationState: {state: RUNNING}}",
                 "What the operator has seen and done."),
            status_rows());
  return rows;
}

const std::vector<field>& scheduled_spec_fields() {
  static const auto rows = under(root("spec", "guide",
                                      "{schedule: \"@every 5m\", "
                                      "template: {type: Scala}}",
                                      "What runs, and when."),
                                 scheduled_spec_rows());
  return rows;
}

const std::vector<field>& scheduled_status_fields() {
  static const auto rows =
      under(root("status", "1.0", "{scheduleState: Scheduled}",
                 "What the operator has seen and done."),
            scheduled_status_rows());
  return rows;
}

const field* find_field(std::string_view path) {
  for (const auto* rows : {&spec_fields(), &status_fields()})
    for (const auto& row : *rows)
      if (row.path == path)
        return &row;
  return nullptr;
}

} // namespace spark
