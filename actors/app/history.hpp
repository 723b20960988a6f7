#pragma once

#include "actors/app/machine.hpp"
#include "actors/journaled.hpp"

namespace spark {

/// The app machine as the shell (actors/shell.hpp) and the journal
/// (actors/journaled.hpp) want it.
struct app_machine {
  using state = app_state;
  using stimulus = app_stimulus;
  using event = app_event;
  static constexpr std::int64_t rules = rules_version;
  static constexpr std::size_t most_waiting = 256;

  static std::vector<event> decide(const state& s, const stimulus& f,
                                   time_point now) {
    return spark::decide(s, f, now);
  }
  static void evolve(state& s, const event& e, time_point at) {
    spark::evolve(s, e, at);
  }
  static journal_row row_of(const state& s, const stimulus& f,
                            const std::vector<event>& events) {
    return journaled::row_of<app_machine>(s, f, events);
  }
  static void finish_row(journal_row& row, const state& before,
                         const state& after);
  static bool replaces(const stimulus& old, const stimulus& newer);
  static journal_snapshot snapshot_of(const state& s) {
    return journaled::snapshot_of<app_machine>(s);
  }
  static bool ends_history(const state& before, const state& after);

  static result<stimulus> stimulus_from(const boost::json::value& v) {
    return spark::stimulus_from(v);
  }
  static result<std::vector<event>> events_from(const boost::json::value& v) {
    return spark::events_from(v);
  }
  static result<state> state_from(const boost::json::value& v) {
    return spark::state_from(v);
  }
};

using folded = folded_history<app_machine>;

[[nodiscard]] inline result<folded> fold(const journal_history& h) {
  return journaled::fold<app_machine>(h);
}
[[nodiscard]] inline result<void> apply(app_state& s, const journal_row& row) {
  return journaled::apply<app_machine>(s, row);
}
[[nodiscard]] inline result<verdict> verify(app_state& before,
                                            const journal_row& row) {
  return journaled::verify<app_machine>(before, row);
}

} // namespace spark
