#include "actors/scheduler/session.hpp"

#include "actors/api/ending.hpp"
#include "k8s/resource_version.hpp"

#include <algorithm>

namespace spark {
namespace {

/// A list may be older than the reply to a create of ours.
constexpr std::chrono::minutes fresh_for{1};

schedule_state fresh_state(const object_key& key, const std::string& uid) {
  schedule_state s;
  s.uid = uid;
  s.ns = key.ns;
  s.name = key.name;
  return s;
}

} // namespace

schedule_session::schedule_session(object_key key, std::string uid,
                                   fact_settings facts)
    : key_(std::move(key)), uid_(std::move(uid)), facts_(std::move(facts)),
      shell_(fresh_state(key_, uid_)) {}

void schedule_session::restore(folded_history<schedule_machine> history) {
  if (history.state.uid == uid_) // an empty one folds to a state of nobody
    shell_.restored(std::move(history.state), history.rows);
}

void schedule_session::adopt(observed_schedule object,
                             std::vector<run_fact> runs, std::int64_t epoch,
                             time_point now) {
  // Whoever led before us may still be creating.
  if (!object.fact.record.pending_name.empty())
    view_.creates_settled_at = now + settle_time;
  shell_.take(term_opened{epoch});
  take_runs(std::move(runs));
  see(object);
  view_.observed = true;
  shell_.take(schedule_adopted{std::move(object.fact), epoch});
}

void schedule_session::compare(std::vector<run_fact> runs, time_point now) {
  std::set<std::string> there;
  for (auto& run : runs)
    there.insert(run.uid);
  for (auto& [name, known] : state().runs)
    if (there.count(known.uid) == 0 && known.created + fresh_for < now)
      shell_.take(run_gone{name, known.uid});
  std::erase_if(runs, [this](auto& run) {
    auto known = state().runs.find(run.name);
    return known != state().runs.end() && known->second == run;
  });
  take_runs(std::move(runs));
}

void schedule_session::take_runs(std::vector<run_fact> runs) {
  runs_observed part;
  for (auto& run : runs) {
    part.runs.push_back(std::move(run));
    if (part.runs.size() == runs_per_fact)
      shell_.take(std::exchange(part, {}));
  }
  if (!part.runs.empty())
    shell_.take(std::move(part));
}

void schedule_session::observe(observed_schedule object) {
  // The watch may be later or earlier than the reply to a write of ours.
  if (older_version(object.resource_version, view_.resource_version))
    return;
  see(object);
  shell_.take(std::move(object.fact));
}

void schedule_session::see(observed_schedule& object) {
  view_.resource_version = object.resource_version;
  view_.status = object.status;
  // A template is held only while it is about to be used.
  source_ = object.fact.record.pending_name.empty() ? nullptr
                                                    : std::move(object.source);
}

std::optional<machine_shell<schedule_machine>::append>
schedule_session::next(time_point now) {
  return shell_.next(now);
}

schedule_session::news schedule_session::committed(time_point at) {
  news out;
  shell_.committed(
      at, [&out](const schedule_state& before, const schedule_event& e) {
        for (auto& a : announce(before, e))
          out.told.push_back(std::move(a));
        if (std::holds_alternative<run_created>(e))
          out.created.push_back(before.pending.tick);
        if (auto* skip = std::get_if<ticks_skipped>(&e))
          out.skipped += skip->what.count;
      });
  if (state().pending.created)
    source_.reset();
  return out;
}

std::vector<schedule_session::started>
schedule_session::start_due(time_point now) {
  std::vector<started> out;
  if (!shell_.idle())
    return out;
  for (auto& e : plan(state(), view_, now)) {
    auto steps = make_procedure(e, context(now));
    view_.in_flight.insert(e);
    out.push_back({std::move(e), std::move(steps)});
  }
  return out;
}

schedule_context schedule_session::context(time_point now) const {
  schedule_context c;
  c.key = key_;
  c.uid = uid_;
  c.resource_version = view_.resource_version;
  c.observed = view_.status;
  c.state = state();
  c.facts = facts_;
  c.now = now;
  c.source = source_;
  return c;
}

void schedule_session::ended(const schedule_effect& what,
                             schedule_procedure_end end, time_point now) {
  view_.in_flight.erase(what);
  if (end.failed)
    view_.backoffs[what].fail(uid_, now);
  else
    view_.backoffs.erase(what);
  std::erase_if(view_.backoffs, [this](auto& one) {
    auto& run = one.first.run;
    return !run.empty() && run != state().pending.name &&
           state().runs.count(run) == 0;
  });
  if (end.unsettled)
    view_.creates_settled_at = now + settle_time;
  for (auto& fact : end.stimuli)
    shell_.take(std::move(fact));
  if (end.gone)
    shell_.take(schedule_gone{});
  if (end.object)
    observe(std::move(*end.object));
}

time_point schedule_session::wake(time_point now) const {
  return wake_at(state(), view_, now);
}

bool schedule_session::finished() const {
  return shell_.idle() && view_.in_flight.empty() && state().gone;
}

} // namespace spark
