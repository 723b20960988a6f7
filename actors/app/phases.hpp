#pragma once

#include "actors/api/ending.hpp"
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
  /// The policy has nothing more to do.
  bool ended;
  /// Nothing is waited for but the user: no timer, no actor.
  bool rests;
  std::string_view meaning;
  /// What ends the attempt from here although nothing happened (contract
  /// "Every state looks again").
  std::string_view gives_up = "never";
  /// An attempt has ended, and the policy may want another.
  bool waits = false;
};

inline constexpr std::array<phase_row, 18> phase_table{{
    {phase::fresh, "", seconds{30}, false, false,
     "accepted, nothing claimed yet"},
    {phase::claiming, "", seconds{10}, false, false,
     "claim decided, being written"},
    {phase::claimed, "", seconds{10}, false, false,
     "claim held, driver being created",
     "refused for good: at once; a name taken by others: 600 s"},
    {phase::submitted, "SUBMITTED", seconds{60}, false, false,
     "driver pod exists, not running yet",
     "image, config or volume error: driverStartTimeout"},
    {phase::running, "RUNNING", seconds{300}, false, false, "driver runs",
     "a live look finds no driver: DriverLost"},
    {phase::unknown, "UNKNOWN", seconds{300}, false, false,
     "the node does not report the driver",
     "a live look finds no driver: DriverLost"},
    {phase::succeeding, "SUCCEEDING", seconds{10}, false, false,
     "driver ended well, policy decides",
     "at the retry time the next attempt follows", true},
    {phase::failing, "FAILING", seconds{10}, false, false,
     "driver failed or is being removed",
     "at the retry time the next attempt follows", true},
    {phase::submission_failed, "SUBMISSION_FAILED", seconds{10}, false, false,
     "no driver could be made", "at the retry time the next attempt follows",
     true},
    {phase::completed, "COMPLETED", seconds{0}, true, true, "done", "-"},
    {phase::failed, "FAILED", seconds{0}, true, true, "done, without success",
     "-"},
    {phase::invalidating, "INVALIDATING", seconds{10}, false, false,
     "edited, old driver being removed"},
    {phase::pending_rerun, "PENDING_RERUN", seconds{10}, false, false,
     "what is left goes, next claim follows"},
    {phase::suspending, "SUSPENDING", seconds{10}, false, false,
     "to rest, driver being removed"},
    {phase::suspended, "SUSPENDED", seconds{0}, false, true,
     "rests until spec.suspend is lifted", "-"},
    {phase::resuming, "RESUMING", seconds{10}, false, false,
     "may run again, next claim follows"},
    {phase::deleting, "", seconds{10}, false, false,
     "the application is being deleted"},
    {phase::gone, "", seconds{0}, true, true, "the application does not exist",
     "-"},
}};

[[nodiscard]] constexpr const phase_row& row_of(phase p) {
  return phase_table[static_cast<std::size_t>(p)];
}

/// SUBMITTED, RUNNING or UNKNOWN: the phase goes where the driver goes.
[[nodiscard]] constexpr bool follows_driver(phase p) {
  return p == phase::submitted || p == phase::running || p == phase::unknown;
}

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
/// Until what the server refused to have beside a driver is tried again; an
/// edit of the spec does not wait for it.
inline constexpr seconds refused_pause{600};
/// Beyond its grace period, an old driver may take this long to go.
inline constexpr seconds linger_limit{60};
/// Another operator that writes nothing new for so long is taken to be gone.
inline constexpr seconds contest_limit{600};
/// Between two looks, and two writes, while another operator writes, too.
inline constexpr seconds contest_pause{60};

} // namespace spark
