#pragma once

#include "actors/lease/lease_machine.hpp"
#include "actors/supervisor/supervisor_actor.hpp"

#include <caf/stateful_actor.hpp>

#include <optional>

namespace spark {

/// To the elector: hand the lease over and answer when that is done, so that
/// the next leader need not wait.
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
  bool released = false;
};

elector_actor::behavior_type
run_elector(elector_actor::stateful_pointer<elector_state> self,
            std::string identity, object_key lease, lease_timing timing,
            environment_ptr env, api_actor api, supervisor_actor supervisor);

} // namespace spark

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(spark::release_lease)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(spark::lease_released)
