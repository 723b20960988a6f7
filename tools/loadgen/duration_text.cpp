#include "tools/loadgen/duration_text.hpp"

#include <charconv>
#include <cmath>

namespace spark::load {

std::optional<milliseconds> parse_duration(std::string_view text) {
  double number = 0;
  auto end = text.data() + text.size();
  auto [at, ec] = std::from_chars(text.data(), end, number);
  std::string_view unit{at, static_cast<std::size_t>(end - at)};
  double factor = unit == "ms"  ? 1
                  : unit == "s" ? 1e3
                  : unit == "m" ? 60e3
                  : unit == "h" ? 3600e3
                                : 0;
  // Bare "0" is what people write for "none".
  if (ec == std::errc{} && unit.empty() && number == 0)
    return milliseconds{0};
  auto total = number * factor;
  if (ec != std::errc{} || factor == 0 || !(total >= 0 && total <= 86'400e3))
    return std::nullopt;
  return milliseconds{std::llround(total)};
}

} // namespace spark::load
