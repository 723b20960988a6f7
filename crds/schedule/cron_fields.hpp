#pragma once

#include "crds/schedule/misread.hpp"

#include <tl/expected.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace spark {

/// Which local times a cron expression means.
///
/// Five fields, separated by blanks: minute (0-59), hour (0-23), day of month
/// (1-31), month (1-12, jan-dec), day of week (0-7, sun-sat; 0 and 7 are both
/// Sunday). A field is a list of `*` or `?`, N, N-M, each with an optional /S:
/// every S-th of them; N/S goes on to the end. Names in any case. A day must
/// match both day fields if one of them has a `*` (also as `?` or `*/1`), else
/// one of them is enough.
///
/// That is the standard parser of robfig/cron v3.0.1, the one that the Go
/// operator uses, but for 7, which it does not take, and for mistakes that it
/// does: "+5", "*-5", a field of commas.
class cron_fields {
public:
  [[nodiscard]] static tl::expected<cron_fields, misread>
  parse(std::string_view text);

  /// The hour field begins with `*` or `?`: every hour, or every S-th, of the
  /// clock; else the expression names its hours.
  [[nodiscard]] bool follows_clock() const { return follows_clock_; }

  /// The first time that matches, not before `from` and before `end`; a whole
  /// minute. Looks at each day between them once, at most.
  [[nodiscard]] std::optional<std::chrono::local_seconds>
  first(std::chrono::local_seconds from, std::chrono::local_seconds end) const;

private:
  [[nodiscard]] bool has_day(std::chrono::year_month_day date) const;
  [[nodiscard]] std::optional<std::chrono::minutes>
  first_time(std::chrono::minutes from) const;
  /// Empty if some day matches, ever.
  [[nodiscard]] std::optional<std::string> never() const;

  // The bit N stands for N.
  std::uint64_t minutes_ = 0;
  std::uint64_t hours_ = 0;
  std::uint64_t days_ = 0;
  std::uint64_t months_ = 0;
  std::uint64_t weekdays_ = 0;
  bool both_days_ = false;
  bool follows_clock_ = false;
};

} // namespace spark
