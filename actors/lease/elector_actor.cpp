#include "actors/lease/elector_actor.hpp"

#include "actors/lease/lease_codec.hpp"
#include "k8s/requests.hpp"

#include <spdlog/spdlog.h>

namespace spark {
namespace {

namespace json = boost::json;
using pointer = elector_actor::stateful_pointer<elector_state>;

constexpr std::chrono::milliseconds tick_pause{250};
/// A renewal that takes longer is no renewal.
constexpr seconds lease_deadline{4};

std::string collection_path(const object_key& lease) {
  return "/apis/coordination.k8s.io/v1/namespaces/" + lease.ns + "/leases";
}

request request_for(const elector_state& st, const lease_step& step) {
  auto all = collection_path(st.lease);
  auto one = all + "/" + st.lease.name;
  if (step.action == lease_action::look) {
    auto out = requests::get(one);
    out.deadline = lease_deadline;
    return out;
  }
  auto body = write_lease(step.wanted, st.lease, step.acquiring, st.env->now());
  return step.action == lease_action::create
             ? requests::create(all, body, lease_deadline)
             : requests::merge_patch(one, body, lease_deadline);
}

api_call call_for(const elector_state& st, const lease_step& step) {
  api_call call;
  call.rank = priority::lease;
  call.resource = "leases";
  call.about = st.lease;
  call.what = request_for(st, step);
  call.what.where = lane::lease;
  return call;
}

void follow(pointer self, const lease_step& step);

void on_reply(pointer self, lease_action action, const reply& r) {
  auto& st = self->state;
  auto now = st.env->steady();
  bool ok = r.how == sent::answered && r.status / 100 == 2;
  if (action == lease_action::look && r.how == sent::answered &&
      r.status == 404) {
    follow(self, st.machine->looked(std::nullopt, now));
    return;
  }
  boost::system::error_code ec;
  auto record = ok ? read_lease(json::parse(r.body, ec)) : std::nullopt;
  if (!record) {
    if (!ok && r.status != 409)
      spdlog::warn("lease {}: {}", to_string(st.lease),
                   error_of_reply(r, "").message);
    follow(self, st.machine->failed(now));
  } else if (action == lease_action::look) {
    follow(self, st.machine->looked(record, now));
  } else {
    follow(self, st.machine->written(*record, now));
  }
}

void follow(pointer self, const lease_step& step) {
  auto& st = self->state;
  if (step.lost) {
    spdlog::error("lost the lease {}", to_string(st.lease));
    self->send(st.supervisor, end_term{});
  }
  if (st.machine->leading())
    st.env->fence->store(std::chrono::duration_cast<std::chrono::nanoseconds>(
                             st.machine->fence().time_since_epoch())
                             .count());
  if (step.gained) {
    spdlog::info("leading: lease {}, term {}", to_string(st.lease),
                 step.wanted.transitions);
    self->send(st.supervisor,
               begin_term{to_string(st.lease), step.wanted.transitions});
  }
  if (step.action == lease_action::none || st.released)
    return;
  self->request(st.api, caf::infinite, call_for(st, step))
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
  st.lease = std::move(lease);
  st.env = std::move(env);
  st.api = std::move(api);
  st.supervisor = std::move(supervisor);
  // Until the lease is ours nothing may be written.
  st.env->fence->store(1);
  self->send(self, wake_up{});
  return {
      [self](const release_lease&) {
        auto& s = self->state;
        auto promise = self->make_response_promise<lease_released>();
        auto record = s.machine->release();
        s.released = true;
        if (!record) {
          promise.deliver(lease_released{});
          return promise;
        }
        lease_step step;
        step.action = lease_action::update;
        step.wanted = *record;
        self->request(s.api, caf::infinite, call_for(s, step))
            .then(
                [promise](const reply&) mutable {
                  promise.deliver(lease_released{});
                },
                [promise](const caf::error&) mutable {
                  promise.deliver(lease_released{});
                });
        return promise;
      },
      [self](const wake_up& w) {
        auto& s = self->state;
        if (s.released)
          return;
        follow(self, s.machine->tick(s.env->steady()));
        self->delayed_send(self, tick_pause, w);
      },
  };
}

} // namespace spark
