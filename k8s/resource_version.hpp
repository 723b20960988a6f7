#pragma once

#include <string_view>

namespace spark {

/// True if `a` is surely older than `b`. Resource versions of one resource are
/// decimal numbers of up to 128 bits (KEP-5504), so they are compared as text.
/// Anything else is not comparable, hence never surely older.
[[nodiscard]] constexpr bool older_version(std::string_view a,
                                           std::string_view b) {
  auto decimal = [](std::string_view s) {
    if (s.empty() || s.size() > 39 || s[0] == '0')
      return false;
    for (char c : s)
      if (c < '0' || c > '9')
        return false;
    return true;
  };
  if (!decimal(a) || !decimal(b))
    return false;
  return a.size() != b.size() ? a.size() < b.size() : a < b;
}

} // namespace spark
