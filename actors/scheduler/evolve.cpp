#include "actors/scheduler/machine.hpp"
#include "actors/scheduler/ticks.hpp"

namespace spark {
namespace {

struct evolver {
  schedule_state& s;
  time_point at;

  void operator()(const view_dropped& e) {
    s.term = e.epoch;
    s.runs.clear();
    s.leaving = false;
    s.gone = false;
    s.at = schedule_phase::looking;
  }
  void operator()(const record_adopted& e) {
    auto& r = e.record;
    bool created = s.pending.created && s.pending.name == r.pending_name;
    s.term = e.epoch;
    s.last_run = r.last_run;
    s.last_run_name = r.last_run_name;
    s.next_run = r.next_run;
    s.pending = {};
    if (!r.pending_name.empty()) {
      s.pending.name = r.pending_name;
      s.pending.tick = r.pending_tick;
      s.pending.kept = true;
      s.pending.created = created;
    }
    s.held = {};
    if (r.skip_reason.empty())
      s.skipped = {};
    else if (s.skipped.reason != r.skip_reason)
      s.skipped = {no_time, no_time, 0, r.skip_reason, r.skip_message};
    if (is_unknown(s.at))
      s.at = schedule_phase::idle;
  }
  void operator()(const rules_seen& e) {
    bool was_refused = !s.rules.refusal.empty();
    s.generation = e.generation;
    s.rules = e.rules;
    if (!e.rules.refusal.empty() && !was_refused)
      s.refused_at = at;
    if (is_unknown(s.at))
      s.at = schedule_phase::idle;
  }
  void operator()(const next_set& e) {
    s.next_run = e.tick;
    s.held = {};
  }
  void operator()(const run_changed& e) { s.runs[e.run.name] = e.run; }
  void operator()(const run_vanished& e) { s.runs.erase(e.name); }
  void operator()(const ticks_skipped& e) {
    s.skipped = e.what;
    s.skipped_at = at;
  }
  void operator()(const tick_held& e) {
    if (s.held.tick != e.tick)
      s.held.since = at;
    s.held.tick = e.tick;
    s.held.by = e.by;
    s.held.replacing = e.replacing;
  }
  void operator()(const run_intended& e) {
    // What was skipped before the run before is old news.
    if (s.skipped.last <= s.last_run)
      s.skipped = {};
    s.pending = {};
    s.pending.name = e.name;
    s.pending.tick = e.tick;
    s.next_run = e.next;
    s.held = {};
  }
  void operator()(const intent_kept&) {
    s.pending.kept = true;
    s.pruned = false;
  }
  void operator()(const intents_pruned&) { s.pruned = true; }
  void operator()(const intent_lost&) { s.pending.kept = false; }
  void operator()(const intent_dropped&) {
    s.dropped = s.pending.name;
    s.pending = {};
  }
  void operator()(const run_created& e) {
    s.pending.created = true;
    s.pending.how = ending::done;
    s.pending.message.clear();
    if (!e.run.uid.empty())              // else it is gone already
      s.runs.emplace(e.run.name, e.run); // unless more is known already
  }
  void operator()(const creation_failed& e) {
    s.pending.how = e.how;
    s.pending.message = e.message;
  }
  void operator()(const run_recorded&) {
    s.last_run = s.pending.tick;
    s.last_run_name = s.pending.name;
    s.pending = {};
  }
  void operator()(const schedule_removed& e) {
    s.leaving = true;
    s.gone = s.gone || e.gone;
  }
};

schedule_phase phase_of(const schedule_state& s) {
  using enum schedule_phase;
  if (s.gone)
    return removed;
  if (s.leaving)
    return leaving;
  if (is_unknown(s.at))
    return s.at; // its runs may be known before it is
  if (!s.pending.name.empty())
    return s.pending.created ? recording
           : s.pending.kept  ? creating
                             : intending;
  if (!s.rules.refusal.empty())
    return invalid;
  if (s.rules.suspend)
    return resting;
  if (s.held.tick != no_time)
    return holding;
  return s.next_run == no_time ? idle : waiting;
}

} // namespace

void evolve(schedule_state& state, const schedule_event& event, time_point at) {
  std::visit(evolver{state, at}, event);
  state.at = phase_of(state);
}

} // namespace spark
