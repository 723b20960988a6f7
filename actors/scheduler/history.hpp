#pragma once

#include "actors/journaled.hpp"
#include "actors/scheduler/machine.hpp"

namespace spark {

/// The schedule machine as the shell (actors/shell.hpp) and the journal
/// (actors/journaled.hpp) want it.
struct schedule_machine {
  using state = schedule_state;
  using stimulus = schedule_stimulus;
  using event = schedule_event;
  static constexpr std::int64_t rules = schedule_rules_version;
  /// A list may tell of each of its runs.
  static constexpr std::size_t most_waiting = 4096;

  static std::vector<event> decide(const state& s, const stimulus& f,
                                   time_point now) {
    return spark::decide(s, f, now);
  }
  static void evolve(state& s, const event& e, time_point at) {
    spark::evolve(s, e, at);
  }
  static journal_row row_of(const state& s, const stimulus& f,
                            const std::vector<event>& events) {
    return journaled::row_of<schedule_machine>(s, f, events);
  }
  static void finish_row(journal_row& row, const state& before,
                         const state& after);
  static bool replaces(const stimulus& old, const stimulus& newer);
  static journal_snapshot snapshot_of(const state& s) {
    return journaled::snapshot_of<schedule_machine>(s);
  }
  static bool ends_history(const state& before, const state& after) {
    return after.gone && !before.gone;
  }

  static result<stimulus> stimulus_from(const boost::json::value& v) {
    return schedule_stimulus_from(v);
  }
  static result<std::vector<event>> events_from(const boost::json::value& v) {
    return schedule_events_from(v);
  }
  static result<state> state_from(const boost::json::value& v) {
    return schedule_state_from(v);
  }
};

} // namespace spark
