#pragma once

#include "messages/app_state.hpp"

#include <string>

/// What is kept of an attempt's executors: every live one, the newest of those
/// that have ended, and counts of the rest. A job with dynamic allocation goes
/// through thousands, and neither state nor status may grow with them.
namespace spark {

/// Pods whose end is still known one by one; also the most that a status names
/// (contract §1).
inline constexpr std::size_t max_executors = 100;

/// "pi-abc-exec-17" -> 17; 0 when the name has no such end.
[[nodiscard]] std::int64_t executor_number(const std::string& pod);

/// COMPLETED and FAILED are final.
[[nodiscard]] bool has_ended(const std::string& executor_state);
/// PENDING and RUNNING. UNKNOWN is neither live nor final: its pod vanished.
[[nodiscard]] bool is_live(const std::string& executor_state);

/// Whether `pod` in `state` is one that was counted and forgotten: a list may
/// show it again.
[[nodiscard]] bool is_forgotten(const app_state& s, const std::string& pod,
                                const std::string& state);

/// Moves the oldest that do not live into s.forgotten_executors until at most
/// max_executors of them are left.
void forget_ended_executors(app_state& s);

} // namespace spark
