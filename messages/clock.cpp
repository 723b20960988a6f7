#include "messages/clock.hpp"

#include <fmt/format.h>

#include <charconv>

namespace spark {
namespace {

/// Reads exactly `width` digits at `pos`; advances. -1 when they are not there.
int digits(std::string_view s, std::size_t& pos, std::size_t width) {
  if (pos + width > s.size())
    return -1;
  int value = 0;
  for (std::size_t i = 0; i < width; ++i) {
    char c = s[pos + i];
    if (c < '0' || c > '9')
      return -1;
    value = value * 10 + (c - '0');
  }
  pos += width;
  return value;
}

bool accept(std::string_view s, std::size_t& pos, char c) {
  if (pos >= s.size() || s[pos] != c)
    return false;
  ++pos;
  return true;
}

} // namespace

std::string to_rfc3339(time_point t) {
  using namespace std::chrono;
  auto day = floor<days>(t);
  year_month_day ymd{day};
  hh_mm_ss hms{floor<seconds>(t - day)};
  return fmt::format(
      "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(ymd.year()),
      static_cast<unsigned>(ymd.month()), static_cast<unsigned>(ymd.day()),
      hms.hours().count(), hms.minutes().count(), hms.seconds().count());
}

time_point from_rfc3339(std::string_view s) {
  using namespace std::chrono;
  std::size_t p = 0;
  int y = digits(s, p, 4);
  bool ok = y >= 0 && accept(s, p, '-');
  int mo = ok ? digits(s, p, 2) : -1;
  ok = ok && mo >= 1 && mo <= 12 && accept(s, p, '-');
  int d = ok ? digits(s, p, 2) : -1;
  ok = ok && d >= 1 && d <= 31 && accept(s, p, 'T');
  int h = ok ? digits(s, p, 2) : -1;
  ok = ok && h >= 0 && h <= 23 && accept(s, p, ':');
  int mi = ok ? digits(s, p, 2) : -1;
  ok = ok && mi >= 0 && mi <= 59 && accept(s, p, ':');
  int sec = ok ? digits(s, p, 2) : -1;
  if (!ok || sec < 0 || sec > 60) // 60: a leap second
    return no_time;
  int millis = 0;
  if (accept(s, p, '.')) {
    int scale = 100;
    for (; p < s.size() && s[p] >= '0' && s[p] <= '9'; ++p, scale /= 10)
      millis += (s[p] - '0') * scale;
  }
  minutes offset{0};
  if (!accept(s, p, 'Z')) {
    if (p >= s.size() || (s[p] != '+' && s[p] != '-'))
      return no_time;
    int sign = s[p++] == '+' ? 1 : -1;
    int oh = digits(s, p, 2);
    if (oh < 0 || !accept(s, p, ':'))
      return no_time;
    int om = digits(s, p, 2);
    if (om < 0)
      return no_time;
    offset = minutes{sign * (oh * 60 + om)};
  }
  if (p != s.size())
    return no_time;
  year_month_day ymd{year{y}, month{static_cast<unsigned>(mo)},
                     day{static_cast<unsigned>(d)}};
  if (!ymd.ok())
    return no_time;
  return time_point{sys_days{ymd}} + hours{h} + minutes{mi} + seconds{sec} +
         milliseconds{millis} - offset;
}

} // namespace spark
