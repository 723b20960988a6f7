#include "tools/operator/flag_values.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>

namespace spark::flag_values {

namespace {

template<class Number>
bool read_whole_text(std::string_view text, Number& value) {
  auto end = text.data() + text.size();
  auto [at, ec] = std::from_chars(text.data(), end, value);
  return ec == std::errc{} && at == end;
}

/// Milliseconds of one unit, 0 if it is none.
double length_of(std::string_view unit) {
  if (unit == "ms")
    return 1;
  if (unit == "s")
    return 1e3;
  if (unit == "m")
    return 6e4;
  return unit == "h" ? 3.6e6 : 0;
}

bool is_label_text(std::string_view text, std::string_view also) {
  return std::all_of(text.begin(), text.end(), [&](unsigned char c) {
    return std::isalnum(c) || also.find(static_cast<char>(c)) != also.npos;
  });
}

bool is_label_key(std::string_view text) {
  return !text.empty() && is_label_text(text, "-_./") &&
         std::count(text.begin(), text.end(), '/') <= 1 &&
         std::isalnum(static_cast<unsigned char>(text.front())) &&
         std::isalnum(static_cast<unsigned char>(text.back()));
}

/// "key in (a, b)" or "key notin (a)"; `open` is where the parenthesis is.
bool is_set_requirement(std::string_view text, std::size_t open) {
  auto words = trimmed(text.substr(0, open));
  auto blank = words.find_first_of(" \t");
  if (!text.ends_with(')') || blank == words.npos)
    return false;
  auto how = trimmed(words.substr(blank));
  auto values = split(text.substr(open + 1, text.size() - open - 2), ',');
  return (how == "in" || how == "notin") &&
         is_label_key(words.substr(0, blank)) &&
         std::all_of(values.begin(), values.end(),
                     [](auto v) { return is_label_text(trimmed(v), "-_."); });
}

/// One part of a label selector.
bool is_requirement(std::string_view text) {
  if (text.starts_with('!'))
    return is_label_key(trimmed(text.substr(1)));
  if (auto open = text.find('('); open != text.npos)
    return is_set_requirement(text, open);
  auto sign = text.find_first_of("=!<>");
  if (sign == text.npos)
    return is_label_key(text);
  auto two = text.substr(sign, 2);
  bool is_two = two == "==" || two == "!=";
  if (text[sign] == '!' && !is_two)
    return false;
  auto value = trimmed(text.substr(sign + (is_two ? 2 : 1)));
  long number = 0;
  bool ordered = text[sign] == '<' || text[sign] == '>';
  return is_label_key(trimmed(text.substr(0, sign))) &&
         is_label_text(value, "-_.") &&
         (!ordered || read_whole_text(value, number));
}

} // namespace

std::string in_quotes(std::string_view text) {
  return "'" + std::string{text.substr(0, 100)} + "'";
}

std::string_view trimmed(std::string_view text) {
  auto first = text.find_first_not_of(" \t");
  if (first == text.npos)
    return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::vector<std::string_view> split(std::string_view text, char at) {
  std::vector<std::string_view> parts;
  for (;;) {
    auto end = text.find(at);
    parts.push_back(text.substr(0, end));
    if (end == text.npos)
      return parts;
    text.remove_prefix(end + 1);
  }
}

bool is_dns_label(std::string_view text) {
  auto letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  };
  return !text.empty() && text.size() <= 63 && letter(text.front()) &&
         letter(text.back()) &&
         std::all_of(text.begin(), text.end(),
                     [&](char c) { return letter(c) || c == '-'; });
}

result<long> parse_whole(std::string_view text, long least, long most) {
  long value = 0;
  if (!read_whole_text(text, value) || value < least || value > most)
    return fail(errc::bad_input,
                in_quotes(text) + " is not a whole number from " +
                    std::to_string(least) + " to " + std::to_string(most));
  return value;
}

result<bool> parse_switch(std::string_view text) {
  constexpr std::array yes{"1", "t", "T", "true", "TRUE", "True"};
  constexpr std::array no{"0", "f", "F", "false", "FALSE", "False"};
  if (std::find(yes.begin(), yes.end(), text) != yes.end())
    return true;
  if (std::find(no.begin(), no.end(), text) != no.end())
    return false;
  return fail(errc::bad_input, in_quotes(text) + " is neither true nor false");
}

result<milliseconds> parse_duration(std::string_view text) {
  auto wrong = [&] {
    return fail(errc::bad_input,
                in_quotes(text) + " is not a duration such as 15s or 1m30s");
  };
  if (text == "0")
    return milliseconds{0};
  if (text.empty())
    return wrong();
  double total = 0;
  for (auto rest = text; !rest.empty();) {
    auto digits = std::min(rest.find_first_not_of("0123456789."), rest.size());
    auto after = rest.substr(digits);
    auto letters = std::min(after.find_first_not_of("hms"), after.size());
    double value = 0;
    double unit = length_of(after.substr(0, letters));
    if (!read_whole_text(rest.substr(0, digits), value) || unit == 0)
      return wrong();
    total += value * unit;
    rest = after.substr(letters);
  }
  if (!(total <= 3.6e6 * 24 * 365))
    return wrong();
  return milliseconds{std::llround(total)};
}

result<std::int64_t> parse_size(std::string_view text) {
  auto number = text;
  int shift = 0;
  for (auto [suffix, bits] : {std::pair{"Ki", 10}, std::pair{"Mi", 20},
                              std::pair{"Gi", 30}, std::pair{"Ti", 40}})
    if (text.ends_with(suffix)) {
      number.remove_suffix(2);
      shift = bits;
    }
  long value = 0;
  if (!read_whole_text(number, value) || value < 0 ||
      value > (std::int64_t{1} << 40) >> shift)
    return fail(errc::bad_input,
                in_quotes(text) + " is not a size up to 1Ti such as 512Mi");
  return std::int64_t{value} << shift;
}

result<std::vector<double>> parse_bounds(std::string_view text) {
  std::vector<double> bounds;
  if (trimmed(text).empty())
    return bounds;
  for (auto part : split(text, ',')) {
    double value = 0;
    double least = bounds.empty() ? 0 : bounds.back();
    if (!read_whole_text(trimmed(part), value) || !std::isfinite(value) ||
        value <= least || bounds.size() == 100)
      return fail(errc::bad_input,
                  in_quotes(text) +
                      " is not a list of ascending seconds such as 30,60,90");
    bounds.push_back(value);
  }
  return bounds;
}

result<std::string> parse_selector(std::string_view text) {
  text = trimmed(text);
  std::size_t start = 0;
  bool inside = false; // of parentheses, where a comma separates values
  bool good = true;
  for (std::size_t at = 0; at <= text.size() && !text.empty(); ++at) {
    if (at < text.size() && text[at] == '(')
      inside = true;
    else if (at < text.size() && text[at] == ')')
      inside = false;
    else if (at == text.size() || (text[at] == ',' && !inside)) {
      good = good && is_requirement(trimmed(text.substr(start, at - start)));
      start = at + 1;
    }
  }
  if (!good)
    return fail(errc::bad_input,
                in_quotes(text) +
                    " is not a label selector such as env=dev,app-type=spark");
  return std::string{text};
}

} // namespace spark::flag_values
