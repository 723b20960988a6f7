#pragma once

#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace spark {

struct vital_actor {
  std::string name;
  caf::actor who;
};

/// Watches over those that nobody starts anew: without them the rest would wait
/// for ever, and look healthy. When one ends unasked, `failed` is called, which
/// should end the process: a new one finds everything in the cluster.
struct guard_state {
  static constexpr const char* name = "guard";

  guard_state() = default;

  std::map<caf::actor_addr, std::string> names;
  std::function<void()> failed;
};

caf::behavior run_guard(caf::stateful_actor<guard_state>* self,
                        const std::vector<vital_actor>& vital,
                        std::function<void()> failed);

} // namespace spark
