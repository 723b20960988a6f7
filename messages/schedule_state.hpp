#pragma once

#include "messages/schedule_events.hpp"

namespace spark {

/// Where a schedule is; a view of the rest of its state. No name is one of an
/// application's phases: a row tells by them whose it is.
enum class schedule_phase {
  unseen,    ///< nothing known
  looking,   ///< in a new term: at the object and its runs
  idle,      ///< no tick is to come
  waiting,   ///< for the next tick
  holding,   ///< a due tick waits for a run to end
  intending, ///< pendingRun is being written
  creating,  ///< the run is being created
  recording, ///< lastRun is being written
  resting,   ///< spec.suspend
  invalid,   ///< it cannot be scheduled
  leaving,   ///< it is being deleted
  removed    ///< it does not exist
};
BOOST_DESCRIBE_ENUM(schedule_phase, unseen, looking, idle, waiting, holding,
                    intending, creating, recording, resting, invalid, leaving,
                    removed)

/// Nothing may be decided yet.
[[nodiscard]] constexpr bool is_unknown(schedule_phase p) {
  return p == schedule_phase::unseen || p == schedule_phase::looking;
}

/// The run of a tick between the intent and its record.
struct run_in_making {
  std::string name; ///< empty: there is none
  time_point tick{};
  bool kept = false;         ///< the cluster holds the intent
  bool created = false;      ///< never again, also if it is deleted meanwhile
  ending how = ending::done; ///< of the newest try; done: none has failed
  std::string message;       ///< of it
  bool operator==(const run_in_making&) const = default;
};
BOOST_DESCRIBE_STRUCT(run_in_making, (),
                      (name, tick, kept, created, how, message))

struct held_tick {
  time_point tick{}; ///< no_time: none is held
  std::string by;
  bool replacing = false;
  time_point since{};
  bool operator==(const held_tick&) const = default;
};
BOOST_DESCRIBE_STRUCT(held_tick, (), (tick, by, replacing, since))

struct schedule_state {
  std::string uid;
  std::string ns;
  std::string name;
  schedule_phase at = schedule_phase::unseen;
  std::int64_t term = 0;
  std::int64_t generation = 0; ///< of `rules`
  schedule_rules rules;
  time_point last_run{};
  std::string last_run_name;
  time_point next_run{}; ///< the first tick that is still to be dealt with
  run_in_making pending;
  std::string dropped; ///< name of the last one that was given up
  held_tick held;
  skipped_ticks skipped; ///< the newest
  time_point skipped_at{};
  time_point refused_at{};
  std::map<std::string, run_fact> runs; ///< by name
  bool pruned = false; ///< somebody else's CRD drops our intents
  bool leaving = false;
  bool gone = false;
  bool operator==(const schedule_state&) const = default;
};
BOOST_DESCRIBE_STRUCT(schedule_state, (),
                      (uid, ns, name, at, term, generation, rules, last_run,
                       last_run_name, next_run, pending, dropped, held, skipped,
                       skipped_at, refused_at, runs, pruned, leaving, gone))

} // namespace spark
