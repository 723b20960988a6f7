#include "crds/parse.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <utility>

namespace spark {

namespace {

constexpr std::array<std::pair<std::string_view, double>, 16> suffixes = {{
    {"", 1},
    {"n", 1e-9},
    {"u", 1e-6},
    {"m", 1e-3},
    {"k", 1e3},
    {"M", 1e6},
    {"G", 1e9},
    {"T", 1e12},
    {"P", 1e15},
    {"E", 1e18},
    {"Ki", 0x1p10},
    {"Mi", 0x1p20},
    {"Gi", 0x1p30},
    {"Ti", 0x1p40},
    {"Pi", 0x1p50},
    {"Ei", 0x1p60},
}};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// The number that `text` begins with; what follows it stays in `text`.
std::optional<double> take(std::string_view& text, std::chars_format format) {
  double value = 0;
  const auto [end, code] =
      std::from_chars(text.data(), text.data() + text.size(), value, format);
  if (code == std::errc::invalid_argument)
    return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return code == std::errc{} ? value : std::numeric_limits<double>::max();
}

} // namespace

std::optional<double> parse_quantity(std::string_view text) {
  if (text.starts_with('+'))
    text.remove_prefix(1);
  // No sign, and none of the words that from_chars reads as well.
  if (text.empty() || !(is_digit(text.front()) || text.front() == '.'))
    return std::nullopt;
  auto rest = text;
  const auto number = take(rest, std::chars_format::fixed);
  if (!number)
    return std::nullopt;
  for (const auto& [name, factor] : suffixes)
    if (rest == name)
      return *number * factor;
  const auto whole = take(text, std::chars_format::scientific);
  return text.empty() ? whole : std::nullopt;
}

} // namespace spark
