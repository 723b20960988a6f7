#pragma once

#include "crds/scheduled_application.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace spark {

/// The JSON shape of a field, as the CRD declares and the parser expects it.
enum class value_kind {
  object,      ///< its members are rows of their own
  object_list, ///< items are objects; their members are rows "path[].x"
  object_map,  ///< values are objects; their members are rows "path{}.x"
  text,
  flag, ///< true or false
  integer,
  number,      ///< may have a fraction
  time,        ///< RFC 3339 text or null
  int_or_text, ///< the guide writes pythonVersion both ways
  text_list,
  text_map,
  loose_map, ///< values may also be booleans or numbers: hadoopConf
  integer_map,
  opaque,      ///< a core type pasted whole: the API server judges it
  opaque_list, ///< a list of such
  application  ///< a spec of its own: its members are the rows of spec_fields()
};

/// Where the parser puts a field. monostate: nowhere (see field::honoured).
/// A member of a new type needs one more alternative here.
using field_member = std::variant<
    std::monostate, bool spark_application_spec::*,
    std::string spark_application_spec::*,
    std::optional<std::string> spark_application_spec::*,
    std::vector<std::string> spark_application_spec::*,
    std::optional<bool> spark_application_spec::*,
    std::optional<std::int64_t> spark_application_spec::*,
    string_map spark_application_spec::*,
    boost::json::array spark_application_spec::*, bool pod_role_spec::*,
    std::optional<std::string> pod_role_spec::*,
    std::optional<double> pod_role_spec::*,
    std::optional<std::int64_t> pod_role_spec::*, string_map pod_role_spec::*,
    boost::json::array pod_role_spec::*, boost::json::object pod_role_spec::*,
    std::optional<std::string> driver_spec::*,
    std::optional<bool> driver_spec::*,
    std::optional<std::int64_t> driver_spec::*, string_map driver_spec::*,
    std::optional<std::string> executor_spec::*,
    std::optional<bool> executor_spec::*,
    std::optional<std::int64_t> executor_spec::*, string_map executor_spec::*,
    std::string restart_policy_spec::*,
    std::optional<std::string> restart_policy_spec::*,
    std::optional<std::int64_t> restart_policy_spec::*,
    std::optional<std::int64_t> exposure_spec::*,
    std::optional<std::string> exposure_spec::*, string_map exposure_spec::*,
    boost::json::array exposure_spec::*, std::vector<std::string> deps_spec::*,
    std::optional<std::string> deps_spec::*,
    std::optional<std::int64_t> deps_spec::*, bool monitoring_spec::*,
    std::optional<std::string> monitoring_spec::*,
    std::optional<std::string> prometheus_spec::*,
    std::optional<std::int64_t> prometheus_spec::*,
    bool dynamic_allocation_spec::*,
    std::optional<bool> dynamic_allocation_spec::*,
    std::optional<std::int64_t> dynamic_allocation_spec::*,
    bool scheduled_spec::*, std::string scheduled_spec::*,
    std::optional<std::int64_t> scheduled_spec::*,
    spark_application_spec scheduled_spec::*>;

/// Judges one text value; empty: fine, else what is wrong with it.
using text_check = std::string (*)(std::string_view value);

/// One row of a field table. Parser, CRD, FIELDS.md and Spark conf all walk
/// the tables, so a new field is one struct member and one row.
///
/// A path with "{role}" stands for spec.driver and spec.executor; all texts
/// of the row may use the word. fields() has it expanded.
struct field {
  std::string path; ///< "spec.driver.memory", "spec.driver.ports[].name"
  value_kind kind = value_kind::text;
  field_member member = {};
  bool required = false; ///< for the CRD; keep it to what nothing runs without
  /// Spark conf key; for maps the prefix of the keys. Empty: see `lands`.
  std::string conf = {};
  /// Numbers only: `conf` takes whole numbers, so a fraction is rounded up
  /// there and goes to this key as it is.
  std::string fraction_conf = {};
  /// Applied in memory when the field is absent and sparkConf lacks `conf`.
  std::string default_value = {};
  std::string alias_of = {};  ///< another spelling of the field at this path
  text_check check = nullptr; ///< of a text, or of each item of a list
  /// Bounds of an integer.
  std::int64_t least = 0;
  std::int64_t most = 2147483647;
  /// The Kubernetes type of an opaque value or of its items: "Affinity".
  std::string_view core_type = {};
  std::string since = {};   ///< "guide", a release of the Go operator, "ours"
  std::string example = {}; ///< YAML of the value, one line
  std::string lands = {};   ///< where it ends up, if not (only) in `conf`
  std::string description = {};

  /// Some code acts on it. Otherwise the parser warns that it is ignored; the
  /// CRD has it all the same, so that nothing is pruned before we support it.
  bool honoured = false;
};

/// .spec of a SparkApplication, parents before children. Within Spark conf
/// the order is the precedence: what a later row emits wins, so rows before
/// sparkConf can be overridden by it and rows after it cannot.
[[nodiscard]] const std::vector<field>& spec_fields();
/// .status of a SparkApplication.
[[nodiscard]] const std::vector<field>& status_fields();
/// .spec and .status of a ScheduledSparkApplication.
[[nodiscard]] const std::vector<field>& scheduled_spec_fields();
[[nodiscard]] const std::vector<field>& scheduled_status_fields();
/// Of a SparkApplication. nullptr: there is no such row. Also finds
/// "spec.sparkConf".
[[nodiscard]] const field* find_field(std::string_view path);

/// The Spark conf that the spec's fields ask for, in order of precedence
/// (later wins; a key can occur twice), sparkConf and hadoopConf included.
/// Pure renaming: keys that need more than the spec (namespace, labels of the
/// operator, the driver pod's name where it is derived) are the renderer's.
[[nodiscard]] std::vector<std::pair<std::string, std::string>>
simple_conf(const spark_application_spec& spec);

/// Fills absent fields with the table's defaults, in memory only. An executor
/// count is not filled in when dynamic allocation decides it.
void apply_defaults(spark_application_spec& spec);
/// The same, without those of the template.
void apply_defaults(scheduled_spec& spec);

[[nodiscard]] bool dynamic_allocation_enabled(const spark_application_spec&);

/// Whether members of Owner are somewhere in a Spec, which is one of the two
/// that have a table.
template<class Spec, class Owner>
inline constexpr bool is_part_of =
    std::is_same_v<std::remove_const_t<Spec>, scheduled_spec> ==
    std::is_same_v<Owner, scheduled_spec>;

/// The member a row points to: spec.driver or spec.executor is chosen by the
/// row's path. `row.member` must hold `m`.
template<class Spec, class T, class Owner>
requires is_part_of<Spec, Owner>
auto& member_of(Spec& spec, const field& row, T Owner::*m) {
  if constexpr (std::is_same_v<Owner, std::remove_const_t<Spec>>)
    return spec.*m;
  else if constexpr (std::is_same_v<Owner, restart_policy_spec>)
    return spec.restart_policy.*m;
  else if constexpr (std::is_same_v<Owner, exposure_spec>)
    return spec.ui.*m;
  else if constexpr (std::is_same_v<Owner, deps_spec>)
    return spec.deps.*m;
  else if constexpr (std::is_same_v<Owner, monitoring_spec>)
    return spec.monitoring.*m;
  else if constexpr (std::is_same_v<Owner, prometheus_spec>)
    return spec.monitoring.prometheus.*m;
  else if constexpr (std::is_same_v<Owner, dynamic_allocation_spec>)
    return spec.dynamic_allocation.*m;
  else if constexpr (std::is_same_v<Owner, driver_spec>)
    return spec.driver.*m;
  else if constexpr (std::is_same_v<Owner, executor_spec>)
    return spec.executor.*m;
  else if (row.path.starts_with("spec.executor."))
    return spec.executor.*m;
  else
    return spec.driver.*m;
}

} // namespace spark
