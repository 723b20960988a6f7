#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace spark {

/// Wall-clock instants, as Kubernetes writes them. Rules take `now` as an
/// argument and never ask a clock, so a replay needs none.
using time_point = std::chrono::sys_time<std::chrono::milliseconds>;
using std::chrono::milliseconds;
using std::chrono::seconds;

/// The zero instant means "not set" wherever a time is optional.
inline constexpr time_point no_time{};

/// "2026-11-23T08:44:25Z": metav1.Time, whole seconds, UTC.
[[nodiscard]] std::string to_rfc3339(time_point t);
/// Accepts metav1.Time and MicroTime (fractions, Z or ±hh:mm). no_time when the
/// text is not a time.
[[nodiscard]] time_point from_rfc3339(std::string_view text);
/// Milliseconds since the epoch: the journal's unit.
[[nodiscard]] inline std::int64_t to_millis(time_point t) {
  return t.time_since_epoch().count();
}
[[nodiscard]] inline time_point from_millis(std::int64_t ms) {
  return time_point{milliseconds{ms}};
}

} // namespace spark
