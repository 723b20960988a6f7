#include "k8s/render/properties.hpp"

#include <fmt/format.h>

#include <array>
#include <chrono>

namespace spark {
namespace {

enum class spaces { all, leading };

std::string escape(std::string_view text, spaces which) {
  std::string out;
  out.reserve(text.size() + 8);
  for (std::size_t i = 0; i < text.size(); ++i) {
    switch (char c = text[i]) {
    case ' ':
      if (i == 0 || which == spaces::all)
        out += '\\';
      out += ' ';
      break;
    case '\t':
      out += "\\t";
      break;
    case '\n':
      out += "\\n";
      break;
    case '\r':
      out += "\\r";
      break;
    case '\f':
      out += "\\f";
      break;
    case '\\':
    case '=':
    case ':':
    case '#':
    case '!':
      out += '\\';
      [[fallthrough]];
    default:
      out += c;
    }
  }
  return out;
}

} // namespace

std::string escape_property_key(std::string_view key) {
  return escape(key, spaces::all);
}

std::string escape_property_value(std::string_view value) {
  return escape(value, spaces::leading);
}

std::string java_date(std::int64_t time_ms) {
  using namespace std::chrono;
  static constexpr std::array days_of_week{"Sun", "Mon", "Tue", "Wed",
                                           "Thu", "Fri", "Sat"};
  static constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  sys_time<milliseconds> at{milliseconds{time_ms}};
  auto day = floor<days>(at);
  year_month_day date{day};
  hh_mm_ss clock{floor<seconds>(at - day)};
  return fmt::format("{} {} {:02} {:02}:{:02}:{:02} UTC {}",
                     days_of_week[weekday{day}.c_encoding()],
                     months[unsigned{date.month()} - 1], unsigned{date.day()},
                     clock.hours().count(), clock.minutes().count(),
                     clock.seconds().count(), int{date.year()});
}

std::string to_properties(const string_map& entries, std::string_view comment,
                          std::int64_t time_ms) {
  auto out = fmt::format("#{}\n#{}\n", comment, java_date(time_ms));
  for (const auto& [key, value] : entries) {
    out += escape_property_key(key);
    out += '=';
    out += escape_property_value(value);
    out += '\n';
  }
  return out;
}

} // namespace spark
