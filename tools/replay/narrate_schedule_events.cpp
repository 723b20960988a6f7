#include "actors/scheduler/explain.hpp"
#include "actors/scheduler/ticks.hpp"
#include "tools/replay/narrate.hpp"

#include <fmt/format.h>

namespace spark::replay {
namespace {

/// No generic overload: a new kind of event must say here what it means.
struct teller {
  std::string operator()(const view_dropped& e) const {
    return fmt::format("in term {} everything is looked at anew", e.epoch);
  }

  std::string operator()(const record_adopted& e) const {
    return fmt::format("what is on record is taken over in term {}: {}",
                       e.epoch, words_of(e.record));
  }

  std::string operator()(const rules_seen& e) const {
    return fmt::format("the spec is of generation {}: {}", e.generation,
                       words_of(e.rules));
  }

  std::string operator()(const next_set& e) const {
    return e.tick == no_time ? "no tick is to come"
                             : "the next tick is " + tick_text(e.tick);
  }

  std::string operator()(const run_changed& e) const {
    return fmt::format("run {} (uid {}) is {}", e.run.name, brief(e.run.uid),
                       condition_of(e.run));
  }

  std::string operator()(const run_vanished& e) const {
    return "run " + e.name + " is gone";
  }

  std::string operator()(const ticks_skipped& e) const {
    return fmt::format("skipped ({}): {}", e.what.reason, words_of(e.what));
  }

  std::string operator()(const tick_held& e) const {
    return fmt::format(
        "tick {} waits for run {}, which {}", tick_text(e.tick), e.by,
        e.replacing ? "is to be deleted for it" : "has not ended");
  }

  std::string operator()(const run_intended& e) const {
    return fmt::format("tick {} gets run {}; the tick after it: {}",
                       tick_text(e.tick), e.name, tick_text(e.next));
  }

  std::string operator()(const intent_kept&) const {
    return "the cluster holds status.pendingRun: the run may be created";
  }

  std::string operator()(const intents_pruned&) const {
    return "another CRD drops status.pendingRun: nothing can be run";
  }

  std::string operator()(const intent_lost&) const {
    return "the cluster holds status.pendingRun no more: it is written again";
  }

  std::string operator()(const intent_dropped&) const {
    return "the run will not be created";
  }

  std::string operator()(const run_created& e) const {
    return fmt::format("run {} (uid {}) was created", e.run.name,
                       brief(e.run.uid));
  }

  std::string operator()(const creation_failed& e) const {
    return fmt::format("the run could not be created yet ({}): {}",
                       words_of(e.how), e.message);
  }

  std::string operator()(const run_recorded&) const {
    return "the cluster holds status.lastRun: this tick is done";
  }

  std::string operator()(const schedule_removed& e) const {
    return e.gone ? "the schedule is gone" : "the schedule is being deleted";
  }
};

} // namespace

std::string sentence_of(const schedule_event& e) {
  return std::visit(teller{}, e);
}

bool is_news(const schedule_event& e) {
  auto* change = std::get_if<run_changed>(&e);
  return !change || has_ended(change->run) || change->run.deleting != no_time;
}

} // namespace spark::replay
