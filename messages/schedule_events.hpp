#pragma once

#include "messages/schedule_facts.hpp"

/// Events of the schedule machine; the rules of app_events.hpp hold here too.
namespace spark {

/// Nothing that was known of the cluster is believed any more.
struct view_dropped {
  static constexpr auto kind = "view_dropped";
  std::int64_t epoch = 0;
  bool operator==(const view_dropped&) const = default;
};
BOOST_DESCRIBE_STRUCT(view_dropped, (), (epoch))

/// The object's own record replaces what we thought.
struct record_adopted {
  static constexpr auto kind = "record_adopted";
  schedule_record record;
  std::int64_t epoch = 0;
  bool operator==(const record_adopted&) const = default;
};
BOOST_DESCRIBE_STRUCT(record_adopted, (), (record, epoch))

/// It is new, or was edited.
struct rules_seen {
  static constexpr auto kind = "rules_seen";
  std::int64_t generation = 0;
  schedule_rules rules;
  bool operator==(const rules_seen&) const = default;
};
BOOST_DESCRIBE_STRUCT(rules_seen, (), (generation, rules))

/// The first tick that is still to be dealt with; no_time: none is to come.
struct next_set {
  static constexpr auto kind = "next_set";
  time_point tick{};
  bool operator==(const next_set&) const = default;
};
BOOST_DESCRIBE_STRUCT(next_set, (), (tick))

struct run_changed {
  static constexpr auto kind = "run_changed";
  run_fact run;
  bool operator==(const run_changed&) const = default;
};
BOOST_DESCRIBE_STRUCT(run_changed, (), (run))

struct run_vanished {
  static constexpr auto kind = "run_vanished";
  std::string name;
  bool operator==(const run_vanished&) const = default;
};
BOOST_DESCRIBE_STRUCT(run_vanished, (), (name))

/// These ticks have no run and will have none.
struct ticks_skipped {
  static constexpr auto kind = "ticks_skipped";
  skipped_ticks what;
  bool operator==(const ticks_skipped&) const = default;
};
BOOST_DESCRIBE_STRUCT(ticks_skipped, (), (what))

/// A due tick waits for a run that has not ended.
struct tick_held {
  static constexpr auto kind = "tick_held";
  time_point tick{};
  std::string by;         ///< name of the run
  bool replacing = false; ///< ... which is being deleted for it
  bool operator==(const tick_held&) const = default;
};
BOOST_DESCRIBE_STRUCT(tick_held, (), (tick, by, replacing))

/// It is this tick's turn: status.pendingRun says so before anything is made.
struct run_intended {
  static constexpr auto kind = "run_intended";
  time_point tick{};
  std::string name;
  time_point next{}; ///< the tick after it
  bool operator==(const run_intended&) const = default;
};
BOOST_DESCRIBE_STRUCT(run_intended, (), (tick, name, next))

/// The cluster holds the intent.
struct intent_kept {
  static constexpr auto kind = "intent_kept";
  bool operator==(const intent_kept&) const = default;
};
BOOST_DESCRIBE_STRUCT(intent_kept, (), ())

/// ... or drops it, for another CRD is installed: nothing can be run.
struct intents_pruned {
  static constexpr auto kind = "intents_pruned";
  bool operator==(const intents_pruned&) const = default;
};
BOOST_DESCRIBE_STRUCT(intents_pruned, (), ())

/// ... or holds it no more, and not for us: it is written again.
struct intent_lost {
  static constexpr auto kind = "intent_lost";
  bool operator==(const intent_lost&) const = default;
};
BOOST_DESCRIBE_STRUCT(intent_lost, (), ())

/// The run will not be created; ticks_skipped says why.
struct intent_dropped {
  static constexpr auto kind = "intent_dropped";
  bool operator==(const intent_dropped&) const = default;
};
BOOST_DESCRIBE_STRUCT(intent_dropped, (), ())

struct run_created {
  static constexpr auto kind = "run_created";
  run_fact run;
  bool operator==(const run_created&) const = default;
};
BOOST_DESCRIBE_STRUCT(run_created, (), (run))

/// Not yet: it is tried again until the next tick is due.
struct creation_failed {
  static constexpr auto kind = "creation_failed";
  ending how = ending::refused;
  std::string message;
  bool operator==(const creation_failed&) const = default;
};
BOOST_DESCRIBE_STRUCT(creation_failed, (), (how, message))

/// The cluster says which run was the last: pendingRun is clear.
struct run_recorded {
  static constexpr auto kind = "run_recorded";
  bool operator==(const run_recorded&) const = default;
};
BOOST_DESCRIBE_STRUCT(run_recorded, (), ())

struct schedule_removed {
  static constexpr auto kind = "schedule_removed";
  bool gone = false; ///< else it is being deleted
  bool operator==(const schedule_removed&) const = default;
};
BOOST_DESCRIBE_STRUCT(schedule_removed, (), (gone))

using schedule_event =
    std::variant<view_dropped, record_adopted, rules_seen, next_set,
                 run_changed, run_vanished, ticks_skipped, tick_held,
                 run_intended, intent_kept, intents_pruned, intent_lost,
                 intent_dropped, run_created, creation_failed, run_recorded,
                 schedule_removed>;

} // namespace spark
