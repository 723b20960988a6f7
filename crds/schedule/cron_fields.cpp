#include "crds/schedule/cron_fields.hpp"

#include "crds/schedule/cron_field.hpp"

#include <array>
#include <bit>
#include <string>

namespace spark {

namespace {

using std::chrono::days;
using std::chrono::local_days;
using std::chrono::local_seconds;
using std::chrono::minutes;
using std::chrono::months;
using std::chrono::year_month_day;

constexpr std::string_view blanks = " \t\n\v\f\r";

std::vector<text_part> split_fields(std::string_view text) {
  std::vector<text_part> fields;
  for (std::size_t at = 0;;) {
    at = text.find_first_not_of(blanks, at);
    if (at == text.npos)
      return fields;
    const auto end = std::min(text.find_first_of(blanks, at), text.size());
    fields.push_back({text.substr(at, end - at), at});
    at = end;
  }
}

bool has(std::uint64_t bits, unsigned n) { return (bits >> n & 1) != 0; }

/// The first of `bits` that is not below `from`, which is below 64.
std::optional<int> next_bit(std::uint64_t bits, int from) {
  const auto left = bits >> from << from;
  return left ? std::optional{std::countr_zero(left)} : std::nullopt;
}

/// The highest of the days that these months can have.
int longest(std::uint64_t months) {
  constexpr std::array ends = {0,  31, 29, 31, 30, 31, 30,
                               31, 31, 30, 31, 30, 31};
  int most = 0;
  for (unsigned month = 1; month <= 12; ++month)
    if (has(months, month))
      most = std::max(most, ends[month]);
  return most;
}

misread wrong_count(const std::vector<text_part>& fields) {
  auto what = fields.empty() ? "is empty"
                             : "has " + std::to_string(fields.size()) +
                                   (fields.size() == 1 ? " field" : " fields") +
                                   " instead of 5";
  what += ": write minute, hour, day of month, month and day of week, such as "
          "0 2 * * *";
  if (fields.size() > 5)
    what += ", without seconds or a year";
  return {what, fields.size() > 5 ? fields[5].at : 0};
}

} // namespace

tl::expected<cron_fields, misread> cron_fields::parse(std::string_view text) {
  const auto fields = split_fields(text);
  if (fields.size() != 5)
    return tl::unexpected(wrong_count(fields));
  const std::array ranges = {&minute_field, &hour_field, &day_field,
                             &month_field, &weekday_field};
  std::array<field_set, 5> sets;
  for (std::size_t i = 0; i < sets.size(); ++i) {
    auto set = parse_field(*ranges[i], fields[i]);
    if (!set)
      return tl::unexpected(std::move(set.error()));
    sets[i] = *set;
  }
  cron_fields out;
  out.minutes_ = sets[0].bits;
  out.hours_ = sets[1].bits;
  out.days_ = sets[2].bits;
  out.months_ = sets[3].bits;
  out.weekdays_ = sets[4].bits;
  out.both_days_ = sets[2].star || sets[4].star;
  out.follows_clock_ = fields[1].text.find_first_of("*?") == 0;
  if (auto why = out.never())
    return tl::unexpected(misread{std::move(*why), fields[2].at});
  return out;
}

std::optional<std::string> cron_fields::never() const {
  const auto first = std::countr_zero(days_);
  // Of two day fields that must both match one leaves nothing out.
  if (!both_days_ || first <= longest(months_))
    return std::nullopt;
  return "day-of-month: no month that the expression names has a day " +
         std::to_string(first) + ", so it would never be due";
}

bool cron_fields::has_day(year_month_day date) const {
  const bool day = has(days_, unsigned{date.day()});
  const bool weekday =
      has(weekdays_, std::chrono::weekday{local_days{date}}.c_encoding());
  return both_days_ ? day && weekday : day || weekday;
}

std::optional<minutes> cron_fields::first_time(minutes from) const {
  const auto hour = static_cast<int>(from.count() / 60);
  const auto minute = static_cast<int>(from.count() % 60);
  if (has(hours_, static_cast<unsigned>(hour)))
    if (const auto next = next_bit(minutes_, minute))
      return minutes{hour * 60 + *next};
  if (const auto next = next_bit(hours_, hour + 1))
    return minutes{*next * 60 + std::countr_zero(minutes_)};
  return std::nullopt;
}

std::optional<local_seconds> cron_fields::first(local_seconds from,
                                                local_seconds end) const {
  const auto start = std::chrono::ceil<minutes>(from);
  auto day = std::chrono::floor<days>(start);
  for (auto time = start - day; day < end; time = minutes{0}) {
    const year_month_day date{day};
    if (!has(months_, unsigned{date.month()})) {
      day = local_days{date.year() / date.month() / 1 + months{1}};
      continue;
    }
    if (has_day(date))
      if (const auto at = first_time(time))
        return day + *at < end ? std::optional{local_seconds{day + *at}}
                               : std::nullopt;
    day += days{1};
  }
  return std::nullopt;
}

} // namespace spark
