#include "actors/lease/elector_actor.hpp"

#include "actors/lease/lease_codec.hpp"
#include "k8s/requests.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

namespace spark {
namespace {

namespace json = boost::json;
using pointer = elector_actor::stateful_pointer<elector_state>;

constexpr milliseconds tick_pause{250};
/// What ends the process must end within 2 s: half for what is under way, the
/// other for the release itself.
constexpr milliseconds patience{900};
constexpr milliseconds release_deadline{500};

/// A renewal that takes longer is no renewal. Three must fit between the last
/// good one and the loss of the lease: a connection may have died silently.
milliseconds deadline_of(const lease_timing& timing) {
  auto try_for = (timing.renew_deadline - timing.retry_period) / 4;
  return std::clamp(try_for, milliseconds{500}, milliseconds{4000});
}

std::string collection_path(const object_key& lease) {
  return "/apis/coordination.k8s.io/v1/namespaces/" + lease.ns + "/leases";
}

request request_for(const elector_state& st, const lease_step& step,
                    milliseconds deadline) {
  auto all = collection_path(st.lease);
  auto one = all + "/" + st.lease.name;
  if (step.action == lease_action::look) {
    auto out = requests::get(one);
    out.deadline = deadline;
    return out;
  }
  auto body = write_lease(step.wanted, st.lease, step.acquiring, st.env->now());
  return step.action == lease_action::create
             ? requests::create(all, body, deadline)
             : requests::merge_patch(one, body, deadline);
}

api_call call_for(const elector_state& st, const lease_step& step,
                  milliseconds deadline) {
  api_call call;
  call.rank = priority::lease;
  call.resource = "leases";
  call.about = st.lease;
  call.what = request_for(st, step, deadline);
  call.what.where = lane::lease;
  return call;
}

// -- handing over -------------------------------------------------------------

using release_promise = caf::typed_response_promise<lease_released>;

void answer_release(pointer self) {
  auto promise = std::exchange(self->state.releasing, release_promise{});
  if (promise.pending())
    promise.deliver(lease_released{});
}

/// The next leader may begin as soon as the lease is free. So it goes when
/// nothing of ours can land any more; otherwise it has to run out.
void release_when_quiet(pointer self) {
  auto& st = self->state;
  if (!st.releasing.pending())
    return;
  if (!st.quiet || st.machine->busy()) {
    if (st.env->steady() < st.give_up_at)
      return;
    spdlog::warn("lease {}: requests are still under way, so it is left to "
                 "expire",
                 to_string(st.lease));
    answer_release(self);
    return;
  }
  auto record = st.machine->release();
  if (!record) {
    answer_release(self);
    return;
  }
  lease_step step;
  step.action = lease_action::update;
  step.wanted = *record;
  auto promise = std::exchange(st.releasing, release_promise{});
  self->request(st.api, caf::infinite, call_for(st, step, release_deadline))
      .then([promise](
                const reply&) mutable { promise.deliver(lease_released{}); },
            [promise](const caf::error&) mutable {
              promise.deliver(lease_released{});
            });
}

/// No write leaves from here on, whatever was promised before.
void close_fence(pointer self) {
  auto& st = self->state;
  st.quiet = false;
  st.env->fence->store(fence_closed);
  self->request(st.api, caf::infinite, settle_writes{})
      .then(
          [self](const writes_settled&) {
            self->state.quiet = true;
            release_when_quiet(self);
          },
          [self](const caf::error&) {
            // Without the actor that sends there is nobody to send it.
            answer_release(self);
          });
}

// -- winning, keeping, losing -------------------------------------------------

void follow(pointer self, const lease_step& step);

lease_step step_after(pointer self, lease_action action, const reply& r) {
  auto& st = self->state;
  auto now = st.env->steady();
  bool ok = r.how == sent::answered && r.status / 100 == 2;
  if (action == lease_action::look && r.how == sent::answered &&
      r.status == 404)
    return st.machine->looked(std::nullopt, now);
  boost::system::error_code ec;
  auto record = ok ? read_lease(json::parse(r.body, ec)) : std::nullopt;
  if (record)
    return action == lease_action::look ? st.machine->looked(record, now)
                                        : st.machine->written(*record, now);
  if (!ok && r.status != 409)
    spdlog::warn("lease {}: {}", to_string(st.lease),
                 error_of_reply(r, "").message);
  return st.machine->failed(now);
}

void on_reply(pointer self, lease_action action, const reply& r) {
  auto step = step_after(self, action, r);
  if (self->state.stopping)
    release_when_quiet(self);
  else
    follow(self, step);
}

void follow(pointer self, const lease_step& step) {
  auto& st = self->state;
  if (step.lost) {
    spdlog::error("lost the lease {}", to_string(st.lease));
    close_fence(self);
    st.env->condition->standby = true;
    self->send(st.supervisor, end_term{});
  }
  if (st.machine->leading())
    st.env->fence->store(std::chrono::duration_cast<std::chrono::nanoseconds>(
                             st.machine->fence().time_since_epoch())
                             .count());
  if (step.gained) {
    spdlog::info("leading: lease {}, term {}", to_string(st.lease),
                 step.wanted.transitions);
    st.env->condition->standby = false;
    self->send(st.supervisor,
               begin_term{to_string(st.lease), step.wanted.transitions});
  }
  if (step.action == lease_action::none)
    return;
  self->request(st.api, caf::infinite, call_for(st, step, st.deadline))
      .then([self, action = step.action](
                const reply& r) { on_reply(self, action, r); },
            [](const caf::error&) {
              // Shutting down.
            });
}

} // namespace

elector_actor::behavior_type run_elector(pointer self, std::string identity,
                                         object_key lease, lease_timing timing,
                                         environment_ptr env, api_actor api,
                                         supervisor_actor supervisor) {
  auto& st = self->state;
  st.machine.emplace(std::move(identity), timing);
  st.deadline = deadline_of(timing);
  st.lease = std::move(lease);
  st.env = std::move(env);
  st.api = std::move(api);
  st.supervisor = std::move(supervisor);
  // Until the lease is ours nothing may be written.
  st.env->fence->store(fence_closed);
  st.env->condition->standby = true;
  self->send(self, wake_up{});
  return {
      [self](const release_lease&) {
        auto& s = self->state;
        auto promise = self->make_response_promise<lease_released>();
        s.releasing = promise;
        s.stopping = true;
        s.give_up_at = s.env->steady() + patience;
        s.machine->stop();
        s.env->condition->standby = false;
        close_fence(self);
        return promise;
      },
      [self](const wake_up& w) {
        auto& s = self->state;
        if (s.stopping)
          release_when_quiet(self);
        else
          follow(self, s.machine->tick(s.env->steady()));
        self->delayed_send(self, tick_pause, w);
      },
  };
}

} // namespace spark
