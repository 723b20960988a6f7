#pragma once

#include "actors/announcement.hpp"
#include "actors/backoff.hpp"
#include "crds/status.hpp"
#include "messages/app_state.hpp"

#include <compare>
#include <map>
#include <set>
#include <string>
#include <vector>

/// The application machine: three pure functions around one state. No clock, no
/// dice, no I/O; whatever they need comes as an argument.
namespace spark {

/// Raised when decide() concludes something else from the same facts, so that
/// replay re-decides only rows of its own rules.
inline constexpr std::int64_t rules_version = 5;

/// The rules: what does this fact mean? Empty when it means nothing new.
[[nodiscard]] std::vector<app_event>
decide(const app_state& state, const app_stimulus& stimulus, time_point now);

/// Applies what was concluded. Total: any event fits any state.
void evolve(app_state& state, const app_event& event, time_point at);

enum class effect_kind {
  claim_attempt,
  sweep_attempt,
  create_config,
  create_service,
  create_driver,
  put_companions,
  remove_budget,
  delete_driver,
  delete_app,
  look_at_driver,
  look_at_app,
  patch_status
};
BOOST_DESCRIBE_ENUM(effect_kind, claim_attempt, sweep_attempt, create_config,
                    create_service, create_driver, put_companions,
                    remove_budget, delete_driver, delete_app, look_at_driver,
                    look_at_app, patch_status)

[[nodiscard]] std::string_view to_string(effect_kind k);
/// Anything that belongs to an attempt.
[[nodiscard]] bool creates_children(effect_kind k);

/// An intent. Two effects are the same if kind, attempt and target are.
struct effect {
  effect_kind kind = effect_kind::look_at_app;
  std::int64_t attempt = 0;
  std::string target; ///< uid of what is to be deleted, else empty
  auto operator<=>(const effect&) const = default;
};

/// What only this process knows.
struct app_view {
  bool observed = false;        ///< a first observation in this term was made
  application_status status;    ///< as last observed
  std::string resource_version; ///< of the application, as last observed
  std::string loaded_hash;      ///< hash of the spec in memory; empty: none
  std::string loaded_live;      ///< its live hash
  std::set<effect> in_flight;
  std::map<effect_kind, backoff> backoffs;
  time_point looked_at{};      ///< last answered live GET of the driver
  time_point status_sent_at{}; ///< last status write that was accepted
  /// No create of ours whose end is unknown can land after this.
  time_point creates_settled_at{};
  /// Every tenth of these intervals a running driver is looked at.
  seconds resync{30};
};

/// What is still to be done in this state, at this time. Level-based: it does
/// not matter which edge led here, nor what was tried before.
[[nodiscard]] std::vector<effect> plan(const app_state& state,
                                       const app_view& view, time_point now);

/// When plan() or decide() may want something without any new fact. no_time:
/// nothing is being waited for.
[[nodiscard]] time_point wake_at(const app_state& state, const app_view& view,
                                 time_point now);

/// The status that this state should show. `observed` supplies what we do not
/// own and must keep.
[[nodiscard]] application_status projection(const app_state& state,
                                            const application_status& observed);

[[nodiscard]] std::vector<announcement> announce(const app_state& before,
                                                 const app_event& event);

/// Whose driver pod is it?
enum class driver_owner {
  current,       ///< ours, of the open attempt
  older_attempt, ///< ours, of another attempt
  predecessor,   ///< of a deleted application of the same name
  foreign        ///< somebody else's
};
[[nodiscard]] driver_owner owner_of(const app_state& state,
                                    const driver_fact& driver);

/// How long another operator must have been silent before what it left is
/// taken over; twice as long each time that it comes back.
[[nodiscard]] seconds contest_silence(const app_state& state);
/// ... and between two writes of ours meanwhile.
[[nodiscard]] seconds contest_write_pause(const app_state& state);

// When time alone calls for something; no_time: never. plan() looks then, and
// what the look shows decides.

/// The driver has waited for its start, or for a node, for as long as it may.
[[nodiscard]] time_point start_limit(const app_state& state);
/// Users should be told what the driver waits for.
[[nodiscard]] time_point notice_wait_at(const app_state& state);
/// An old driver should be gone, grace period and all.
[[nodiscard]] time_point lingers_at(const app_state& state);
[[nodiscard]] std::int64_t old_driver_grace(const app_state& state);
[[nodiscard]] std::string old_driver_name(const app_state& state);

} // namespace spark
