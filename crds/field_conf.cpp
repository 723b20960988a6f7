#include "crds/conf/direct_mounts.hpp"
#include "crds/fields.hpp"
#include "crds/json_text.hpp"

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
    if (std::is_same_v<Owner, dynamic_allocation_spec> &&
        !spec.dynamic_allocation.enabled)
      return; // as if it were not there
    // sparkConf is the one map that keeps its keys; every other row without a
    // conf key lands elsewhere.
    if constexpr (is_part_of<spark_application_spec, Owner>)
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

  /// secrets: [{name, path, secretType}]
  void write(const boost::json::array& list) {
    const auto in_conf = secrets_in_conf(list);
    for (std::size_t i = 0; i < list.size(); ++i) {
      const auto& item = list[i];
      if (in_conf[i])
        out.emplace_back(row.conf + std::string{text_member(item, "name")},
                         text_member(item, "path"));
      if (const auto variable = secret_variable(item))
        out.emplace_back(env_conf() + variable->first, variable->second);
    }
  }

  /// envSecretKeyRefs: NAME -> {name, key}
  void write(const boost::json::object& map) {
    for (const auto& member : map)
      out.emplace_back(row.conf + std::string{member.key()},
                       std::string{text_member(member.value(), "name")} + ":" +
                           std::string{text_member(member.value(), "key")});
  }

  [[nodiscard]] std::string env_conf() const {
    return row.path.starts_with("spec.driver.") ? "spark.kubernetes.driverEnv."
                                                : "spark.executorEnv.";
  }
};

/// Sets a member that is still absent.
template<class Spec>
struct default_writer {
  Spec& spec;
  const field& row;

  void operator()(std::monostate) {}

  template<class T, class Owner>
  void operator()(T Owner::*m) {
    if constexpr (is_part_of<Spec, Owner>)
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
  void write(std::optional<bool>& value) {
    if (!value)
      value = row.default_value == "true";
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
  if (spec.dynamic_allocation.enabled)
    return true;
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
    std::visit(default_writer<spark_application_spec>{spec, row}, row.member);
  }
}

void apply_defaults(scheduled_spec& spec) {
  for (const auto& row : scheduled_spec_fields())
    if (!row.default_value.empty())
      std::visit(default_writer<scheduled_spec>{spec, row}, row.member);
}

} // namespace spark
