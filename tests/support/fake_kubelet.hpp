#pragma once

#include "tests/support/memory_api_server.hpp"
#include "tests/support/step.hpp"

#include <functional>
#include <string>

namespace spark::test {

/// How a pod's main container ends.
struct pod_end {
  int exit_code = 0;
  std::string reason;     ///< empty: Completed or Error
  std::string message;    ///< of the terminated state
  bool never = false;     ///< runs until somebody deletes it
  std::string waiting;    ///< it cannot even start, for this reason
  std::string pod_reason; ///< of a failed pod as a whole: Evicted, NodeShutdown
  bool unschedulable = false; ///< no node takes it
};

struct kubelet_options {
  /// How each driver ends; default: success.
  std::function<pod_end(const json::value& pod)> plan;
  /// How many fail_pod steps may be taken in all.
  int failures = 0;
  /// Executors that each running driver creates.
  int executors = 0;
  /// A terminating pod goes only after its containers reported their end; off:
  /// both orders are offered, as when a node dies.
  bool report_before_removal = true;
  /// Exit code of containers that are stopped by a deletion.
  int stopped_exit_code = 143;
};

/// Scheduler, kubelet and the Spark driver's own doings, one step at a time:
///   bind_pod → start_pod → finish_pod | fail_pod
///   deleted: stop_pod → remove_pod
/// Has no state but the failures left; everything else is read from the
/// server. Pods of role driver end by plan; executors when their driver has
/// ended, or when the garbage collector deletes them.
class fake_kubelet : public step_source {
public:
  explicit fake_kubelet(memory_api_server& server, kubelet_options options = {})
      : server_{server}, options_{std::move(options)} {}

  [[nodiscard]] std::vector<step> runnable() const override;
  bool run(const step& what) override;
  /// A pod's node does not report; it may again.
  void lose_sight(const std::string& path);
  [[nodiscard]] int failures_left() const { return options_.failures; }

private:
  void offer(std::vector<step>& out, const json::value& pod) const;
  void offer_running(std::vector<step>& out, const json::value& pod) const;
  bool place(const std::string& path, const json::value& pod);
  void start(const std::string& path, const json::value& pod);
  [[nodiscard]] pod_end planned(const json::value& pod) const;
  void set_status(const std::string& path, json::object status);
  void end_containers(const std::string& path, const json::value& pod,
                      const pod_end& how);
  [[nodiscard]] bool driver_ended(const json::value& executor) const;
  bool create_executor(const json::value& driver);
  [[nodiscard]] std::string missing_executor(const json::value& driver) const;

  memory_api_server& server_;
  kubelet_options options_;
};

/// A status member as a kubelet writes it, also for tests that patch pods by
/// hand. `main` is the container that `how` is about, the others end with 0.
[[nodiscard]] json::object running_status(const json::value& pod,
                                          time_point now);
[[nodiscard]] json::object waiting_status(const json::value& pod,
                                          const std::string& reason);
[[nodiscard]] json::object ended_status(const json::value& pod, time_point now,
                                        const pod_end& how);

} // namespace spark::test
