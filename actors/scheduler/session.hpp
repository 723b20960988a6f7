#pragma once

#include "actors/scheduler/history.hpp"
#include "actors/scheduler/procedures.hpp"
#include "actors/shell.hpp"

#include <memory>
#include <optional>
#include <set>
#include <vector>

namespace spark {

/// One schedule from the inside: the shell around its machine, the view that
/// only this process has, and the procedures under way. Pure; the scheduler
/// actor moves messages and nothing else.
class schedule_session {
public:
  schedule_session(object_key key, std::string uid, fact_settings facts);

  /// Before anything else: what the journal remembers.
  void restore(folded_history<schedule_machine> history);

  // -- facts come in ---------------------------------------------------------

  /// The first consistent view in this term, with all of its runs; effects may
  /// leave from here on.
  void adopt(observed_schedule object, std::vector<run_fact> runs,
             std::int64_t epoch, time_point now);
  /// A list has shown all of its runs: what no watch has told is made up for.
  void compare(std::vector<run_fact> runs, time_point now);
  /// A watch or list showed it; older views are dropped.
  void observe(observed_schedule object);
  void take(schedule_stimulus fact) { shell_.take(std::move(fact)); }

  // -- decisions go out ------------------------------------------------------

  /// The next row to append; call committed() for it.
  std::optional<machine_shell<schedule_machine>::append> next(time_point now);
  struct news {
    std::vector<announcement> told;
    std::vector<time_point> created; ///< the ticks of runs
    std::int64_t skipped = 0;        ///< ticks
  };
  news committed(time_point at);
  /// The row of the last committed() is not in the journal after all.
  void missed_row() { shell_.missed_row(); }

  struct started {
    schedule_effect what;
    std::unique_ptr<schedule_procedure> steps;
  };
  /// Effects to start now; each stays in flight until ended(). Empty while a
  /// row is being appended: no effect leaves before its reason is durable.
  std::vector<started> start_due(time_point now);
  void ended(const schedule_effect& what, schedule_procedure_end end,
             time_point now);

  /// When to take a time_passed although nothing happened; no_time: never.
  [[nodiscard]] time_point wake(time_point now) const;
  /// It is gone, and nothing of it is under way.
  [[nodiscard]] bool finished() const;

  /// Of the newest view.
  [[nodiscard]] const std::string& resource_version() const {
    return view_.resource_version;
  }
  [[nodiscard]] bool adopted() const { return view_.observed; }
  [[nodiscard]] const schedule_state& state() const { return shell_.state(); }

private:
  void see(observed_schedule& object);
  void take_runs(std::vector<run_fact> runs);
  [[nodiscard]] schedule_context context(time_point now) const;

  object_key key_;
  std::string uid_;
  fact_settings facts_;
  machine_shell<schedule_machine> shell_;
  schedule_view view_;
  std::shared_ptr<const run_source> source_; ///< while a run is being made
};

} // namespace spark
