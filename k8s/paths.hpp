#pragma once

#include "messages/ids.hpp"

#include <string>
#include <string_view>

/// Paths below the API server's root; names are percent-encoded.
namespace spark {

[[nodiscard]] std::string application_path(const object_key& k);
[[nodiscard]] std::string scheduled_path(const object_key& k);
/// Of any collection that this program knows, or of an object in it.
[[nodiscard]] std::string namespaced_path(std::string_view ns,
                                          std::string_view plural,
                                          std::string_view name = {});

} // namespace spark
