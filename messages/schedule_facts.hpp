#pragma once

#include "messages/app_facts.hpp"

/// Stimuli of the schedule machine: what is seen of a ScheduledSparkApplication
/// and of its runs. Projections, as those of applications: the template is not
/// among them.
namespace spark {

/// A SparkApplication that was made for a tick.
struct run_fact {
  std::string name;
  std::string uid;
  std::string state; ///< applicationState.state
  time_point created{};
  time_point deleting{}; ///< since when; no_time: it is not being deleted
  bool operator==(const run_fact&) const = default;
};
BOOST_DESCRIBE_STRUCT(run_fact, (), (name, uid, state, created, deleting))

/// What decides when it is due and what is done then.
struct schedule_rules {
  std::string expression;
  std::string zone;                  ///< IANA name; "Local" is resolved already
  time_point created{};              ///< @every counts from here
  std::string concurrency = "Allow"; ///< Allow, Forbid, Replace
  std::int64_t successful_limit = 1; ///< ended runs that are kept
  std::int64_t failed_limit = 1;
  std::int64_t starting_deadline = -1; ///< seconds; -1: a late run is a run
  bool suspend = false;
  std::string refusal_reason; ///< CamelCase; empty: it can be scheduled
  std::string refusal;        ///< what is wrong with it
  bool operator==(const schedule_rules&) const = default;
};
BOOST_DESCRIBE_STRUCT(schedule_rules, (),
                      (expression, zone, created, concurrency, successful_limit,
                       failed_limit, starting_deadline, suspend, refusal_reason,
                       refusal))

/// Ticks that had no run, and why; the newest of them are shown.
struct skipped_ticks {
  time_point first{};
  time_point last{};
  std::int64_t count = 0;
  std::string reason; ///< CamelCase
  std::string message;
  bool operator==(const skipped_ticks&) const = default;
};
BOOST_DESCRIBE_STRUCT(skipped_ticks, (), (first, last, count, reason, message))

/// .status of the object, as far as decisions rest on it.
struct schedule_record {
  std::int64_t observed_generation = 0;
  time_point last_run{}; ///< the tick that was run last
  time_point next_run{}; ///< the first tick that is still to be dealt with
  std::string last_run_name;
  std::string pending_name; ///< the run that is about to be created
  time_point pending_tick{};
  std::string skip_reason; ///< of condition Skipped
  std::string skip_message;
  bool operator==(const schedule_record&) const = default;
};
BOOST_DESCRIBE_STRUCT(schedule_record, (),
                      (observed_generation, last_run, next_run, last_run_name,
                       pending_name, pending_tick, skip_reason, skip_message))

struct schedule_observed {
  static constexpr auto kind = "schedule_observed";
  std::int64_t generation = 0;
  bool deleting = false;
  time_point edited{}; ///< when the spec was written last; no_time: not known
  schedule_rules rules;
  schedule_record record;
  bool operator==(const schedule_observed&) const = default;
};
BOOST_DESCRIBE_STRUCT(schedule_observed, (),
                      (generation, deleting, edited, rules, record))

/// A term of leadership begins, and what the journal remembers may be old:
/// another leader may have gone on from there.
struct term_opened {
  static constexpr auto kind = "term_opened";
  std::int64_t epoch = 0;
  bool operator==(const term_opened&) const = default;
};
BOOST_DESCRIBE_STRUCT(term_opened, (), (epoch))

/// The first consistent view in a term of leadership. Its runs come before it:
/// nothing is decided until it is there.
struct schedule_adopted {
  static constexpr auto kind = "schedule_adopted";
  schedule_observed seen;
  std::int64_t epoch = 0;
  bool operator==(const schedule_adopted&) const = default;
};
BOOST_DESCRIBE_STRUCT(schedule_adopted, (), (seen, epoch))

/// At most runs_per_fact of them: the journal bounds a row.
struct runs_observed {
  static constexpr auto kind = "runs_observed";
  std::vector<run_fact> runs;
  bool operator==(const runs_observed&) const = default;
};
BOOST_DESCRIBE_STRUCT(runs_observed, (), (runs))
inline constexpr std::size_t runs_per_fact = 50;

struct run_gone {
  static constexpr auto kind = "run_gone";
  std::string name;
  std::string uid;
  bool operator==(const run_gone&) const = default;
};
BOOST_DESCRIBE_STRUCT(run_gone, (), (name, uid))

/// The POST of a run has ended; `done` also when ours was there already.
struct creation_settled {
  static constexpr auto kind = "creation_settled";
  ending how = ending::done;
  run_fact run; ///< of `done`; else only its name
  std::string message;
  bool operator==(const creation_settled&) const = default;
};
BOOST_DESCRIBE_STRUCT(creation_settled, (), (how, run, message))

/// A live GET of a run that somebody may have created.
struct run_looked_up {
  static constexpr auto kind = "run_looked_up";
  bool found = false; ///< and it is ours
  run_fact run;       ///< if found; else only its name
  bool operator==(const run_looked_up&) const = default;
};
BOOST_DESCRIBE_STRUCT(run_looked_up, (), (found, run))

/// The intent was accepted, yet the reply does not show it: somebody else's CRD
/// drops status.pendingRun.
struct intent_pruned_seen {
  static constexpr auto kind = "intent_pruned_seen";
  bool operator==(const intent_pruned_seen&) const = default;
};
BOOST_DESCRIBE_STRUCT(intent_pruned_seen, (), ())

struct schedule_gone {
  static constexpr auto kind = "schedule_gone";
  bool operator==(const schedule_gone&) const = default;
};
BOOST_DESCRIBE_STRUCT(schedule_gone, (), ())

/// Time has passed: a tick may be due.
struct time_passed {
  static constexpr auto kind = "time_passed";
  bool operator==(const time_passed&) const = default;
};
BOOST_DESCRIBE_STRUCT(time_passed, (), ())

using schedule_stimulus =
    std::variant<term_opened, schedule_adopted, schedule_observed,
                 runs_observed, run_gone, creation_settled, run_looked_up,
                 intent_pruned_seen, schedule_gone, time_passed>;

} // namespace spark
