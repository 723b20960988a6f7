#pragma once

#include "actors/environment.hpp"
#include "actors/protocol.hpp"
#include "actors/registry/registry_actor.hpp"
#include "actors/scheduler/scheduler_actor.hpp"

#include <caf/stateful_actor.hpp>

#include <memory>
#include <vector>

namespace spark {

/// To the supervisor: it leads from now on.
struct begin_term {
  std::string lease;
  std::int64_t epoch = 0;
};

/// It does not lead any more.
struct end_term {};
/// To itself: a failed subtree starts anew, if it still leads.
struct restart_term {};

using supervisor_actor =
    caf::typed_actor<caf::reacts_to<begin_term>, caf::reacts_to<end_term>,
                     caf::reacts_to<restart_term>>;

/// Spawns and ends what works only while we lead: registry, scheduler,
/// watches, applications. If one of its own children fails, the whole leading
/// subtree is started anew: it recovers from the cluster and the journal like a
/// restart.
struct supervisor_state {
  static constexpr const char* name = "supervisor";

  supervisor_state() = default;

  environment_ptr env;
  std::shared_ptr<transport> out;
  journal_actor journal;
  api_actor api;
  scheduler_actor scheduler;
  registry_actor registry;
  std::vector<caf::actor> watches;
  begin_term leading;
  bool leads = false;
};

supervisor_actor::behavior_type
run_supervisor(supervisor_actor::stateful_pointer<supervisor_state> self,
               environment_ptr env, std::shared_ptr<transport> out,
               journal_actor journal, api_actor api);

} // namespace spark

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(spark::begin_term)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(spark::end_term)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(spark::restart_term)
