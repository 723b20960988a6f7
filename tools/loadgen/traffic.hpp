#pragma once

#include "k8s/transport.hpp"
#include "tools/loadgen/duration_text.hpp"

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <queue>
#include <string>
#include <variant>
#include <vector>

namespace spark::load {

/// One thread's view of an API server: requests with a bounded number in
/// flight, watches and timers, all of whose callbacks run inside wait() on the
/// thread that calls it. Instants are taken on the transport's thread at the
/// moment of arrival, so a busy caller does not look like a slow server.
class traffic {
public:
  using on_reply = std::function<void(const reply&, instant at)>;
  using on_text = std::function<void(std::string_view, instant at)>;
  using on_end = std::function<void(const stream_end&)>;

  /// At most `window` requests are in flight.
  traffic(transport& to, std::size_t window);
  ~traffic();
  traffic(const traffic&) = delete;
  traffic& operator=(const traffic&) = delete;

  /// Asks again after 429, 5xx or no answer, with growing pauses, `tries` times
  /// in all: only for what may be executed twice. `done` sees the last reply.
  void send(request what, on_reply done, int tries = 5);
  /// As send, but before everything that waits for the window.
  void send_first(request what, on_reply done, int tries = 5);
  void watch(request what, on_text text, on_end end);
  void at(instant when, std::function<void()> what);

  /// Handles what came and what is due, or sleeps until something is; returns
  /// after that, at `until` at the latest.
  void wait(instant until);
  [[nodiscard]] std::size_t unanswered() const {
    return waiting_.size() + in_flight_.size() + pausing_;
  }

private:
  struct call {
    request what;
    on_reply done;
    int tries = 1;
    milliseconds pause{200};
  };
  struct arrived_reply {
    op_id id;
    reply what;
    instant at;
  };
  struct arrived_text {
    op_id id;
    std::string what;
    instant at;
  };
  struct arrived_end {
    op_id id;
    stream_end what;
  };
  using arrival = std::variant<arrived_reply, arrived_text, arrived_end>;
  /// Outlives us when the transport does: late callbacks land in it.
  struct inbox {
    std::mutex guard;
    std::condition_variable news;
    std::deque<arrival> items;
    void put(arrival what);
  };
  struct stream {
    on_text text;
    on_end end;
  };
  struct timer {
    instant when;
    std::uint64_t order;
    std::shared_ptr<std::function<void()>> what;
    bool operator<(const timer& other) const {
      return std::tie(other.when, other.order) < std::tie(when, order);
    }
  };

  void pump();
  void handle(arrived_reply& a);
  void handle(arrived_text& a);
  void handle(arrived_end& a);
  bool run_due();

  transport& to_;
  std::size_t window_;
  std::shared_ptr<inbox> inbox_ = std::make_shared<inbox>();
  std::deque<call> waiting_;
  std::map<op_id, call> in_flight_;
  std::map<op_id, stream> streams_;
  std::priority_queue<timer> timers_;
  std::size_t pausing_ = 0; ///< calls that wait for their next try
  std::uint64_t orders_ = 0;
};

} // namespace spark::load
