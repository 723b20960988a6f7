#pragma once

#include "actors/announcement.hpp"
#include "actors/backoff.hpp"
#include "crds/scheduled_status.hpp"
#include "messages/schedule_state.hpp"

#include <compare>
#include <map>
#include <set>
#include <string>
#include <vector>

/// The schedule machine: when a ScheduledSparkApplication is due and what is
/// done then. Pure, as the application machine is (actors/app/machine.hpp).
///
/// A run is made in three steps, so that a tick has one run through any crash
/// (contract "ScheduledSparkApplication"): pendingRun is written to the status
/// with uid and resourceVersion, the run is created under a name that follows
/// from the tick, lastRun is written and pendingRun cleared. The status alone
/// says where it stands: the journal may be empty.
namespace spark {

/// Raised when decide() concludes something else from the same facts.
inline constexpr std::int64_t schedule_rules_version = 1;

[[nodiscard]] std::vector<schedule_event>
decide(const schedule_state& state, const schedule_stimulus& stimulus,
       time_point now);

/// Total: any event fits any state.
void evolve(schedule_state& state, const schedule_event& event, time_point at);

enum class schedule_effect_kind {
  write_status,
  create_run,
  look_at_run,
  delete_run
};
BOOST_DESCRIBE_ENUM(schedule_effect_kind, write_status, create_run, look_at_run,
                    delete_run)

/// An intent. `run` is a name; `uid` that of a run that is to be deleted.
struct schedule_effect {
  schedule_effect_kind kind = schedule_effect_kind::write_status;
  std::string run;
  std::string uid;
  auto operator<=>(const schedule_effect&) const = default;
};

/// What only this process knows.
struct schedule_view {
  bool observed = false;        ///< a first observation in this term was made
  scheduled_status status;      ///< as last observed
  std::string resource_version; ///< of the object, as last observed
  std::set<schedule_effect> in_flight;
  std::map<schedule_effect, backoff> backoffs;
  /// No create of ours whose end is unknown can land after this.
  time_point creates_settled_at{};
};

/// What is still to be done in this state, at this time.
[[nodiscard]] std::vector<schedule_effect>
plan(const schedule_state& state, const schedule_view& view, time_point now);

/// When plan() or decide() may want something without any new fact. no_time:
/// nothing is being waited for.
[[nodiscard]] time_point wake_at(const schedule_state& state,
                                 const schedule_view& view, time_point now);

/// The status that this state should show. `observed` supplies what we do not
/// own and must keep.
[[nodiscard]] scheduled_status projection(const schedule_state& state,
                                          const scheduled_status& observed);

[[nodiscard]] std::vector<announcement> announce(const schedule_state& before,
                                                 const schedule_event& event);

[[nodiscard]] std::string_view to_string(schedule_effect_kind k);

} // namespace spark
