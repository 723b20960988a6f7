#pragma once

#include "crds/conf/profile.hpp"
#include "crds/fields.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace spark {

/// How a field of the spec gets to driver and executors in one line of Spark,
/// found out by rendering an application with the field and without it.
struct mechanism {
  std::vector<std::string> properties; ///< of Spark that it sets or changes
  bool driver_pod = false;
  bool executor_template = false;
  bool service = false;
  bool ingress = false;
  bool budget = false;
  bool metrics_map = false;
  std::vector<std::string> warnings; ///< what it cannot do there
};

/// `row` is one of spec_fields() with an example.
[[nodiscard]] mechanism mechanism_of(const field& row,
                                     const version_profile& profile);

/// Whether a row stands for a wish of its own: honoured, no object that only
/// holds others, no member of a list item, no other spelling.
[[nodiscard]] bool has_mechanism(const field& row);

/// MECHANISMS.md: every such row and each line of Spark.
[[nodiscard]] std::string mechanisms_document();

} // namespace spark
