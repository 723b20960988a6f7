#pragma once

#include "actors/environment.hpp"
#include "actors/protocol.hpp"
#include "actors/scheduler/session.hpp"
#include "actors/watch/list_progress.hpp"

#include <caf/stateful_actor.hpp>

#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>

namespace spark {

/// The mailbox around all schedules: one session for each, one timer for the
/// next that has something to do. No rule lives here. A session that throws is
/// left alone until the next start; the others never notice.
///
/// Nothing is decided before all runs that there are have been shown, since a
/// run that is not seen holds nothing back.
struct scheduler_state {
  static constexpr const char* name = "scheduler";

  struct entry {
    object_key key;
    std::unique_ptr<schedule_session> session;
    /// The newest view, until the session may see it.
    std::optional<observed_schedule> waiting;
    bool loading = false; ///< its history is on its way
    time_point wakes_at{};
  };

  scheduler_state() = default;
  scheduler_state(const scheduler_state&) = delete;
  scheduler_state& operator=(const scheduler_state&) = delete;
  /// What still waits in the api actor is not sent any more.
  ~scheduler_state();

  environment_ptr env;
  term leading;
  journal_actor journal;
  api_actor api;
  list_progress lists;
  std::map<object_key, std::string> uids; ///< of the schedules that there are
  std::map<std::string, entry> entries;   ///< by uid
  /// Runs of any schedule, also of one that is not known yet, by its uid.
  std::map<std::string, std::map<std::string, run_fact>> runs;
  bool runs_known = false;
  std::set<std::pair<time_point, std::string>> wakes;
  time_point timer_at{};
  std::uint64_t timer_generation = 0;
  std::int64_t announced = 0; ///< makes names of Kubernetes Events unique
  std::shared_ptr<std::atomic<bool>> ended =
      std::make_shared<std::atomic<bool>>(false);
};

scheduler_actor::behavior_type
run_scheduler(scheduler_actor::stateful_pointer<scheduler_state> self,
              environment_ptr env, term leading, journal_actor journal,
              api_actor api);

} // namespace spark
