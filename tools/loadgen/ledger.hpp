#pragma once

#include "tools/loadgen/sample.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace spark::load {

/// What was done to one application and what was seen of it.
struct application_record {
  std::string uid;
  std::optional<instant> sent;         ///< its POST
  std::optional<instant> created;      ///< the reply to its POST
  std::optional<instant> driver_seen;  ///< the pod, on our watch
  std::optional<instant> started;      ///< reply: its pod is Running
  std::optional<instant> running_seen; ///< status RUNNING, on our watch
  std::optional<instant> finished;     ///< reply: its pod is Succeeded
  std::optional<instant> completed_seen;
  std::string state; ///< newest seen
  std::string message;
};

struct load_figures {
  std::size_t applications = 0;
  std::size_t completed = 0;
  double per_minute = 0; ///< first POST sent → last COMPLETED seen
  double seconds = 0;    ///< the same span
  spread start;          ///< application created → driver pod seen
  spread running_lag;    ///< pod Running → application RUNNING seen
  spread completed_lag;  ///< pod Succeeded → application COMPLETED seen
  spread status_lag;     ///< both together
  std::size_t running_unseen = 0; ///< completed without showing RUNNING
};

/// The books of one run. Instants come from the caller: pure, one thread.
class ledger {
public:
  /// To be called for each application before anything else about it.
  void sent(const std::string& name, instant at);
  void created(const std::string& name, instant replied);
  /// The rest ignores names it does not know (other people's applications).
  /// True the first time, so that the caller starts to play the kubelet.
  bool driver_seen(const std::string& name, instant at);
  void pod_started(const std::string& name, instant replied);
  void pod_finished(const std::string& name, instant replied);
  void status_seen(const std::string& name, const std::string& uid,
                   const std::string& state, const std::string& message,
                   instant at);

  /// All are COMPLETED or FAILED: nothing more will happen by itself.
  [[nodiscard]] bool all_ended() const;
  [[nodiscard]] std::size_t completed() const { return completed_; }
  [[nodiscard]] load_figures figures() const;
  /// "name: state (message)", those that are not COMPLETED.
  [[nodiscard]] std::vector<std::string> unfinished() const;
  [[nodiscard]] const std::map<std::string, application_record>&
  records() const {
    return records_;
  }

private:
  application_record* find(const std::string& name);

  std::map<std::string, application_record> records_;
  std::size_t completed_ = 0;
  std::size_t failed_ = 0;
};

} // namespace spark::load
