#pragma once

#include "crds/fields.hpp"

namespace spark {

// The table in parts, each a file that one can read through. fields.cpp puts
// them together in this order; nobody else needs them.
[[nodiscard]] std::vector<field> image_rows();    ///< before sparkConf
[[nodiscard]] std::vector<field> program_rows();  ///< what runs, sparkConf
[[nodiscard]] std::vector<field> role_rows();     ///< driver and executor
[[nodiscard]] std::vector<field> role_pod_rows(); ///< their core types
[[nodiscard]] std::vector<field> option_rows();   ///< deps, monitoring, UI, ...
[[nodiscard]] std::vector<field> status_rows();

} // namespace spark
