#pragma once

#include "messages/app_state.hpp"

#include <array>
#include <string_view>

namespace spark {

/// One row per phase: what the outside sees and when the machine looks again.
/// Adding a phase is adding a row here and then following the compiler.
struct phase_row {
  phase at;
  /// applicationState.state when the phase is shown; empty: the status keeps
  /// what it showed before.
  std::string_view shows;
  /// A live look at what the phase waits for, at least this often. Zero: the
  /// phase waits for nothing (contract "Every state looks again").
  seconds looks_again;
  /// The attempt is over and the policy has nothing more to do.
  bool ended;
  std::string_view meaning;
};

inline constexpr std::array<phase_row, 15> phase_table{{
    {phase::fresh, "", seconds{30}, false, "accepted, nothing claimed yet"},
    {phase::claiming, "", seconds{10}, false, "claim decided, being written"},
    {phase::claimed, "", seconds{10}, false,
     "claim held, driver being created"},
    {phase::submitted, "SUBMITTED", seconds{60}, false,
     "driver pod exists, not running yet"},
    {phase::running, "RUNNING", seconds{300}, false, "driver runs"},
    {phase::unknown, "UNKNOWN", seconds{300}, false,
     "the node does not report the driver"},
    {phase::succeeding, "SUCCEEDING", seconds{10}, false,
     "driver ended well, policy decides"},
    {phase::failing, "FAILING", seconds{10}, false,
     "driver failed or is being removed"},
    {phase::submission_failed, "SUBMISSION_FAILED", seconds{10}, false,
     "no driver could be made"},
    {phase::completed, "COMPLETED", seconds{0}, true, "done"},
    {phase::failed, "FAILED", seconds{0}, true, "done, without success"},
    {phase::invalidating, "INVALIDATING", seconds{10}, false,
     "edited, old driver being removed"},
    {phase::pending_rerun, "PENDING_RERUN", seconds{10}, false,
     "old driver gone, next claim follows"},
    {phase::deleting, "", seconds{10}, false,
     "the application is being deleted"},
    {phase::gone, "", seconds{0}, true, "the application does not exist"},
}};

[[nodiscard]] constexpr const phase_row& row_of(phase p) {
  return phase_table[static_cast<std::size_t>(p)];
}

/// No earlier write can land later than this after it was sent: every write
/// carries timeout=5s to the server too (contract "It already exists").
inline constexpr seconds settle_time{6};
/// How long a name may stay taken by a foreign object.
inline constexpr seconds name_conflict_limit{600};
/// Between two live GETs that must both miss a driver before it counts as lost:
/// the watch may still be about to show its end.
inline constexpr seconds missing_confirm{3};
/// A pod without a node is nothing to worry about at once.
inline constexpr seconds unscheduled_notice{60};
/// The first live look at a new driver: volumes that cannot be mounted show in
/// no watch.
inline constexpr seconds first_look{20};
/// Between two writes that a CRD without claims may have been replaced for.
inline constexpr seconds pruned_pause{60};
/// Beyond its grace period, an old driver may take this long to go.
inline constexpr seconds linger_limit{60};

} // namespace spark
