#include "crds/parse.hpp"

#include <array>
#include <charconv>
#include <limits>
#include <utility>

namespace spark {

std::int64_t parse_java_size(std::string_view text, std::int64_t default_unit) {
  constexpr std::int64_t k = 1024;
  static constexpr std::array<std::pair<std::string_view, std::int64_t>, 11>
      units = {{{"b", 1},
                {"k", k},
                {"kb", k},
                {"m", k * k},
                {"mb", k * k},
                {"g", k * k * k},
                {"gb", k * k * k},
                {"t", k * k * k * k},
                {"tb", k * k * k * k},
                {"p", k * k * k * k * k},
                {"pb", k * k * k * k * k}}};
  // Spark trims before it reads.
  constexpr std::string_view spaces = " \t\r\n";
  const auto first = text.find_first_not_of(spaces);
  if (first == std::string_view::npos)
    return -1;
  text = text.substr(first, text.find_last_not_of(spaces) - first + 1);
  std::int64_t number = 0;
  const auto [end, code] =
      std::from_chars(text.data(), text.data() + text.size(), number);
  if (code != std::errc{} || number < 0)
    return -1;
  std::string unit{end, text.data() + text.size()};
  for (auto& c : unit)
    if (c >= 'A' && c <= 'Z')
      c = static_cast<char>(c - 'A' + 'a');
  std::int64_t factor = unit.empty() ? default_unit : 0;
  for (const auto& [name, bytes] : units)
    if (unit == name)
      factor = bytes;
  if (factor <= 0 || number > std::numeric_limits<std::int64_t>::max() / factor)
    return -1;
  return number * factor;
}

} // namespace spark
