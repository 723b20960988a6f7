#pragma once

#include "actors/app/machine.hpp"
#include "store/journal.hpp"

#include <string>
#include <vector>

/// From journal rows back to states: what restart, replay and verification have
/// in common.
namespace spark {

/// The app machine as the shell wants it (actors/shell.hpp).
struct app_machine {
  using state = app_state;
  using stimulus = app_stimulus;
  using event = app_event;

  static std::vector<event> decide(const state& s, const stimulus& f,
                                   time_point now) {
    return spark::decide(s, f, now);
  }
  static void evolve(state& s, const event& e, time_point at) {
    spark::evolve(s, e, at);
  }
  static journal_row row_of(const state& s, const stimulus& f,
                            const std::vector<event>& events);
  static void finish_row(journal_row& row, const state& before,
                         const state& after);
  static bool replaces(const stimulus& old, const stimulus& newer);
  static journal_snapshot snapshot_of(const state& s);
  static bool ends_history(const state& before, const state& after);
};

struct folded {
  app_state state;
  std::int64_t last_seq = 0;
  int rows = 0; ///< folded after the snapshot
};

/// Fails on a row that this program cannot read, naming its seq.
[[nodiscard]] result<folded> fold(const journal_history& h);

/// Applies one row's events.
[[nodiscard]] result<void> apply(app_state& s, const journal_row& row);

/// What today's rules make of a row, against what it says.
struct verdict {
  enum class kind {
    same,
    older_rules, ///< of another rules_version: folded, not re-decided
    different    ///< an error: the rules changed without a new version
  };
  kind is = kind::same;
  std::string detail; ///< for `different`: the events then and now
};
/// `before` is the state before the row; it is moved past it.
[[nodiscard]] result<verdict> verify(app_state& before, const journal_row& row);

} // namespace spark
