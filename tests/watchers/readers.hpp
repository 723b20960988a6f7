#pragma once

#include "tests/support/json_read.hpp"

#include <string>

/// Other programs that read SparkApplications, as far as they read them: our
/// own words for what their public sources do. Each takes a whole object.
namespace spark::test {

/// Airflow's SparkKubernetesSensor (provider cncf.kubernetes).
enum class poked {
  waits,     ///< no state yet, or one that it does not know as an end
  succeeded, ///< COMPLETED
  failed     ///< FAILED, UNKNOWN: the task fails, and asks no more
};
[[nodiscard]] poked airflow_pokes(const json::value& app);
/// The pod whose log it attaches at an end; "": it attaches none.
[[nodiscard]] std::string airflow_log_of(const json::value& app);

/// Argo CD's health check for this kind (a Lua script).
struct argo_health {
  std::string status; ///< Healthy, Progressing, Degraded, Missing
  std::string message;
  /// The script has stopped with an error: the application shows Unknown.
  bool crashed = false;
};
[[nodiscard]] argo_health argo_judges(const json::value& app);

/// Kueue's integration, from 0.17 on.
struct kueue_view {
  bool suspended = false; ///< spec.suspend: no quota is held for it
  bool active = false;    ///< quota is not given to others while this is so
  bool finished = false;  ///< its workload is over for good
  bool succeeded = false;
  bool pods_ready = false;
};
[[nodiscard]] kueue_view kueue_reads(const json::value& app);

} // namespace spark::test
