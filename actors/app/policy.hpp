#pragma once

#include "messages/app_state.hpp"

#include <cstdint>

/// spec.restartPolicy as pure rules (operator-behaviour §2.2-2.5, contract
/// "Status of a SparkApplication").
namespace spark {

/// What the policy wants after an attempt has ended.
struct next_attempt {
  bool wanted = false;
  time_point at{};        ///< not before; the end itself: at once
  std::int64_t retry = 0; ///< which one, from 1; a run after a success is none
  std::int64_t limit = 0; ///< how many retries there may be; 0: no limit
};

/// Asked while the attempt's end is known: phase succeeding, failing or
/// submission_failed.
[[nodiscard]] next_attempt next_attempt_of(const app_state& s);

/// The wait before retry `n` (from 1). Linear: n intervals. Exponential: the
/// interval, doubled with each retry, and never more than ten minutes unless
/// the user said how much.
[[nodiscard]] seconds retry_wait(const restart_rules& rules, seconds interval,
                                 std::int64_t n);

/// The attempt that ends at `end` ran long enough to begin the counting anew.
[[nodiscard]] bool ran_healthily(const app_state& s, time_point end);

/// When the application is to be deleted for its age; no_time: never.
[[nodiscard]] time_point expires_at(const app_state& s);

} // namespace spark
