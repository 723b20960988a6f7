#pragma once

#include "k8s/client/curl_pool.hpp"

#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <variant>
#include <vector>

namespace spark {

/// One lane: a thread that drives a curl_pool (and those retiring) and takes
/// work over a queue. Woken through an eventfd rather than curl_multi_wakeup,
/// since the multi handle changes under the callers.
class curl_loop {
public:
  using clock = curl_operation::clock;

  curl_loop(std::shared_ptr<credential_source> source, curl_options options);
  /// Ends all operations as cancelled, then joins.
  ~curl_loop();
  curl_loop(const curl_loop&) = delete;
  curl_loop& operator=(const curl_loop&) = delete;

  /// Any thread; also from callbacks, and while the destructor runs.
  void start(std::unique_ptr<curl_operation> op);
  void cancel(op_id id);
  /// The first half of destruction: asks the thread to end.
  void stop();

private:
  using order = std::variant<std::unique_ptr<curl_operation>, op_id>;

  void run();
  [[nodiscard]] bool take_orders();
  void carry_out(order& what);
  void renew_pool();
  void retire(end_kind streams, const char* why);
  void advance();
  void wait(std::chrono::milliseconds at_most);
  void close();
  void wake() const;

  const std::shared_ptr<credential_source> source_;
  const curl_options options_;
  int wake_fd_ = -1;

  std::mutex mutex_; // guards the next three
  std::deque<order> inbox_;
  bool stopping_ = false;
  bool closed_ = false;

  // Of the thread alone.
  std::unique_ptr<curl_pool> pool_;
  std::vector<std::unique_ptr<curl_pool>> retired_;

  std::thread thread_; // last: it starts in the constructor
};

} // namespace spark
