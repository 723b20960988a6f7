#pragma once

#include "actors/app/session.hpp"
#include "tests/scenarios/scenario_cluster.hpp"

#include <map>
#include <set>
#include <sstream>

namespace spark::scenario {

/// What some scenario has visited, so that a test can name what none did.
struct visited {
  std::set<std::string> phases;
  std::set<std::string> events;
  /// From one phase to another, and by which events.
  std::map<std::pair<phase, phase>, std::set<std::string>> transitions;
};

/// A real app_session, its journal in memory, and the cluster of a scenario.
/// run() carries out one command and returns what happened, indented.
class scenario_app {
public:
  explicit scenario_app(visited& seen);

  [[nodiscard]] std::string run(const command& c);
  /// Empty if the journal folds to the state and verifies.
  [[nodiscard]] std::string check_journal() const;

private:
  using action = void (scenario_app::*)(const command&);
  static const std::map<std::string, action>& actions();

  void given(const command& c);
  void flags(const command& c);
  // facts about the application
  void adopt(const command& c);
  void restart(const command& c);
  void edit(const command& c);
  void status(const command& c);
  void foreign(const command& c);
  void remove(const command& c);
  void app_gone(const command& c);
  void app_seen(const command& c);
  // facts about pods
  void driver(const command& c);
  void driver_exists(const command& c);
  void driver_gone_now(const command& c);
  void executors(const command& c);
  void time(const command& c);
  void show_states(const command& c);
  // replies to what was started
  void claim(const command& c);
  void status_written(const command& c);
  void looked_at_app(const command& c);
  void child_of_attempt(const command& c);
  void beside(const command& c);
  void driver_post(const command& c);
  void lookup(const command& c);
  void driver_delete(const command& c);
  void expiry(const command& c);

  struct running {
    effect what;
    std::shared_ptr<procedure> steps;
    std::string body; ///< of a PATCH, as it was sent
  };
  [[nodiscard]] running take(effect_kind kind);
  void finish(const running& r, procedure_end end);
  void finish_patch(const command& c, effect_kind kind);
  void tell_app();
  void pump();
  void commit(machine_shell<app_machine>::append next);
  void report_state();
  void report_status();
  void say(const std::string& line);

  visited& seen_;
  cluster cluster_;
  companion_settings flags_;
  std::unique_ptr<app_session> session_;
  journal_history journal_;
  std::vector<running> running_;
  time_point now_;
  std::ostringstream out_;
  std::string last_status_;
  std::string last_why_;
  std::vector<std::string> states_{"\"\""};
  int status_writes_ = 0;
};

} // namespace spark::scenario
