#pragma once

#include "actors/app/session.hpp"
#include "actors/environment.hpp"
#include "actors/protocol.hpp"

#include <caf/stateful_actor.hpp>

#include <atomic>
#include <memory>

namespace spark {

/// The mailbox around one application's session: moves facts in, appends rows,
/// carries out procedures, keeps one timer. No rule lives here.
struct app_actor_state {
  static constexpr const char* name = "app";

  app_actor_state() = default;
  app_actor_state(const app_actor_state&) = delete;
  app_actor_state& operator=(const app_actor_state&) = delete;
  /// What still waits in the api actor is not sent any more: whoever comes
  /// after this actor decides anew, from what the cluster says then.
  ~app_actor_state();

  std::unique_ptr<app_session> session;
  object_key key;
  std::string uid;
  environment_ptr env;
  journal_actor journal;
  api_actor api;
  registry_actor registry;
  std::uint64_t messages = 0; ///< of the registry, seen so far
  std::uint64_t timer_generation = 0;
  time_point timer_at{};
  std::int64_t announced = 0; ///< makes names of Kubernetes Events unique
  bool retiring = false;
  bool counted_running = false;
  bool counted_stuck = false;
  /// The application goes: creates that still wait shall not be sent.
  std::shared_ptr<std::atomic<bool>> going =
      std::make_shared<std::atomic<bool>>(false);
  /// The actor has ended: no write of its shall be sent.
  std::shared_ptr<std::atomic<bool>> ended =
      std::make_shared<std::atomic<bool>>(false);
};

app_actor::behavior_type
run_app(app_actor::stateful_pointer<app_actor_state> self, object_key key,
        std::string uid, environment_ptr env, journal_actor journal,
        api_actor api, registry_actor registry);

} // namespace spark
