#include "crds/schedule/duration.hpp"

#include "crds/text_checks.hpp"

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>

namespace spark {

namespace {

constexpr auto most = std::numeric_limits<std::int64_t>::max();

// The letter before "s" is U+00B5, or U+03BC that looks like it.
constexpr std::array<std::pair<std::string_view, std::int64_t>, 8> units = {{
    {"ns", 1},
    {"us", 1'000},
    {"\xC2\xB5s", 1'000},
    {"\xCE\xBCs", 1'000},
    {"ms", 1'000'000},
    {"s", 1'000'000'000},
    {"m", 60'000'000'000},
    {"h", 3'600'000'000'000},
}};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::optional<std::int64_t> length_of(std::string_view unit) {
  for (const auto& [name, length] : units)
    if (name == unit)
      return length;
  return std::nullopt;
}

/// One number with its unit, such as "1.5h".
struct term {
  std::int64_t whole = 0;
  std::int64_t fraction = 0; ///< digits after the point, of `scale`
  double scale = 1;
  std::size_t digits = 0;
};

/// nullopt when the whole number is too large.
std::optional<term> take_number(std::string_view& rest) {
  term out;
  bool after_point = false;
  bool full = false;
  for (; !rest.empty(); rest.remove_prefix(1)) {
    const char c = rest.front();
    if (c == '.' && !after_point) {
      after_point = true;
      continue;
    }
    if (!is_digit(c))
      break;
    ++out.digits;
    const int digit = c - '0';
    auto& value = after_point ? out.fraction : out.whole;
    const bool fits = value <= (most - digit) / 10;
    if (!fits && !after_point)
      return std::nullopt;
    full = full || !fits; // Go takes as many digits as fit, too
    if (full)
      continue;
    value = value * 10 + digit;
    out.scale *= after_point ? 10 : 1;
  }
  return out;
}

std::string_view take_unit(std::string_view& rest) {
  std::size_t size = 0;
  while (size < rest.size() && !is_digit(rest[size]) && rest[size] != '.')
    ++size;
  const auto unit = rest.substr(0, size);
  rest.remove_prefix(size);
  return unit;
}

} // namespace

tl::expected<std::chrono::nanoseconds, misread>
parse_duration(std::string_view text) {
  auto rest = text;
  const auto wrong = [&](std::string what, std::string_view where) {
    return tl::unexpected(misread{std::move(what), text.size() - where.size()});
  };
  if (rest.starts_with('-'))
    return wrong("the duration must be above zero", rest);
  if (rest.starts_with('+'))
    rest.remove_prefix(1);
  if (rest.empty())
    return wrong("a duration such as 1h30m is missing", rest);
  std::int64_t total = 0;
  while (!rest.empty()) {
    const auto start = rest;
    const auto number = take_number(rest);
    if (!number)
      return wrong("the duration must be below 292 years", start);
    const auto at_unit = rest;
    const auto unit = take_unit(rest);
    if (number->digits == 0)
      return wrong("a number is missing before " + quoted(start), start);
    if (unit.empty() && text != "0" && text != "+0")
      return wrong("a unit is missing: one of ns, us, ms, s, m, h", at_unit);
    const auto length = unit.empty() ? 1 : length_of(unit);
    if (!length)
      return wrong(quoted(unit) + " is not one of the units ns, us, ms, s, m, "
                                  "h (a day is 24h)",
                   at_unit);
    const auto part = static_cast<std::int64_t>(
        static_cast<double>(number->fraction) *
        (static_cast<double>(*length) / number->scale));
    if (number->whole > (most - part - total) / *length)
      return wrong("the duration must be below 292 years", start);
    total += number->whole * *length + part;
  }
  if (total == 0)
    return wrong("the duration must be above zero", text);
  return std::chrono::nanoseconds{total};
}

} // namespace spark
