#pragma once

#include "actors/api/call_queue.hpp"
#include "actors/environment.hpp"
#include "actors/protocol.hpp"

#include <caf/stateful_actor.hpp>

#include <memory>
#include <unordered_map>
#include <vector>

namespace spark {

/// Stands in front of the transport: priorities, the in-flight window, pauses
/// that the server asks for, and a promise per call. While the fence is closed
/// it lets no write through.
struct api_state {
  static constexpr const char* name = "api";

  struct waiting_call {
    api_call what;
    caf::typed_response_promise<reply> promise;
    bool sent = false;
  };

  api_state() = default;

  std::shared_ptr<transport> out;
  environment_ptr env;
  call_queue queue;
  call_window window;
  std::unordered_map<op_id, waiting_call> calls; ///< queued or under way
  int in_flight = 0;
  std::chrono::steady_clock::time_point paused_until{};
  /// Who wants to know when no write is under way.
  std::vector<caf::typed_response_promise<writes_settled>> settling;
  std::uint64_t pause_generation = 0;
};

api_actor::behavior_type run_api(api_actor::stateful_pointer<api_state> self,
                                 std::shared_ptr<transport> out,
                                 environment_ptr env, int window);

} // namespace spark
