#pragma once

#include "crds/schedule/cron_fields.hpp"
#include "crds/schedule/time_zone.hpp"

#include <tl/expected.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace spark {

struct schedule_error {
  std::string path; ///< "spec.schedule" or "spec.timeZone"
  /// One line: "hour: 25 is above 23 (at character 3)"; characters from 1.
  std::string message;
};

/// When a ScheduledSparkApplication is due: its ticks, which are a function of
/// (expression, zone, anchor) and never of when somebody looked. A value.
///
/// An expression is five fields (cron_fields), or @yearly (@annually),
/// @monthly, @weekly, @daily (@midnight), @hourly, or @every and a duration;
/// before it may stand "TZ=name " or "CRON_TZ=name ". At most 256 characters.
///
/// `@every d` ticks at anchor + k * d, k >= 1. Less than a second is a second,
/// fractions of longer ones are cut off, as in robfig/cron. The Go operator
/// counts from when it last looked, so there each run drifts by its delay, and
/// a restart moves all that follow.
///
/// When clocks are changed:
/// - An expression that names its hours has each of its local times once, at
///   the first instant at which clocks show it or a later time. So what is
///   skipped comes when the gap ends; all the times of one gap are one tick,
///   also if the end of the gap is one of them; of an hour that comes twice the
///   first counts. A gap may be a day: of a daily 9:00, that of 30 December
///   2011 came in Apia when the 31st began, and then that of the 31st.
/// - One whose hour field begins with `*` or `?` follows the clock: what is
///   skipped has no ticks, what comes twice has them twice.
/// In robfig/cron both kinds follow the clock. It moves in whole hours from the
/// first one of a day or month, and loses ticks where that is skipped or clocks
/// are changed by half an hour, up to a day's; of a day that is skipped it
/// never returns. tests/schedules has each of these.
///
/// Instants from 1970 to 2999: others have no answer. No library of Debian
/// reads cron expressions; systemd's calendar events are another language.
class schedule {
public:
  using instant = std::chrono::sys_seconds;

  /// `zone_name` is spec.timeZone; "" and "Local" are `local_zone`, an IANA
  /// name. `anchor`: when the object was created.
  [[nodiscard]] static tl::expected<schedule, schedule_error>
  parse(std::string_view expression, std::string_view zone_name,
        std::string_view local_zone, instant anchor);

  /// The first tick later than `after`. There always is one: every calendar
  /// has one in nine years, or parse refuses it.
  [[nodiscard]] std::optional<instant> next(instant after) const;
  /// The last tick later than `after` and not later than `until`.
  [[nodiscard]] std::optional<instant> newest(instant after,
                                              instant until) const;
  [[nodiscard]] bool is_tick(instant at) const;
  /// Ticks later than `after` and not later than `until`; stops at `most`.
  [[nodiscard]] std::int64_t count(instant after, instant until,
                                   std::int64_t most) const;

private:
  struct calendar {
    cron_fields fields;
    time_zone zone;

    [[nodiscard]] std::optional<instant> next_by_clock(instant after) const;
    [[nodiscard]] std::optional<instant> next_by_name(instant after) const;
  };
  struct interval {
    instant anchor;
    std::chrono::seconds length;

    [[nodiscard]] std::optional<instant> next(instant after) const;
  };

  explicit schedule(calendar rule) : rule_{rule} {}
  explicit schedule(interval rule) : rule_{rule} {}

  std::variant<calendar, interval> rule_;
};

/// What schedule::newest does: the last instant in (after, until] that `next`,
/// the first one later than its argument, can answer. Asks it less than 64
/// times.
[[nodiscard]] std::optional<std::chrono::sys_seconds>
newest_by(const std::function<std::optional<std::chrono::sys_seconds>(
              std::chrono::sys_seconds)>& next,
          std::chrono::sys_seconds after, std::chrono::sys_seconds until);

} // namespace spark
