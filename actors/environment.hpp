#pragma once

#include "actors/metrics.hpp"
#include "k8s/render/submission.hpp"
#include "k8s/transport.hpp"
#include "messages/clock.hpp"
#include "messages/observed.hpp"

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace spark {

/// What /readyz reports. Any thread.
struct readiness {
  std::atomic<bool> synced{false}; ///< the first lists are complete
  /// Another replica leads: there is nothing to be done but to wait, and that
  /// it can do.
  std::atomic<bool> standby{false};
  /// Somebody else's SparkApplication CRD is installed and drops status.claim.
  std::atomic<bool> claims_pruned{false};
};

/// A fence that lets no write through: before the first lease and after the
/// last.
inline constexpr std::int64_t fence_closed = 1;

/// What every actor is given instead of globals. Shared and constant; metrics
/// are thread-safe.
struct environment {
  std::function<time_point()> now; ///< wall clock; a test's own in simulation
  std::shared_ptr<metrics> counters;
  fact_settings facts;
  companion_settings companions;
  std::vector<std::string> namespaces; ///< empty: all
  std::string label_selector;          ///< applications and pods must match it
  std::string instance;                ///< who reports Kubernetes Events
  std::function<std::chrono::steady_clock::time_point()> steady =
      std::chrono::steady_clock::now;
  /// With leader election: no write may be on its way after this instant of
  /// the steady clock (nanoseconds). 0: no fence.
  std::shared_ptr<std::atomic<std::int64_t>> fence =
      std::make_shared<std::atomic<std::int64_t>>(0);
  std::shared_ptr<readiness> condition = std::make_shared<readiness>();
  /// Ids of operations at the transport, unique over all actors.
  std::shared_ptr<std::atomic<op_id>> op_ids =
      std::make_shared<std::atomic<op_id>>(1);

  [[nodiscard]] op_id next_op() const { return op_ids->fetch_add(1); }
};

/// Leadership as a value: whose turn it is, counted by the lease.
struct term {
  std::string lease; ///< empty without leader election
  std::int64_t epoch = 0;
};

using environment_ptr = std::shared_ptr<const environment>;

} // namespace spark
