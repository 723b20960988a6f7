#pragma once

#include <string_view>

namespace spark {

/// The release of Kubernetes that the table was made from: "1.34".
extern const std::string_view core_types_release;

/// Words: "Container=" begins a type, and its members follow as "image" (any
/// kind of value, also maps), "lifecycle:Lifecycle" (an object of that type) or
/// "env:[]EnvVar" (a list of such).
extern const std::string_view core_types_table;

} // namespace spark
