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

std::vector<field> build_spec_fields() {
  std::vector<field> rows{
      {.path = "spec",
       .kind = value_kind::object,
       .required = true,
       .since = "guide",
       .example = "{type: Scala}",
       .description = "The Spark application that is to run."},
  };
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
  mark_honoured(rows);
  return rows;
}

std::vector<field> build_status_fields() {
  std::vector<field> rows{
      {.path = "status",
       .kind = value_kind::object,
       .since = "1.0",
       .example = "{applicationState: {state: RUNNING}}",
       .description = "What the operator has seen and done."},
  };
  auto more = status_rows();
  rows.insert(rows.end(), more.begin(), more.end());
  return rows;
}

} // namespace

const std::vector<field>& spec_fields() {
  static const std::vector<field> rows = build_spec_fields();
  return rows;
}

const std::vector<field>& status_fields() {
  static const std::vector<field> rows = build_status_fields();
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
