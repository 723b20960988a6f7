#include "crds/conf/settings.hpp"

#include "crds/conf/spark_names.hpp"
#include "crds/text_checks.hpp"
#include "crds/validation.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace spark {
namespace {

constexpr std::int64_t mebibyte = 1024 * 1024;

template<class T>
std::optional<T> parse_number(std::string_view s) {
  if (s.starts_with('+'))
    s.remove_prefix(1);
  if (s.starts_with('+'))
    return std::nullopt;
  T value{};
  auto [end, ec] = std::from_chars(s.data(), s.data() + s.size(), value);
  if (ec != std::errc{} || end != s.data() + s.size())
    return std::nullopt;
  return value;
}

/// Double.parseDouble: a type suffix is allowed; NaN and infinity are useless.
std::optional<double> parse_double(std::string_view s) {
  if (!s.empty() && std::string_view{"dDfF"}.find(s.back()) != s.npos)
    s.remove_suffix(1);
  auto value = parse_number<double>(s);
  if (value && !std::isfinite(*value))
    return std::nullopt;
  return value;
}

std::string lower(std::string_view s) {
  std::string out{s};
  for (char& c : out)
    if (c >= 'A' && c <= 'Z')
      c = static_cast<char>(c - 'A' + 'a');
  return out;
}

std::string should_be(std::string_view wanted, std::string_view value) {
  return "must be " + std::string{wanted} + "; is " + quoted(value);
}

} // namespace

std::vector<std::string> split_list(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    auto comma = std::min(text.find(','), text.size());
    if (auto item = java_trim(text.substr(0, comma)); !item.empty())
      out.emplace_back(item);
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return out;
}

std::string join_list(const std::vector<std::string>& items) {
  std::string out;
  for (const auto& item : items)
    out += (out.empty() ? "" : ",") + item;
  return out;
}

std::optional<std::string> settings::text(std::string_view key) const {
  auto i = conf_.find(std::string{key});
  if (i == conf_.end())
    return std::nullopt;
  return i->second;
}

std::string settings::text_or(std::string_view key,
                              std::string_view fallback) const {
  return text(key).value_or(std::string{fallback});
}

bool settings::has(std::string_view key) const {
  return conf_.contains(std::string{key});
}

string_map settings::with_prefix(std::string_view prefix) const {
  string_map out;
  for (auto i = conf_.lower_bound(std::string{prefix});
       i != conf_.end() && i->first.starts_with(prefix); ++i)
    out.emplace(i->first.substr(prefix.size()), i->second);
  return out;
}

std::vector<std::string> settings::list(std::string_view key) const {
  return split_list(text_or(key, ""));
}

int settings::integer(std::string_view key, int fallback) {
  auto value = text(key);
  if (!value)
    return fallback;
  if (auto number = parse_number<int>(java_trim(*value)))
    return *number;
  refuse(key, should_be("a whole number", *value));
  return fallback;
}

int settings::positive(std::string_view key, int fallback) {
  auto value = text(key);
  if (!value)
    return fallback;
  auto number = parse_number<int>(java_trim(*value));
  if (number && *number > 0)
    return *number;
  refuse(key, should_be("a positive whole number", *value));
  return fallback;
}

int settings::port(std::string_view key, int fallback) {
  auto value = text(key);
  if (!value)
    return fallback;
  auto number = parse_number<int>(java_trim(*value));
  if (number && *number >= 1 && *number <= 65535)
    return *number;
  refuse(key, should_be("a port from 1 to 65535", *value));
  return fallback;
}

std::int64_t settings::mebibytes(std::string_view key, std::int64_t fallback) {
  auto value = text(key);
  if (!value)
    return fallback;
  check(key, check_java_size_or_zero);
  auto bytes = parse_java_size(*value, mebibyte);
  return bytes < 0 ? fallback : bytes / mebibyte;
}

double settings::factor(std::string_view key, double fallback) {
  auto value = text(key);
  if (!value)
    return fallback;
  auto number = parse_double(java_trim(*value));
  if (number && *number >= 0)
    return *number;
  refuse(key, should_be("a number that is not negative", *value));
  return fallback;
}

bool settings::flag(std::string_view key, bool fallback) {
  auto value = text(key);
  if (!value)
    return fallback;
  auto word = lower(java_trim(*value));
  if (word != "true" && word != "false")
    refuse(key, should_be("true or false", *value));
  return word == "true";
}

void settings::check(std::string_view key,
                     std::string (*judge)(std::string_view)) {
  if (auto value = text(key))
    if (auto wrong = judge(*value); !wrong.empty())
      refuse(key, std::move(wrong));
}

void settings::refuse(std::string_view key, std::string message) {
  auto path = entry_path("spec.sparkConf", key);
  if (std::ranges::find(problems_, path, &problem::path) == problems_.end())
    problems_.push_back({std::move(path), std::move(message)});
}

} // namespace spark
