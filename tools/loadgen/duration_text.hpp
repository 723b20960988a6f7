#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace spark::load {

using instant = std::chrono::steady_clock::time_point;
using std::chrono::milliseconds;

/// "250ms", "2s", "1.5s", "3m" or "1h"; nullopt for anything else and for
/// what is negative or longer than a day.
[[nodiscard]] std::optional<milliseconds> parse_duration(std::string_view text);

} // namespace spark::load
