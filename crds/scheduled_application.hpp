#pragma once

#include "crds/parse.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace spark {

/// spec of a ScheduledSparkApplication (v1beta2). Every member is filled by one
/// row of the field table (crds/fields.hpp).
struct scheduled_spec {
  std::string schedule;           ///< as written; not judged here
  std::string time_zone;          ///< as written; not judged here
  std::string concurrency_policy; ///< Allow, Forbid, Replace
  bool suspend = false;
  std::optional<std::int64_t> successful_run_history_limit;
  std::optional<std::int64_t> failed_run_history_limit;
  /// Seconds; absent: a run may start however late it is.
  std::optional<std::int64_t> starting_deadline;
  /// spec.template, read as each run will be, with its defaults.
  spark_application_spec application;
  bool operator==(const scheduled_spec&) const = default;
};

using parsed_scheduled = parsed_spec<scheduled_spec>;

/// Reads .metadata and .spec of a ScheduledSparkApplication object, applies the
/// defaults (in memory, never written back) and validates all but the schedule
/// and the time zone. The template is judged as the application that a run of
/// it is, with its labels; what is to be said of it has paths such as
/// "spec.template.driver.memory". Never throws; whatever the JSON is, the
/// result says all problems at once, each with its path.
[[nodiscard]] parsed_scheduled
parse_scheduled(const boost::json::value& object);

} // namespace spark
