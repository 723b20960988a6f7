#pragma once

#include "k8s/calls.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <vector>

namespace spark {

/// Who is sent next: by rank, and within a rank in turns, so that one tenant's
/// thousand applications do not delay another's one. New claims take turns by
/// namespace, everything else by application. Pure.
class call_queue {
public:
  using ticket = std::uint64_t;

  /// Kubernetes Events beyond this are dropped: they explain, no more.
  static constexpr std::size_t max_events = 2000;

  /// False: dropped (events only); the ticket will never come out.
  [[nodiscard]] bool push(ticket t, priority rank, const object_key& about);
  [[nodiscard]] std::optional<ticket> pop();
  [[nodiscard]] std::size_t size() const { return size_; }
  /// Takes everything out, in no particular order.
  [[nodiscard]] std::vector<ticket> drain();

private:
  struct turn_taking {
    std::map<std::string, std::deque<ticket>> waiting;
    std::deque<std::string> turns;
    std::size_t size = 0;
  };

  turn_taking ranks_[priority_count];
  std::size_t size_ = 0;
};

/// How many requests may be under way: grows while the server keeps up, halves
/// when it says 429. Beyond about 16 only latency grows (measured). Pure.
class call_window {
public:
  explicit call_window(int start = 8, int most = 16)
      : size_(start), most_(most) {}

  [[nodiscard]] int size() const { return size_; }
  [[nodiscard]] bool has_room(int in_flight) const { return in_flight < size_; }
  void succeeded() {
    if (++good_ < size_ || size_ >= most_)
      return;
    good_ = 0;
    ++size_;
  }
  void throttled() {
    good_ = 0;
    size_ = size_ > 1 ? size_ / 2 : 1;
  }

private:
  int size_;
  int most_;
  int good_ = 0;
};

} // namespace spark
