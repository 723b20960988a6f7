#include "actors/scheduler/explain.hpp"
#include "actors/scheduler/machine.hpp"

namespace spark {
namespace {

struct announcer {
  const schedule_state& s;
  std::vector<announcement>& out;

  void normal(std::string reason, std::string message) {
    out.push_back({std::move(reason), false, std::move(message)});
  }
  void warn(std::string reason, std::string message) {
    out.push_back({std::move(reason), true, std::move(message)});
  }

  void operator()(const rules_seen& e) {
    bool healed = !s.rules.refusal.empty();
    if (!e.rules.refusal.empty() && e.rules.refusal != s.rules.refusal)
      warn("ScheduleInvalid", "nothing is run: " + e.rules.refusal);
    else if (healed && e.rules.refusal.empty())
      normal("ScheduleValid", "the schedule is valid again");
    if (e.rules.suspend && !s.rules.suspend)
      normal("ScheduleSuspended",
             "no tick is run until spec.suspend is lifted");
    else if (s.rules.suspend && !e.rules.suspend)
      normal("ScheduleResumed", "ticks are run again");
  }
  void operator()(const ticks_skipped& e) {
    warn("ScheduledRunSkipped", words_of(e.what));
  }
  void operator()(const tick_held& e) {
    if (s.held.tick == e.tick && s.held.replacing == e.replacing)
      return; // another of its runs
    normal("ScheduledRunHeld",
           "tick " + to_rfc3339(e.tick) + " waits for run " + e.by +
               (e.replacing ? ", which is being deleted for it"
                            : ", which has not ended"));
  }
  void operator()(const run_created& e) {
    normal("ScheduledRunCreated", "created run " + e.run.name + " for tick " +
                                      to_rfc3339(s.pending.tick));
  }
  void operator()(const creation_failed& e) {
    warn("ScheduledRunNotCreated",
         "run " + s.pending.name +
             " could not be created and is tried again "
             "until the next tick is due: " +
             e.message);
  }
  void operator()(const intents_pruned&) { warn("IntentPruned", pruned_words); }
  template<class Other>
  void operator()(const Other&) {
    // The rest is of interest to the journal only.
  }
};

} // namespace

std::vector<announcement> announce(const schedule_state& before,
                                   const schedule_event& event) {
  std::vector<announcement> out;
  std::visit(announcer{before, out}, event);
  return out;
}

} // namespace spark
