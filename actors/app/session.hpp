#pragma once

#include "actors/app/history.hpp"
#include "actors/app/procedure.hpp"
#include "actors/shell.hpp"

#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace spark {

/// One application from the inside: the shell around its machine, the view that
/// only this process has, and the procedures under way. Pure; the actor around
/// it moves messages and nothing else.
class app_session {
public:
  app_session(object_key app, std::string uid, fact_settings facts,
              companion_settings beside);

  /// Before anything else: what the journal remembers.
  void restore(folded history);

  // -- facts come in
  // -----------------------------------------------------------

  /// The first consistent view in this term; effects may leave from here on.
  void adopt(observed_application app, std::vector<driver_fact> drivers,
             std::int64_t epoch, time_point now);
  /// A watch or list showed the application; older views are dropped.
  void observe(observed_application app);
  void take(app_stimulus fact);

  // -- decisions go out
  // --------------------------------------------------------

  /// The next row to append; call committed() or abandoned() for it.
  std::optional<machine_shell<app_machine>::append> next(time_point now);
  /// Returns what users should be told.
  std::vector<announcement> committed(time_point at);
  /// The row of the last committed() is not in the journal after all.
  void missed_row() { shell_.missed_row(); }

  struct started {
    effect what;
    std::unique_ptr<procedure> steps;
  };
  /// Effects to start now; each stays in flight until ended(). Empty while a
  /// row is being appended: no effect leaves before its reason is durable.
  std::vector<started> start_due(time_point now);
  void ended(const effect& what, procedure_end end, time_point now);

  /// When to call next() and start_due() again although nothing happened;
  /// no_time: never.
  [[nodiscard]] time_point wake(time_point now) const;
  /// Nothing queued, in flight or to come: the actor may end.
  [[nodiscard]] bool finished(time_point now) const;
  /// Not ended, nothing in flight and no wake-up: a fault of ours.
  [[nodiscard]] bool stuck(time_point now) const;

  [[nodiscard]] const app_state& state() const { return shell_.state(); }
  [[nodiscard]] const app_view& view() const { return view_; }

private:
  void see(observed_application& app);
  [[nodiscard]] procedure_context context_for(const effect& e,
                                              time_point now) const;
  [[nodiscard]] submission_input input() const;
  [[nodiscard]] bool render_children();
  [[nodiscard]] bool render_beside(time_point now);
  void forget_spec();
  void back_off(effect_kind kind, const procedure_end& end, time_point now);
  void driver_appeared(time_point at);
  void collect(executors_observed fact);
  void hand_over_executors();

  object_key app_;
  std::string uid_;
  fact_settings facts_;
  companion_settings beside_;
  machine_shell<app_machine> shell_;
  app_view view_;
  // Executor changes that wait for their row: one a second is enough, however
  // many pods come and go. Never more than there are pods.
  struct executor_news {
    std::string state;
    std::string why;
  };
  /// In the order of their numbers: what is forgotten is always the oldest.
  using executors_by_number =
      std::map<std::pair<std::int64_t, std::string>, executor_news>;
  std::map<std::string, executors_by_number> executors_; ///< by submission
  time_point executors_at_{}; ///< when the last of them were handed over
  std::shared_ptr<const loaded_spec> spec_;
  std::shared_ptr<const submission> children_;
  std::shared_ptr<const companions> rendered_beside_;
  std::int64_t children_of_ = 0; ///< the attempt that children_ belong to
};

} // namespace spark
