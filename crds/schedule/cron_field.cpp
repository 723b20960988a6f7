#include "crds/schedule/cron_field.hpp"

#include "crds/text_checks.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <optional>

namespace spark {

namespace {

constexpr std::array<std::string_view, 12> month_words = {
    "jan", "feb", "mar", "apr", "may", "jun",
    "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<std::string_view, 7> weekday_words = {
    "sun", "mon", "tue", "wed", "thu", "fri", "sat"};

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same_word(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

/// Digits and nothing else; what is too large is the largest number.
std::optional<unsigned> whole_number(std::string_view text) {
  unsigned value = 0;
  const auto* end = text.data() + text.size();
  const auto [at, code] = std::from_chars(text.data(), end, value);
  if (text.empty() || at != end || code == std::errc::invalid_argument)
    return std::nullopt;
  return code == std::errc{} ? value : std::numeric_limits<unsigned>::max();
}

auto wrong(const field_range& range, text_part where, std::string what) {
  return tl::unexpected(
      misread{std::string{range.name} + ": " + std::move(what), where.at});
}

tl::expected<unsigned, misread> parse_value(const field_range& range,
                                            text_part part) {
  for (std::size_t i = 0; i < range.words.size(); ++i)
    if (same_word(part.text, range.words[i]))
      return range.least + static_cast<unsigned>(i);
  const auto limits =
      std::to_string(range.least) + " to " + std::to_string(range.also);
  if (part.text.empty())
    return wrong(range, part, "a number from " + limits + " is missing");
  const auto value = whole_number(part.text);
  if (!value && range.words.empty())
    return wrong(range, part,
                 quoted(part.text) + " is not a number from " + limits);
  if (!value)
    return wrong(range, part,
                 quoted(part.text) + " is neither a number from " + limits +
                     " nor a name such as " + std::string{range.words[1]});
  if (*value < range.least)
    return wrong(range, part,
                 std::string{part.text} + " is below " +
                     std::to_string(range.least));
  if (*value > range.also)
    return wrong(range, part,
                 std::string{part.text} + " is above " +
                     std::to_string(range.also));
  return *value;
}

struct bounds {
  unsigned first;
  unsigned last;
  bool one; ///< a single value, which a step makes a range
};

tl::expected<bounds, misread> parse_bounds(const field_range& range,
                                           text_part part) {
  const auto ends = split(part, '-');
  if (ends.size() > 2)
    return wrong(range, {{}, ends[2].at - 1}, "a range has one \"-\"");
  if (ends[0].text == "*" || ends[0].text == "?") {
    if (ends.size() == 2)
      return wrong(range, part,
                   "a range begins with a number, not with " +
                       quoted(ends[0].text));
    return bounds{range.least, range.most, false};
  }
  const auto first = parse_value(range, ends[0]);
  if (!first)
    return tl::unexpected(first.error());
  if (ends.size() == 1) {
    const auto value = *first > range.most ? range.least : *first;
    return bounds{value, value, true};
  }
  const auto last = parse_value(range, ends[1]);
  if (!last)
    return tl::unexpected(last.error());
  if (*first > *last)
    return wrong(range, part,
                 quoted(part.text) + " runs backwards; write " +
                     std::to_string(*first) + "-" + std::to_string(range.most) +
                     "," + std::to_string(range.least) + "-" +
                     std::to_string(*last));
  return bounds{*first, *last, false};
}

tl::expected<unsigned, misread> parse_step(const field_range& range,
                                           text_part part) {
  const auto step = whole_number(part.text);
  if (!step || *step == 0)
    return wrong(range, part,
                 "the step after \"/\" must be a whole number above 0; is " +
                     quoted(part.text));
  return *step;
}

/// One item of the list.
tl::expected<field_set, misread> parse_item(const field_range& range,
                                            text_part item) {
  const auto parts = split(item, '/');
  if (parts.size() > 2)
    return wrong(range, {{}, parts[2].at - 1}, "a step has one \"/\"");
  auto limits = parse_bounds(range, parts[0]);
  if (!limits)
    return tl::unexpected(limits.error());
  unsigned step = 1;
  if (parts.size() == 2) {
    const auto read = parse_step(range, parts[1]);
    if (!read)
      return tl::unexpected(read.error());
    step = *read;
    if (limits->one)
      limits->last = range.most;
  }
  field_set out;
  // A step beyond the range leaves its first number alone.
  step = std::min(step, range.also + 1);
  for (auto value = limits->first; value <= limits->last; value += step)
    out.bits |= std::uint64_t{1} << (value > range.most ? range.least : value);
  out.star = step == 1 && item.text.find_first_of("*?") == 0;
  return out;
}

} // namespace

const field_range minute_field{"minute", 0, 59, 59, {}};
const field_range hour_field{"hour", 0, 23, 23, {}};
const field_range day_field{"day-of-month", 1, 31, 31, {}};
const field_range month_field{"month", 1, 12, 12, month_words};
const field_range weekday_field{"day-of-week", 0, 6, 7, weekday_words};

std::vector<text_part> split(text_part whole, char separator) {
  std::vector<text_part> parts;
  while (true) {
    const auto end = whole.text.find(separator);
    parts.push_back({whole.text.substr(0, end), whole.at});
    if (end == std::string_view::npos)
      return parts;
    whole.text.remove_prefix(end + 1);
    whole.at += end + 1;
  }
}

tl::expected<field_set, misread> parse_field(const field_range& range,
                                             text_part field) {
  field_set out;
  for (const auto& item : split(field, ',')) {
    if (item.text.empty()) // as in "1,,2": existing schedules may have it
      continue;
    const auto read = parse_item(range, item);
    if (!read)
      return read;
    out.bits |= read->bits;
    out.star = out.star || read->star;
  }
  if (out.bits == 0)
    return wrong(range, field, "has nothing but commas");
  return out;
}

} // namespace spark
