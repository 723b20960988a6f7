#include "actors/supervisor/guard_actor.hpp"

#include <spdlog/spdlog.h>

namespace spark {

caf::behavior run_guard(caf::stateful_actor<guard_state>* self,
                        const std::vector<vital_actor>& vital,
                        std::function<void()> failed) {
  auto& st = self->state;
  st.failed = std::move(failed);
  for (auto& v : vital) {
    st.names[v.who.address()] = v.name;
    self->monitor(v.who);
  }
  self->set_down_handler([self](const caf::down_msg& down) {
    // What ends in the course of a shutdown was asked to.
    if (down.reason == caf::exit_reason::user_shutdown)
      return;
    spdlog::critical("the {} ended unexpectedly ({}): the operator ends, to be "
                     "started anew; running applications are not affected",
                     self->state.names[down.source],
                     caf::to_string(down.reason));
    self->state.failed();
  });
  // An actor without a handler would end at once.
  return {[](caf::unit_t) {}};
}

} // namespace spark
