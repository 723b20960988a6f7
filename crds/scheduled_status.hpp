#pragma once

#include "crds/status.hpp"

#include <boost/json.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace spark {

/// status.pendingRun: a run that is to be created, and may be there already.
/// Without a name there is none.
struct pending_run {
  std::string name;
  std::string tick; ///< when it is due: RFC 3339
  bool operator==(const pending_run&) const = default;
};

/// .status of a ScheduledSparkApplication; all that the CRD has.
struct scheduled_status {
  std::string last_run; ///< RFC 3339 or empty (null), of the tick
  std::string next_run; ///< RFC 3339 or empty (null)
  std::string last_run_name;
  std::vector<std::string> past_successful_run_names; ///< newest first
  std::vector<std::string> past_failed_run_names;     ///< newest first
  std::string schedule_state; ///< "", Scheduled, FailedValidation
  std::string reason;
  pending_run pending;
  std::vector<condition> conditions;
  std::int64_t observed_generation = 0;
  bool operator==(const scheduled_status&) const = default;
};

/// Tolerant, as parse_status is, and for the same reasons.
[[nodiscard]] scheduled_status
parse_scheduled_status(const boost::json::value& status);

/// The merge patch that turns an observed status into `wanted`: only members
/// that differ, null for those to remove. Empty object: nothing to write.
[[nodiscard]] boost::json::object
scheduled_status_patch(const scheduled_status& observed,
                       const scheduled_status& wanted);

} // namespace spark
