#pragma once

#include "actors/app/driver_causes.hpp"
#include "messages/app_state.hpp"

/// What the end of a driver means, and what its waiting means: the words that
/// conditions, Events and the journal use, and whose failure it is.
namespace spark {

/// Of a driver that did not end well.
struct driver_end {
  std::string reason;  ///< the cause, a reason for conditions
  std::string message; ///< begins as users of v1beta2 know it
  bool infrastructure = false;
};
[[nodiscard]] driver_end end_of(const driver_fact& driver);

/// Why a driver does not run yet; empty words with `none` and `progress`.
struct driver_wait {
  wait_clock clock = wait_clock::none;
  std::string reason;
  std::string message;
};
[[nodiscard]] driver_wait wait_of(const driver_fact& driver);

/// It cannot start, and it will not by itself. Waiting for a node is no such
/// thing, nor is pulling an image.
[[nodiscard]] bool cannot_start(const driver_fact& driver);
/// "ImagePullBackOff: Back-off pulling image": for messages.
[[nodiscard]] std::string words_of(const driver_wait& wait);

/// Seconds that a driver which waits like this may take; 0: for ever.
[[nodiscard]] std::int64_t limit_of(const spec_seen& spec, wait_clock clock);
/// What is said of a driver that took longer, with the limit's name.
[[nodiscard]] driver_given_up given_up(const app_state& state);
/// Nobody saw its end.
[[nodiscard]] std::string lost_message(const app_state& state);
[[nodiscard]] std::string unreachable_message(const driver_fact& driver);

/// An Event about a pod says why it does not start. Most warnings say other
/// things, some of them for ever.
[[nodiscard]] bool is_complaint(std::string_view reason_of_event);

/// What a watch shows, with what only a look could tell of the same pod: no
/// watch brings Events, and a node alone is no news.
[[nodiscard]] driver_fact continued(const driver_fact& known, driver_fact seen);

} // namespace spark
