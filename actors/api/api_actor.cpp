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

/// The lease itself is never fenced.
bool is_fenced(const api_call& call) {
  return call.what.method != verb::get && call.rank != priority::lease;
}

bool must_not_leave(const environment& env, const api_call& call) {
  return is_fenced(call) && env.fence->load() == fence_closed;
}

/// A lease does not fence, so each write carries its own limit: it must be over
/// before another leader can have begun.
request fenced(const environment& env, const api_call& call) {
  auto out = call.what;
  auto fence = env.fence->load();
  if (fence != 0 && is_fenced(call))
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

reply not_sent(errc code, const char* why) {
  reply r;
  r.why = error{code, why, "", 0};
  return r;
}

reply behind_the_fence() {
  return not_sent(errc::cancelled, "the lease is not ours");
}

/// Answers a call that nobody wants to leave any more.
bool withdraw(api_state& st, op_id id) {
  auto it = st.calls.find(id);
  auto& unwanted = it->second.what.withdrawn;
  if (!unwanted || !*unwanted)
    return false;
  it->second.promise.deliver(
      not_sent(errc::cancelled, "withdrawn before it was sent"));
  st.calls.erase(it);
  return true;
}

/// They would wait for a window or the end of a pause first, and be refused
/// then.
void answer_fenced(api_state& st) {
  for (auto id : st.queue.drain()) {
    auto it = st.calls.find(id);
    auto& call = it->second;
    if (!is_fenced(call.what)) {
      (void)st.queue.push(id, call.what.rank, call.what.about);
      continue;
    }
    call.promise.deliver(behind_the_fence());
    st.calls.erase(it);
  }
}

void tell_when_settled(api_state& st) {
  for (auto& [id, call] : st.calls)
    if (call.sent && is_fenced(call.what))
      return;
  for (auto& promise : std::exchange(st.settling, {}))
    promise.deliver(writes_settled{});
}

void send_more(pointer self) {
  auto& st = self->state;
  bool paused = st.env->steady() < st.paused_until;
  while (!paused && st.window.has_room(st.in_flight)) {
    auto id = st.queue.pop();
    if (!id)
      break;
    if (withdraw(st, *id))
      continue;
    ++st.in_flight;
    auto& call = st.calls.at(*id);
    call.sent = true;
    submit(self, *id, call.what);
  }
  show(st);
}

void pause(pointer self, seconds wait) {
  auto& st = self->state;
  wait = std::clamp(wait, seconds{1}, longest_pause);
  auto until = st.env->steady() + wait;
  // Of several replies the one that asks for the longest pause counts.
  if (until <= st.paused_until)
    return;
  st.paused_until = until;
  self->delayed_send(self, wait, resume_calls{++st.pause_generation});
}

/// A server that is too busy says so with 429, one that starts or ends with 503
/// and the time when it will be back.
bool asks_for_pause(const reply& r) {
  return r.status == 429 || (r.status == 503 && r.retry_after.count() > 0);
}

void learn(pointer self, const reply& r) {
  auto& st = self->state;
  if (r.how == sent::answered && asks_for_pause(r)) {
    st.window.throttled();
    pause(self, r.retry_after);
    spdlog::warn("the API server asks for a pause (HTTP {}); window {}",
                 r.status, st.window.size());
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
  if (!st.settling.empty())
    tell_when_settled(st);
  send_more(self);
}

void take_call(pointer self, const api_call& call,
               caf::typed_response_promise<reply> promise) {
  auto& st = self->state;
  if (must_not_leave(*st.env, call)) {
    promise.deliver(behind_the_fence());
    return;
  }
  auto id = st.env->next_op();
  if (call.rank == priority::lease) {
    st.calls.emplace(id, api_state::waiting_call{call, promise, true});
    submit(self, id, call);
    return;
  }
  if (!st.queue.push(id, call.rank, call.about)) {
    st.env->counters->add(counter::events_dropped);
    promise.deliver(
        not_sent(errc::not_sent, "too many Kubernetes Events wait"));
    return;
  }
  st.calls.emplace(id, api_state::waiting_call{call, promise});
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
        auto promise = self->make_response_promise<reply>();
        take_call(self, call, promise);
        return promise;
      },
      [self](const http_done& done) { finish(self, done); },
      [self](const resume_calls& r) {
        auto& s = self->state;
        if (r.generation != s.pause_generation)
          return;
        // Whatever the clock says: nobody would come again.
        s.paused_until = {};
        send_more(self);
      },
      [self](const settle_writes&) {
        auto& s = self->state;
        auto promise = self->make_response_promise<writes_settled>();
        s.settling.push_back(promise);
        answer_fenced(s);
        tell_when_settled(s);
        show(s);
        return promise;
      },
  };
}

} // namespace spark
