#pragma once

#include "actors/lease/lease_machine.hpp"
#include "actors/supervisor/supervisor_actor.hpp"

#include <caf/stateful_actor.hpp>

#include <optional>

namespace spark {

/// To the elector: hand the lease over and answer when that is done, so that
/// the next leader need not wait. That takes less than 2 s; if something is
/// still under way after the first of them, the lease is left to expire.
struct release_lease {};
struct lease_released {};

using elector_actor =
    caf::typed_actor<caf::replies_to<release_lease>::with<lease_released>,
                     caf::reacts_to<wake_up>>;

/// Wins, renews and loses the lease, and tells the supervisor.
struct elector_state {
  static constexpr const char* name = "elector";

  elector_state() = default;

  std::optional<lease_machine> machine;
  object_key lease;
  environment_ptr env;
  api_actor api;
  supervisor_actor supervisor;
  milliseconds deadline{}; ///< of a request

  /// Who waits for the lease to be handed over; set: nothing else is done.
  caf::typed_response_promise<lease_released> releasing;
  bool stopping = false;
  bool quiet = false; ///< since the fence was closed no write is under way
  lease_machine::instant give_up_at{};
};

elector_actor::behavior_type
run_elector(elector_actor::stateful_pointer<elector_state> self,
            std::string identity, object_key lease, lease_timing timing,
            environment_ptr env, api_actor api, supervisor_actor supervisor);

} // namespace spark

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(spark::release_lease)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(spark::lease_released)
