#pragma once

#include "tests/sim/simulation.hpp"

#include <string>
#include <vector>

/// Applications as a Go operator leaves them when it stops: every state of 1.x
/// and 2.x, with what may be there of the driver, with and without owner
/// reference, under every restart policy (reference: its behaviour, not its
/// code).
namespace spark::test {

enum class driver_left {
  none,
  runs, ///< or is pending, where it says SUBMITTED
  ended_well,
  ended_badly,
  unrecorded ///< submitted, and the operator stopped before it said so
};

/// What has to become of it. "Ends" asks the restart policy, "stays" does not.
enum class becoming {
  runs_first, ///< nothing was submitted yet
  ends_well,
  ends_badly,
  stays_well,
  stays_badly,
  reruns, ///< whatever the policy says
  rests   ///< suspended; runs again when it is lifted
};

struct left_behind {
  std::string state;
  driver_left driver = driver_left::none;
  becoming then = becoming::reruns;
  int version = 1; ///< 1.x or 2.x
  bool owned = true;
  std::string policy = "Never";

  [[nodiscard]] std::string name() const;
  /// The next attempt follows.
  [[nodiscard]] bool runs_again() const;
  /// The submission id of the attempt that is to be taken over; "": none.
  [[nodiscard]] std::string submission() const;
};

[[nodiscard]] std::vector<left_behind> everything_left();

/// Makes application ns/app as it was left. Gives its uid.
std::string leave(simulation& sim, const left_behind& what);
/// A driver of it, of that submission; `owner` is a uid or "".
void leave_driver(simulation& sim, const std::string& submission,
                  const std::string& owner);

} // namespace spark::test
