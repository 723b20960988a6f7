#include "crds/schedule/schedule.hpp"

#include "crds/schedule/duration.hpp"
#include "crds/text_checks.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace spark {

namespace {

using std::chrono::local_seconds;
using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::sys_seconds;
using namespace std::chrono_literals;

constexpr std::size_t longest_expression = 256;
constexpr std::string_view blanks = " \t\n\v\f\r";
/// From one 29 February to the next there are up to eight years.
constexpr seconds horizon = std::chrono::years{9};
constexpr sys_seconds earliest = sys_days{1970y / 1 / 1};
constexpr sys_seconds latest = sys_days{3000y / 1 / 1} - 1s;

constexpr std::array<std::pair<std::string_view, std::string_view>, 7>
    descriptors = {{
        {"@yearly", "0 0 1 1 *"},
        {"@annually", "0 0 1 1 *"},
        {"@monthly", "0 0 1 * *"},
        {"@weekly", "0 0 * * 0"},
        {"@daily", "0 0 * * *"},
        {"@midnight", "0 0 * * *"},
        {"@hourly", "0 * * * *"},
    }};

bool known(sys_seconds at) { return at >= earliest && at <= latest; }

local_seconds to_local(sys_seconds at, seconds offset) {
  return local_seconds{at.time_since_epoch() + offset};
}

sys_seconds to_sys(local_seconds at, seconds offset) {
  return sys_seconds{at.time_since_epoch() - offset};
}

/// Characters of UTF-8: bytes that do not continue one.
std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
      }));
}

std::string one_line(std::string text) {
  std::replace_if(
      text.begin(), text.end(),
      [](unsigned char c) { return c < ' ' || c == 0x7F; }, '?');
  return text;
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(blanks);
  if (first == text.npos)
    return text.substr(text.size());
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

/// What an expression is made of: views of `whole`.
struct expression_parts {
  std::string_view whole;
  std::optional<std::string_view> zone; ///< after TZ= or CRON_TZ=
  std::string_view rule;

  [[nodiscard]] std::size_t place(std::string_view part) const {
    return static_cast<std::size_t>(part.data() - whole.data());
  }
  /// An error at so many bytes behind the beginning of `part`.
  [[nodiscard]] tl::unexpected<schedule_error> wrong(std::string_view part,
                                                     misread problem) const {
    const auto before = characters(whole.substr(0, place(part) + problem.at));
    return tl::unexpected(schedule_error{
        "spec.schedule", one_line(std::move(problem.what)) + " (at character " +
                             std::to_string(before + 1) + ")"});
  }
};

expression_parts take_apart(std::string_view expression) {
  expression_parts parts{expression, std::nullopt, trimmed(expression)};
  for (const std::string_view prefix : {"TZ=", "CRON_TZ="})
    if (parts.rule.starts_with(prefix)) {
      const auto rest = parts.rule.substr(prefix.size());
      const auto end = std::min(rest.find_first_of(blanks), rest.size());
      parts.zone = rest.substr(0, end);
      parts.rule = trimmed(rest.substr(end));
      break;
    }
  return parts;
}

tl::expected<time_zone, std::string> find_zone(std::string_view name,
                                               std::string_view local_zone) {
  if (name != "Local")
    return time_zone::find(name);
  return time_zone::find(local_zone).map_error([](const auto& problem) {
    return "the operator's own time zone cannot be used: " + problem;
  });
}

tl::expected<time_zone, schedule_error>
choose_zone(const expression_parts& parts, std::string_view zone_name,
            std::string_view local_zone) {
  auto zone = find_zone(zone_name.empty() ? "Local" : zone_name, local_zone);
  if (!zone)
    return tl::unexpected(
        schedule_error{"spec.timeZone", one_line(zone.error())});
  if (parts.zone)
    zone = find_zone(*parts.zone, local_zone);
  if (!zone)
    return parts.wrong(*parts.zone, {zone.error(), 0});
  return *zone;
}

tl::expected<seconds, misread> parse_every(std::string_view text) {
  const auto duration = parse_duration(text);
  if (!duration)
    return tl::unexpected(
        misread{"@every: " + duration.error().what, duration.error().at});
  return std::max<seconds>(1s, std::chrono::floor<seconds>(*duration));
}

misread wrong_descriptor(std::string_view text) {
  std::string names;
  for (const auto& [name, fields] : descriptors)
    names += std::string{name} + ", ";
  return {quoted(text) + " is none of " + names +
          "or @every with a duration such as @every 1h30m"};
}

} // namespace

tl::expected<schedule, schedule_error>
schedule::parse(std::string_view expression, std::string_view zone_name,
                std::string_view local_zone, instant anchor) {
  if (expression.size() > longest_expression)
    return tl::unexpected(schedule_error{
        "spec.schedule",
        "must be at most " + std::to_string(longest_expression) +
            " characters long; has " + std::to_string(expression.size())});
  const auto parts = take_apart(expression);
  const auto zone = choose_zone(parts, zone_name, local_zone);
  if (!zone)
    return tl::unexpected(zone.error());
  const auto word = parts.rule.substr(0, parts.rule.find_first_of(blanks));
  if (word == "@every") {
    const auto text = trimmed(parts.rule.substr(word.size()));
    const auto length = parse_every(text);
    if (!length)
      return parts.wrong(text, length.error());
    return schedule{interval{std::clamp(anchor, earliest, latest), *length}};
  }
  auto five = parts.rule;
  if (word.starts_with('@')) {
    const auto* row =
        std::find_if(descriptors.begin(), descriptors.end(),
                     [&](const auto& d) { return d.first == parts.rule; });
    if (row == descriptors.end())
      return parts.wrong(parts.rule, wrong_descriptor(parts.rule));
    five = row->second;
  }
  const auto fields = cron_fields::parse(five);
  if (!fields)
    return parts.wrong(parts.rule, fields.error());
  return schedule{calendar{*fields, *zone}};
}

std::optional<schedule::instant>
schedule::calendar::next_by_clock(instant after) const {
  const auto end = after + horizon;
  for (auto from = after + 1s; from < end;) {
    const auto period = zone.around(from);
    const auto stop = std::min(period.end, end);
    if (const auto found = fields.first(to_local(from, period.offset),
                                        to_local(stop, period.offset)))
      return to_sys(*found, period.offset);
    from = period.end;
  }
  return std::nullopt;
}

std::optional<schedule::instant>
schedule::calendar::next_by_name(instant after) const {
  // Clocks have shown `shown` by now, so what is not later has come.
  const auto shown = to_local(after, zone.around(after).offset);
  for (auto from = shown + 1s;;) {
    const auto found = fields.first(from, shown + horizon);
    if (!found)
      return std::nullopt;
    // Not later than `after` while an hour is repeated.
    if (const auto at = zone.first(*found); at > after)
      return at;
    from = *found + 1min;
  }
}

std::optional<schedule::instant> schedule::interval::next(instant after) const {
  if (after < anchor)
    return anchor + length;
  return anchor + length * ((after - anchor) / length + 1);
}

std::optional<schedule::instant> schedule::next(instant after) const {
  if (!known(after))
    return std::nullopt;
  if (const auto* every = std::get_if<interval>(&rule_))
    return every->next(after);
  const auto& calendar = std::get<struct calendar>(rule_);
  return calendar.fields.follows_clock() ? calendar.next_by_clock(after)
                                         : calendar.next_by_name(after);
}

std::optional<schedule::instant> schedule::newest(instant after,
                                                  instant until) const {
  if (!known(until))
    return std::nullopt;
  return newest_by([this](instant at) { return next(at); },
                   std::max(after, earliest), until);
}

bool schedule::is_tick(instant at) const {
  return known(at) && next(at - 1s) == at;
}

std::int64_t schedule::count(instant after, instant until,
                             std::int64_t most) const {
  std::int64_t found = 0;
  for (auto at = next(after); at && *at <= until && found < most;
       at = next(*at))
    ++found;
  return found;
}

std::optional<sys_seconds>
newest_by(const std::function<std::optional<sys_seconds>(sys_seconds)>& next,
          sys_seconds after, sys_seconds until) {
  auto best = next(after);
  if (!best || *best > until)
    return std::nullopt;
  // There is a tick at `best` and none in (none, until].
  for (auto none = until; *best < none;) {
    const auto middle = *best + (none - *best) / 2;
    const auto found = next(middle);
    if (found && *found <= until)
      best = found;
    else
      none = middle;
  }
  return best;
}

} // namespace spark
