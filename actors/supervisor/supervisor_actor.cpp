#include "actors/supervisor/supervisor_actor.hpp"

#include "actors/watch/watch_actor.hpp"

#include <spdlog/spdlog.h>

namespace spark {
namespace {

using pointer = supervisor_actor::stateful_pointer<supervisor_state>;

constexpr std::chrono::seconds restart_pause{1};

void end_subtree(pointer self) {
  auto& st = self->state;
  for (auto& w : st.watches)
    self->send_exit(w, caf::exit_reason::user_shutdown);
  st.watches.clear();
  if (st.registry)
    self->send_exit(st.registry, caf::exit_reason::user_shutdown);
  st.registry = nullptr;
  if (st.scheduler)
    self->send_exit(st.scheduler, caf::exit_reason::user_shutdown);
  st.scheduler = nullptr;
  st.env->condition->synced = false;
}

template<class Handle>
void keep(pointer self, const Handle& h) {
  self->monitor(h);
  self->state.watches.push_back(caf::actor_cast<caf::actor>(h));
}

void begin_subtree(pointer self) {
  auto& st = self->state;
  term leading{st.leading.lease, st.leading.epoch};
  st.scheduler =
      self->spawn(run_scheduler, st.env, leading, st.journal, st.api);
  self->monitor(st.scheduler);
  st.registry = self->spawn(run_registry, st.env, leading, st.journal, st.api,
                            st.scheduler);
  self->monitor(st.registry);
  auto namespaces = st.env->namespaces;
  if (namespaces.empty())
    namespaces.emplace_back();
  for (std::size_t i = 0; i < namespaces.size(); ++i) {
    keep(self, self->spawn(watch_applications, namespaces[i], i, st.out, st.env,
                           st.registry));
    keep(self, self->spawn(watch_schedules, namespaces[i], i, st.out, st.env,
                           st.scheduler));
    keep(self, self->spawn(watch_pods, namespaces[i], i, st.out, st.env,
                           st.registry));
  }
}

bool is_ours(const supervisor_state& st, const caf::actor_addr& who) {
  if (st.registry && st.registry.address() == who)
    return true;
  if (st.scheduler && st.scheduler.address() == who)
    return true;
  for (auto& w : st.watches)
    if (w.address() == who)
      return true;
  return false;
}

} // namespace

supervisor_actor::behavior_type run_supervisor(pointer self,
                                               environment_ptr env,
                                               std::shared_ptr<transport> out,
                                               journal_actor journal,
                                               api_actor api) {
  auto& st = self->state;
  st.env = std::move(env);
  st.out = std::move(out);
  st.journal = std::move(journal);
  st.api = std::move(api);
  self->set_down_handler([self](const caf::down_msg& down) {
    if (!is_ours(self->state, down.source))
      return;
    spdlog::critical("a part of the operator failed ({}); starting it anew",
                     caf::to_string(down.reason));
    end_subtree(self);
    self->delayed_send(self, restart_pause, restart_term{});
  });
  self->set_exit_handler([self](const caf::exit_msg& why) {
    end_subtree(self);
    self->quit(why.reason);
  });
  return {
      [self](const begin_term& t) {
        end_subtree(self);
        self->state.leading = t;
        self->state.leads = true;
        begin_subtree(self);
      },
      [self](const end_term&) {
        self->state.leads = false;
        end_subtree(self);
      },
      [self](const restart_term&) {
        if (self->state.leads && !self->state.registry)
          begin_subtree(self);
      },
  };
}

} // namespace spark
