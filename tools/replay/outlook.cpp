#include "tools/replay/outlook.hpp"

#include "actors/app/machine.hpp"
#include "actors/scheduler/machine.hpp"

namespace spark::replay {
namespace {

namespace json = boost::json;

wish wish_of(const effect& e) {
  wish out{std::string{to_string(e.kind)},
           {{"kind", to_string(e.kind)},
            {"attempt", e.attempt},
            {"target", e.target}}};
  if (!e.target.empty())
    out.words += " " + e.target;
  return out;
}

wish wish_of(const schedule_effect& e) {
  wish out{std::string{to_string(e.kind)},
           {{"kind", to_string(e.kind)}, {"run", e.run}, {"uid", e.uid}}};
  if (!e.run.empty())
    out.words += " " + e.run;
  return out;
}

json::object shown(const application_status& s) { return status_patch({}, s); }
json::object shown(const scheduled_status& s) {
  return scheduled_status_patch({}, s);
}

template<class State, class View>
outlook look_ahead(const State* before, const State& after, View view,
                   time_point at) {
  outlook out;
  view.observed = true;
  if (before)
    view.status = projection(*before, {});
  auto wants = plan(after, view, at);
  for (auto& e : wants)
    out.wants.push_back(wish_of(e));
  view.in_flight.insert(wants.begin(), wants.end());
  out.wakes_at = wake_at(after, view, at);
  auto status = projection(after, {});
  out.status = shown(status);
  out.conditions = std::move(status.conditions);
  return out;
}

} // namespace

outlook outlook_of(const app_state* before, const app_state& after,
                   time_point at) {
  app_view view;
  view.looked_at = at;
  view.loaded_hash = after.current.spec_hash;
  return look_ahead(before, after, std::move(view), at);
}

outlook outlook_of(const schedule_state* before, const schedule_state& after,
                   time_point at) {
  return look_ahead(before, after, schedule_view{}, at);
}

} // namespace spark::replay
