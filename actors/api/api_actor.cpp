#include "actors/api/api_actor.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

namespace spark {
namespace {

using pointer = api_actor::stateful_pointer<api_state>;

constexpr seconds longest_pause{60};

void show(api_state& st) {
  auto& m = *st.env->counters;
  m.set(gauge::api_in_flight, st.in_flight);
  m.set(gauge::api_queue_length, static_cast<double>(st.queue.size()));
  m.set(gauge::api_window, st.window.size());
}

/// A lease does not fence, so each write carries its own limit: it must be over
/// before another leader can have begun.
request fenced(const environment& env, const api_call& call) {
  auto out = call.what;
  auto fence = env.fence->load();
  if (fence != 0 && out.method != verb::get && call.rank != priority::lease)
    out.not_after =
        std::chrono::steady_clock::time_point{std::chrono::nanoseconds{fence}} -
        out.deadline;
  return out;
}

void submit(pointer self, op_id id, const api_call& call) {
  // The callback runs on the transport's thread: it hands the reply on and
  // does nothing else.
  auto handle = caf::actor_cast<api_actor>(self);
  self->state.out->submit(
      id, fenced(*self->state.env, call), [handle](op_id done, reply r) {
        caf::anon_send(handle, http_done{done, std::move(r)});
      });
}

/// Answers a call that nobody wants to leave any more.
bool withdraw(api_state& st, op_id id) {
  auto it = st.calls.find(id);
  auto& unwanted = it->second.what.withdrawn;
  if (!unwanted || !*unwanted)
    return false;
  reply r;
  r.why = error{errc::cancelled, "withdrawn before it was sent", "", 0};
  it->second.promise.deliver(std::move(r));
  st.calls.erase(it);
  return true;
}

void send_more(pointer self) {
  auto& st = self->state;
  bool paused = st.env->now() < st.paused_until;
  while (!paused && st.window.has_room(st.in_flight)) {
    auto id = st.queue.pop();
    if (!id)
      break;
    if (withdraw(st, *id))
      continue;
    ++st.in_flight;
    submit(self, *id, st.calls.at(*id).what);
  }
  show(st);
}

void pause(pointer self, seconds wait) {
  auto& st = self->state;
  wait = std::clamp(wait, seconds{1}, longest_pause);
  st.paused_until = st.env->now() + wait;
  self->delayed_send(self, wait, resume_calls{++st.pause_generation});
}

void learn(pointer self, const reply& r) {
  auto& st = self->state;
  if (r.how == sent::answered && r.status == 429) {
    st.window.throttled();
    pause(self, r.retry_after);
    spdlog::warn("the API server is throttling us; window {}",
                 st.window.size());
  } else if (r.how == sent::answered && r.status < 500) {
    st.window.succeeded();
  } else if (r.how == sent::maybe) {
    st.window.throttled();
  }
}

void finish(pointer self, const http_done& done) {
  auto& st = self->state;
  auto it = st.calls.find(done.id);
  if (it == st.calls.end())
    return;
  auto call = std::move(it->second);
  st.calls.erase(it);
  st.env->counters->api_request(to_string(call.what.what.method),
                                call.what.resource, done.what.status);
  if (call.what.rank != priority::lease) {
    --st.in_flight;
    learn(self, done.what);
  }
  if (done.what.how == sent::answered && done.what.status == 403)
    spdlog::error("{} {}: {}", to_string(call.what.what.method),
                  call.what.what.path, error_of_reply(done.what, "").message);
  call.promise.deliver(done.what);
  send_more(self);
}

} // namespace

api_actor::behavior_type run_api(pointer self, std::shared_ptr<transport> out,
                                 environment_ptr env, int window) {
  auto& st = self->state;
  st.out = std::move(out);
  st.env = std::move(env);
  st.window = call_window{window};
  return {
      [self](const api_call& call) {
        auto& s = self->state;
        auto promise = self->make_response_promise<reply>();
        auto id = s.env->next_op();
        if (call.rank == priority::lease) {
          s.calls.emplace(id, api_state::waiting_call{call, promise});
          submit(self, id, call);
          return promise;
        }
        if (!s.queue.push(id, call.rank, call.about)) {
          s.env->counters->add(counter::events_dropped);
          reply dropped;
          dropped.why =
              error{errc::not_sent, "too many Kubernetes Events wait", "", 0};
          promise.deliver(std::move(dropped));
          return promise;
        }
        s.calls.emplace(id, api_state::waiting_call{call, promise});
        send_more(self);
        return promise;
      },
      [self](const http_done& done) { finish(self, done); },
      [self](const resume_calls& r) {
        auto& s = self->state;
        if (r.generation != s.pause_generation)
          return;
        // The wall clock may lag behind this timer: nobody would come again.
        s.paused_until = {};
        send_more(self);
      },
  };
}

} // namespace spark
