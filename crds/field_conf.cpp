#include "crds/fields.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>

namespace spark {

namespace {

using conf_list = std::vector<std::pair<std::string, std::string>>;

/// Shortest decimal text without an exponent: Kubernetes reads "0.1", while
/// serializers of JSON write 1E-1.
std::string decimal(double value) {
  std::array<char, 400> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value,
                                 std::chars_format::fixed);
  return {text.data(), end.ptr};
}

struct conf_writer {
  const spark_application_spec& spec;
  const field& row;
  conf_list& out;

  void operator()(std::monostate) {}

  template<class T, class Owner>
  void operator()(T Owner::*m) {
    // sparkConf is the one map that keeps its keys; every other row without a
    // conf key lands elsewhere.
    if (!row.conf.empty() || row.path == "spec.sparkConf")
      write(member_of(spec, row, m));
  }

  void write(bool value) {
    out.emplace_back(row.conf, value ? "true" : "false");
  }

  void write(const std::string& value) { out.emplace_back(row.conf, value); }

  template<class T>
  void write(const std::optional<T>& value) {
    if (value)
      write(*value);
  }

  void write(std::int64_t value) { write(std::to_string(value)); }

  void write(double value) {
    const double whole = std::ceil(value);
    write(decimal(whole));
    if (whole != value && !row.fraction_conf.empty() &&
        !spec.spark_conf.contains(row.fraction_conf))
      out.emplace_back(row.fraction_conf, decimal(value));
  }

  void write(const std::vector<std::string>& values) {
    std::string joined;
    for (const auto& value : values)
      joined += (joined.empty() ? "" : ",") + value;
    if (!joined.empty())
      write(joined);
  }

  void write(const string_map& values) {
    for (const auto& [key, value] : values)
      out.emplace_back(row.conf + key, value);
  }

  void write(const boost::json::array&) {}
};

/// Sets a member that is still absent.
struct default_writer {
  spark_application_spec& spec;
  const field& row;

  void operator()(std::monostate) {}

  template<class T, class Owner>
  void operator()(T Owner::*m) {
    write(member_of(spec, row, m));
  }

  void write(std::string& value) {
    if (value.empty())
      value = row.default_value;
  }
  void write(std::optional<std::string>& value) {
    if (!value)
      value = row.default_value;
  }
  void write(std::optional<std::int64_t>& value) {
    if (!value)
      value = std::stoll(row.default_value);
  }
  void write(std::optional<double>& value) {
    if (!value)
      value = std::stod(row.default_value);
  }
  template<class T>
  void write(T&) {} // lists and maps have no defaults
};

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](unsigned char x, unsigned char y) {
                      return std::tolower(x) == std::tolower(y);
                    });
}

} // namespace

std::vector<std::pair<std::string, std::string>>
simple_conf(const spark_application_spec& spec) {
  conf_list out;
  for (const auto& row : spec_fields())
    std::visit(conf_writer{spec, row, out}, row.member);
  return out;
}

bool dynamic_allocation_enabled(const spark_application_spec& spec) {
  const auto at = spec.spark_conf.find("spark.dynamicAllocation.enabled");
  // Spark takes True and TRUE as well.
  return at != spec.spark_conf.end() && equal_ignoring_case(at->second, "true");
}

void apply_defaults(spark_application_spec& spec) {
  for (const auto& row : spec_fields()) {
    if (row.default_value.empty() ||
        (!row.conf.empty() && spec.spark_conf.contains(row.conf)))
      continue;
    // Spark starts with the larger of this and its own initial count, so a 1
    // that nobody wrote would only get in the way.
    if (row.path == "spec.executor.instances" &&
        dynamic_allocation_enabled(spec))
      continue;
    std::visit(default_writer{spec, row}, row.member);
  }
}

} // namespace spark
