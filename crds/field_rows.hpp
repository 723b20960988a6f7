#pragma once

#include "crds/fields.hpp"

namespace spark {

// The table in parts, each a file that one can read through. fields.cpp puts
// them together in this order; nobody else needs them.
[[nodiscard]] std::vector<field> image_rows();    ///< before sparkConf
[[nodiscard]] std::vector<field> program_rows();  ///< what runs, sparkConf
[[nodiscard]] std::vector<field> role_rows();     ///< driver and executor
[[nodiscard]] std::vector<field> role_pod_rows(); ///< their core types
[[nodiscard]] std::vector<field> option_rows();   ///< deps, monitoring, ...
[[nodiscard]] std::vector<field> exposure_rows(); ///< web UI, Ingress, budget
[[nodiscard]] std::vector<field> status_rows();
/// status.conditions and its members. `who`: "the application"; the others
/// are examples.
[[nodiscard]] std::vector<field> condition_rows(const std::string& who,
                                                const std::string& type,
                                                const std::string& reason,
                                                const std::string& message);
[[nodiscard]] std::vector<field> scheduled_spec_rows();
[[nodiscard]] std::vector<field> scheduled_status_rows();

} // namespace spark
