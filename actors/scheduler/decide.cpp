#include "actors/scheduler/machine.hpp"
#include "actors/scheduler/ticks.hpp"
#include "crds/run_names.hpp"

#include <algorithm>

namespace spark {
namespace {

class decision {
public:
  decision(const schedule_state& s, time_point now) : after_(s), now_(now) {}

  std::vector<schedule_event> take(const schedule_stimulus& fact) {
    // One that left the operator's selection may come back to it.
    if (after_.gone && !std::holds_alternative<term_opened>(fact))
      return {};
    std::visit([this](auto& f) { on(f); }, fact);
    if (!is_unknown(after_.at) && !after_.leaving && !after_.gone)
      go_on();
    return std::move(events_);
  }

private:
  void add(schedule_event e) {
    evolve(after_, e, now_);
    events_.push_back(std::move(e));
  }

  // -- facts -----------------------------------------------------------------

  void on(const term_opened& f) {
    if (after_.at != schedule_phase::unseen || !after_.runs.empty())
      add(view_dropped{f.epoch});
  }

  void on(const schedule_adopted& f) {
    // Another leader may have seen later ones.
    bool known = after_.generation > 0 &&
                 after_.generation == f.seen.record.observed_generation;
    add(record_adopted{believed(f.seen.record), f.epoch});
    see(f.seen, known);
  }

  void on(const schedule_observed& f) {
    if (is_unknown(after_.at))
      return; // the adoption comes
    follow_record(believed(f.record));
    see(f, true);
  }

  void on(const runs_observed& f) {
    for (auto& run : f.runs) {
      auto known = after_.runs.find(run.name);
      if (known == after_.runs.end() || !(known->second == run))
        add(run_changed{run});
    }
  }

  void on(const run_gone& f) {
    auto known = after_.runs.find(f.name);
    if (known != after_.runs.end() && known->second.uid == f.uid)
      add(run_vanished{f.name});
  }

  void on(const creation_settled& f) {
    auto& p = after_.pending;
    if (p.name != f.run.name || p.created || !p.kept)
      return;
    if (f.how == ending::done) {
      add(run_created{f.run});
    } else if (f.how == ending::taken) {
      skip({p.tick, p.tick, 1, "NameTaken", f.message});
      add(intent_dropped{});
    } else if (p.how != f.how || p.message != f.message) {
      add(creation_failed{f.how, f.message});
    }
  }

  void on(const run_looked_up& f) {
    auto& p = after_.pending;
    if (p.name != f.run.name || p.created || !p.kept)
      return;
    if (f.found) {
      add(run_created{f.run});
    } else if (auto why = given_up(after_, now_); !why.reason.empty()) {
      skip(std::move(why));
      add(intent_dropped{});
    }
  }

  void on(const intent_pruned_seen&) {
    if (!after_.pruned)
      add(intents_pruned{});
  }

  void on(const schedule_gone&) { add(schedule_removed{true}); }
  void on(const time_passed&) {}

  // -- the object ------------------------------------------------------------

  /// Without the intent that was dropped, until the cluster has heard of that.
  [[nodiscard]] schedule_record believed(schedule_record r) const {
    if (!r.pending_name.empty() && r.pending_name == after_.dropped) {
      r.pending_name.clear();
      r.pending_tick = no_time;
    }
    return r;
  }

  /// What the cluster says of the run that we are about, or of one that
  /// another leader has made.
  void follow_record(const schedule_record& r) {
    auto& p = after_.pending;
    bool ours = !p.name.empty();
    if (ours && r.pending_name == p.name) {
      if (!p.kept)
        add(intent_kept{});
    } else if (ours && r.last_run_name == p.name) {
      add(run_recorded{});
    } else if (r.last_run > after_.last_run ||
               (!r.pending_name.empty() && !p.created)) {
      add(record_adopted{r, after_.term});
    } else if (ours && p.kept) {
      add(intent_lost{});
    }
  }

  /// `knows`: after_.rules are those that the record goes by; else the
  /// object's observedGeneration tells whether it was edited since.
  void see(const schedule_observed& f, bool knows) {
    if (f.deleting) {
      if (!after_.leaving)
        add(schedule_removed{false});
      return;
    }
    auto before = after_.rules;
    if (!knows || f.generation != after_.generation || !(f.rules == before))
      add(rules_seen{f.generation, f.rules});
    bool moved = knows ? !same_ticks(before, f.rules)
                       : f.generation != f.record.observed_generation;
    aim(knows ? &before : nullptr, moved, f.edited);
  }

  /// Sets the first tick that is still to be dealt with, when the ticks are
  /// others than those of `before`, or may be (nullptr: not known).
  void aim(const schedule_rules* before, bool moved, time_point edited) {
    auto until = edited == no_time ? now_ : std::min(edited, now_);
    auto active = active_schedule(after_.rules);
    auto next = after_.next_run;
    if (!active) {
      abandon(before, until,
              after_.rules.suspend ? "Suspended" : after_.rules.refusal_reason,
              after_.rules.suspend
                  ? "spec.suspend was set before it could be run"
                  : "an edit made the schedule invalid before it could be run");
      if (next != no_time)
        add(next_set{});
      return;
    }
    if (!moved && next != no_time)
      return;
    auto from = std::max(
        {until, after_.last_run, after_.pending.tick, after_.skipped.last});
    auto first = next_tick(*active, from);
    bool perhaps_same = !before && next != no_time &&
                        active->is_tick(std::chrono::floor<seconds>(next));
    if (perhaps_same && (first == no_time || next < first))
      return;
    if (!perhaps_same)
      abandon(before, until, "ScheduleEdited",
              "the schedule was edited before it could be run");
    if (first != next)
      add(next_set{first});
  }

  /// Ticks that were due when the edit came have no run.
  void abandon(const schedule_rules* before, time_point until,
               std::string reason, std::string message) {
    auto due = after_.next_run;
    if (due == no_time || due > until)
      return;
    skipped_ticks what{due, due, 1, std::move(reason), std::move(message)};
    if (!before)
      what.last = until; // nobody knows how many there were
    else if (auto old = active_schedule(*before))
      reach(*old, what, until);
    skip(std::move(what));
  }

  /// Extends `what` to all ticks up to `until`.
  static void reach(const schedule& of, skipped_ticks& what, time_point until) {
    auto last = newest_tick(of, what.first, until);
    if (last == no_time)
      return;
    what.last = last;
    what.count += of.count(std::chrono::floor<seconds>(what.first),
                           std::chrono::floor<seconds>(last), most_counted);
  }

  void skip(skipped_ticks what) { add(ticks_skipped{std::move(what)}); }

  // -- time ------------------------------------------------------------------

  void go_on() {
    meet_pending();
    auto& s = after_;
    auto active = active_schedule(s.rules);
    if (!active || !s.pending.name.empty() || s.next_run == no_time ||
        s.next_run > now_)
      return;
    collapse(*active);
    auto tick = s.next_run;
    auto late = deadline_of(s.rules, tick);
    if (late != no_time && now_ > late) {
      skip({tick, tick, 1, "DeadlineExceeded", too_late()});
      add(next_set{next_tick(*active, tick)});
    } else if (auto* run = blocker_of(s, now_)) {
      bool replacing = s.rules.concurrency == "Replace";
      auto& held = s.held;
      if (held.tick != tick || held.by != run->name ||
          held.replacing != replacing)
        add(tick_held{tick, run->name, replacing});
    } else {
      add(run_intended{tick, run_name(s.name, nanoseconds_of(tick)),
                       next_tick(*active, tick)});
    }
  }

  /// A run of that name and of this owner is the one that we meant.
  void meet_pending() {
    auto& p = after_.pending;
    auto run = after_.runs.find(p.name);
    if (!p.name.empty() && p.kept && !p.created && run != after_.runs.end())
      add(run_created{run->second});
  }

  /// Of several due ticks only the newest gets a run.
  void collapse(const schedule& active) {
    auto& s = after_;
    auto first = s.next_run;
    auto newest = newest_tick(active, first, now_);
    if (newest == no_time)
      return;
    skipped_ticks what{first, first, 1, {}, {}};
    reach(active, what, newest - seconds{1});
    what.reason = s.held.tick == no_time ? "Missed"
                  : s.held.replacing     ? "Replacing"
                                         : "RunActive";
    what.message =
        s.held.tick == no_time
            ? "no operator was there when it was due"
            : "run " + s.held.by + " had not ended when the next was due";
    skip(std::move(what));
    add(next_set{newest});
  }

  [[nodiscard]] std::string too_late() const {
    auto& s = after_;
    auto out = "it could not be started within startingDeadlineSeconds (" +
               std::to_string(s.rules.starting_deadline) + " s)";
    if (s.held.tick != no_time)
      out += ": run " + s.held.by + " had not ended";
    return out;
  }

  static std::int64_t nanoseconds_of(time_point tick) {
    return std::chrono::nanoseconds{tick.time_since_epoch()}.count();
  }

  schedule_state after_;
  time_point now_;
  std::vector<schedule_event> events_;
};

} // namespace

std::vector<schedule_event> decide(const schedule_state& state,
                                   const schedule_stimulus& stimulus,
                                   time_point now) {
  return decision{state, now}.take(stimulus);
}

} // namespace spark
