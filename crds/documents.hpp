#pragma once

#include "crds/fields.hpp"

#include <boost/json.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace spark {

// What is generated from the field table and checked in as crds/generated.

/// The CustomResourceDefinitions: structural, so the API server prunes what no
/// row knows; without `default:`, which would change stored objects and so
/// their hashes.
[[nodiscard]] boost::json::object spark_application_crd();
[[nodiscard]] boost::json::object scheduled_application_crd();

/// The schema of one table: the value of properties.spec or .status.
[[nodiscard]] boost::json::object schema_of(const std::vector<field>& rows);

/// FIELDS.md: every field of both kinds, what it means and where it ends up.
[[nodiscard]] std::string fields_document();

struct generated_file {
  std::string name; ///< below crds/generated
  std::string text;
};

[[nodiscard]] std::vector<generated_file> generated_files();

/// "list of strings": a kind in the words of FIELDS.md.
[[nodiscard]] std::string_view kind_text(value_kind kind);

} // namespace spark
