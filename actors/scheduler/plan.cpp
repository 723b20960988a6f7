#include "actors/scheduler/machine.hpp"
#include "actors/scheduler/ticks.hpp"

#include <algorithm>

namespace spark {
namespace {

/// A schedule's history may be cut by hundreds at once.
constexpr std::size_t most_deletes = 4;
constexpr std::size_t most_wishes = 64;

struct wish {
  schedule_effect what;
  time_point from{}; ///< not before
};

time_point not_before(const wish& w, const schedule_view& v) {
  auto pause = v.backoffs.find(w.what);
  return pause == v.backoffs.end() ? w.from
                                   : std::max(w.from, pause->second.not_before);
}

/// What plan() and wake_at() have in common: what is wanted, and from when on.
class planner {
public:
  planner(const schedule_state& s, const schedule_view& v, time_point now)
      : s_(s), v_(v), now_(now) {}

  std::vector<wish> take() {
    if (!v_.observed || s_.leaving || s_.gone)
      return {};
    want_pending();
    want_deletes();
    if (!(projection(s_, v_.status) == v_.status))
      want(schedule_effect_kind::write_status);
    return std::move(wishes_);
  }

private:
  void want(schedule_effect_kind kind, std::string run = {},
            std::string uid = {}, time_point from = {}) {
    wishes_.push_back({{kind, std::move(run), std::move(uid)}, from});
  }

  void want_pending() {
    auto& p = s_.pending;
    if (!p.kept || p.created)
      return;
    // Its own end says more than a look that comes before it.
    if (v_.in_flight.count({schedule_effect_kind::create_run, p.name, {}}) > 0)
      return;
    if (given_up(s_, now_).reason.empty())
      want(schedule_effect_kind::create_run, p.name);
    else // a create that nobody heard of may have made it
      want(schedule_effect_kind::look_at_run, p.name, {},
           v_.creates_settled_at);
  }

  void want_deletes() {
    std::size_t n = 0;
    auto remove = [&](const run_fact& run) {
      if (n >= most_deletes || wishes_.size() > most_wishes)
        return;
      want(schedule_effect_kind::delete_run, run.name, run.uid);
      // Those that are refused shall not keep others from going.
      n += not_before(wishes_.back(), v_) <= now_ ? 1 : 0;
    };
    if (s_.held.replacing)
      for (auto& [name, run] : s_.runs)
        if (!has_ended(run) && run.deleting == no_time)
          remove(run);
    for (auto* run : beyond_history(s_))
      remove(*run);
  }

  const schedule_state& s_;
  const schedule_view& v_;
  time_point now_;
  std::vector<wish> wishes_;
};

/// When time alone makes decide() conclude something.
std::vector<time_point> turning_points(const schedule_state& s,
                                       time_point now) {
  if (s.leaving || s.gone || is_unknown(s.at))
    return {};
  if (!s.pending.name.empty())
    return {s.pending.created ? no_time : given_up_at(s)};
  if (s.held.tick == no_time)
    return {s.next_run};
  auto active = active_schedule(s.rules);
  auto late = deadline_of(s.rules, s.held.tick);
  return {active ? next_tick(*active, s.held.tick) : no_time,
          late == no_time ? no_time : late + milliseconds{1},
          blocker_until(s, now)};
}

} // namespace

std::vector<schedule_effect> plan(const schedule_state& s,
                                  const schedule_view& v, time_point now) {
  std::vector<schedule_effect> out;
  for (auto& w : planner{s, v, now}.take())
    if (v.in_flight.count(w.what) == 0 && not_before(w, v) <= now)
      out.push_back(std::move(w.what));
  return out;
}

time_point wake_at(const schedule_state& s, const schedule_view& v,
                   time_point now) {
  time_point out = no_time;
  auto by = [&](time_point at) {
    if (at != no_time && (out == no_time || at < out))
      out = at;
  };
  for (auto& w : planner{s, v, now}.take())
    if (v.in_flight.count(w.what) == 0)
      by(std::max(not_before(w, v), now));
  for (auto at : turning_points(s, now))
    // One that has passed was decided on: only a new fact can change that.
    if (at > now)
      by(at);
  return out;
}

std::string_view to_string(schedule_effect_kind k) {
  return boost::describe::enum_to_string(k, "?");
}

} // namespace spark
