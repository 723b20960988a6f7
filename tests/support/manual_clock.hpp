#pragma once

#include "messages/clock.hpp"

#include <chrono>

namespace spark::test {

/// The only time of a simulation. Nothing in tests/support reads another
/// clock, so a schedule of steps and advances says everything. One thread.
class manual_clock {
public:
  using steady_point = std::chrono::steady_clock::time_point;

  explicit manual_clock(time_point start = from_rfc3339("2026-01-01T00:00:00Z"))
      : wall_{start} {}

  /// What people and objects show.
  [[nodiscard]] time_point wall() const { return wall_; }
  /// What deadlines and the lease fence use; starts one hour after its epoch,
  /// so that "zero: no fence" stays special.
  [[nodiscard]] steady_point steady() const { return steady_; }
  /// Moves both clocks.
  void advance(milliseconds by) {
    wall_ += by;
    steady_ += by;
  }
  /// Somebody set the machine's clock: the steady clock does not notice.
  void step_wall(milliseconds by) { wall_ += by; }

private:
  time_point wall_;
  steady_point steady_{std::chrono::hours{1}};
};

} // namespace spark::test
