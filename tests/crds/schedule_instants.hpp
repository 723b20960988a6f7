#pragma once

#include "crds/schedule/schedule.hpp"
#include "messages/clock.hpp"

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace spark::test {

/// "2026-03-29T01:00Z", with or without seconds.
inline std::chrono::sys_seconds instant(std::string_view text) {
  std::string whole{text};
  if (whole.size() == 17)
    whole.insert(16, ":00");
  return std::chrono::floor<std::chrono::seconds>(from_rfc3339(whole));
}

inline std::string shown(std::chrono::sys_seconds at) {
  auto text = to_rfc3339(at);
  return text.ends_with(":00Z") ? text.erase(16, 3) : text;
}

inline const auto anchor = instant("2026-01-01T00:00Z");

/// Throws where the expression is refused.
inline schedule made(std::string_view expression, std::string_view zone) {
  auto parsed = schedule::parse(expression, zone, "UTC", anchor);
  return parsed ? *parsed
                : throw std::invalid_argument{parsed.error().path + ": " +
                                              parsed.error().message};
}

inline std::vector<std::string>
ticks(const schedule& when, std::string_view after, std::size_t most) {
  std::vector<std::string> out;
  for (auto at = when.next(instant(after)); at && out.size() < most;
       at = when.next(*at))
    out.push_back(shown(*at));
  return out;
}

} // namespace spark::test
