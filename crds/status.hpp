#pragma once

#include <boost/json.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace spark {

/// status.claim: which attempt owns the application (contract "Status of a
/// SparkApplication"). number is 0 when nothing was ever claimed.
struct claim_status {
  std::int64_t number = 0;
  std::int64_t generation = 0;
  std::string spec_hash;
  std::int64_t epoch = 0;
  std::string outcome; ///< empty while the attempt is open
  bool operator==(const claim_status&) const = default;
};

/// driverInfo.webUI*: where the web UI of the driver is.
struct web_ui_status {
  std::string service;
  std::int64_t port = 0; ///< of the Service
  std::string address;   ///< "10.0.0.7:4040"
  std::string ingress;
  std::string ingress_address;
  bool operator==(const web_ui_status&) const = default;
};

/// metav1.Condition; times are RFC 3339 text.
struct condition {
  std::string type;
  std::string status; ///< "True", "False", "Unknown"
  std::string reason; ///< CamelCase, never empty
  std::string message;
  std::string last_transition_time;
  std::int64_t observed_generation = 0;
  bool operator==(const condition&) const = default;
};

/// The part of .status that we write and read back. The CRD schema holds more
/// (everything v1beta2 readers know); see crds/generated.
struct application_status {
  std::string spark_application_id;
  std::string submission_id;
  std::string last_submission_attempt_time; ///< RFC 3339 or empty (null)
  std::string termination_time;             ///< RFC 3339 or empty (null)
  std::string driver_pod_name;              ///< driverInfo.podName
  web_ui_status web_ui;                     ///< driverInfo.webUI*
  std::string state;                        ///< applicationState.state
  std::string error_message;                ///< applicationState.errorMessage
  std::map<std::string, std::string>
      executor_state; ///< pod -> state, newest 100
  std::map<std::string, std::int64_t> executor_counts; ///< state -> total
  std::int64_t execution_attempts = 0;
  std::int64_t submission_attempts = 0;
  std::int64_t observed_generation = 0;
  std::int64_t failures_application = 0;    ///< failureCounts.application
  std::int64_t failures_infrastructure = 0; ///< failureCounts.infrastructure
  claim_status claim;
  std::vector<condition> conditions;
  bool operator==(const application_status&) const = default;
};

/// Tolerant: absent or oddly typed members read as absent, since other writers
/// (a Go operator, a user with kubectl) may have left anything.
[[nodiscard]] application_status parse_status(const boost::json::value& status);

/// The merge patch that turns an observed status into `wanted`: only members
/// that differ, null for those to remove (also for keys of executorState that
/// are gone). Empty object: nothing to write.
[[nodiscard]] boost::json::object
status_patch(const application_status& observed,
             const application_status& wanted);

} // namespace spark
