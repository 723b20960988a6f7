#pragma once

#include "crds/schedule/schedule.hpp"
#include "messages/schedule_state.hpp"

#include <optional>
#include <string>

/// The rules of ticks: which are due, what a due one waits for, and when one is
/// given up. Pure.
namespace spark {

/// Of one schedule. More would fill the journal and the cluster; a due tick
/// waits then, whatever the concurrency policy.
inline constexpr std::size_t most_unfinished_runs = 1000;
/// No more ended runs of a kind are kept, whatever the history limits say.
inline constexpr std::int64_t most_history = 500;
/// Skipped ticks are counted up to this many.
inline constexpr std::int64_t most_counted = 1000;
/// With Replace: how long a run that is being deleted is waited for.
inline constexpr std::chrono::minutes replace_patience{2};

/// Nothing: it is suspended, or cannot be scheduled.
[[nodiscard]] std::optional<schedule> active_schedule(const schedule_rules& r);
/// The same ticks come of both.
[[nodiscard]] bool same_ticks(const schedule_rules& a, const schedule_rules& b);

// In milliseconds; no_time: none.
[[nodiscard]] time_point next_tick(const schedule& s, time_point after);
/// The last one in (after, until].
[[nodiscard]] time_point newest_tick(const schedule& s, time_point after,
                                     time_point until);

[[nodiscard]] bool has_ended(const run_fact& r);

/// The run that a due tick waits for; nullptr: none.
[[nodiscard]] const run_fact* blocker_of(const schedule_state& s,
                                         time_point now);
/// When blocker_of() may say something else without a new fact; no_time: never.
[[nodiscard]] time_point blocker_until(const schedule_state& s, time_point now);

/// The instant after which a tick is not started any more; no_time: none.
[[nodiscard]] time_point deadline_of(const schedule_rules& r, time_point tick);

/// Why the pending run will not be created any more; `reason` is empty while it
/// is to be created.
[[nodiscard]] skipped_ticks given_up(const schedule_state& s, time_point now);
/// When given_up() may say something else; no_time: never.
[[nodiscard]] time_point given_up_at(const schedule_state& s);

/// Ended runs that the history limits do not keep, oldest first.
[[nodiscard]] std::vector<const run_fact*>
beyond_history(const schedule_state& s);
/// Names of those that they keep, newest first.
[[nodiscard]] std::vector<std::string> history(const schedule_state& s,
                                               std::string_view state);

} // namespace spark
