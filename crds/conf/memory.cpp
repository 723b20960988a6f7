#include "crds/conf/memory.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace spark {
namespace {

constexpr std::int64_t default_heap_mib = 1024;
constexpr std::int64_t min_overhead_mib = 384;
/// More than any machine has, and far from overflow.
constexpr std::int64_t max_mib = std::int64_t{1} << 40;

std::int64_t truncated(double mib) {
  return mib >= static_cast<double>(max_mib) ? max_mib
                                             : static_cast<std::int64_t>(mib);
}

} // namespace

double default_overhead_factor(settings& conf, app_language language) {
  return conf.factor("spark.kubernetes.memoryOverheadFactor",
                     language == app_language::java ? 0.1 : 0.4);
}

std::int64_t driver_memory_mib(settings& conf, app_language language,
                               const version_profile& profile) {
  auto heap = conf.mebibytes("spark.driver.memory", default_heap_mib);
  auto factor = default_overhead_factor(conf, language);
  if (profile.role_factor)
    factor = conf.factor("spark.driver.memoryOverheadFactor", factor);
  auto least =
      profile.min_overhead_conf
          ? conf.mebibytes("spark.driver.minMemoryOverhead", min_overhead_mib)
          : min_overhead_mib;
  auto computed =
      std::max(truncated(factor * static_cast<double>(heap)), least);
  auto overhead = conf.mebibytes("spark.driver.memoryOverhead", computed);
  auto sum = std::min(heap, max_mib) + std::min(overhead, max_mib);
  return sum;
}

std::string java_double(double value) {
  if (value == 0)
    return std::signbit(value) ? "-0.0" : "0.0";
  std::array<char, 64> buffer{};
  auto magnitude = std::fabs(value);
  bool plain = magnitude >= 1e-3 && magnitude < 1e7;
  auto format =
      plain ? std::chars_format::fixed : std::chars_format::scientific;
  auto end =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, format)
          .ptr;
  std::string text{buffer.data(), end};
  if (plain)
    return text.find('.') == text.npos ? text + ".0" : text;
  // "1e-05" -> "1.0E-5"
  auto e = text.find('e');
  auto mantissa = text.substr(0, e);
  if (mantissa.find('.') == mantissa.npos)
    mantissa += ".0";
  int exponent = 0;
  auto digits = std::string_view{text}.substr(e + 1);
  if (digits.starts_with('+'))
    digits.remove_prefix(1);
  std::from_chars(digits.data(), digits.data() + digits.size(), exponent);
  return mantissa + "E" + std::to_string(exponent);
}

} // namespace spark
