#pragma once

#include "actors/environment.hpp"
#include "actors/protocol.hpp"
#include "actors/watch/list_progress.hpp"

#include <caf/stateful_actor.hpp>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace spark {

/// Knows every application that has something to do: routes facts to its actor,
/// brings actors back from the journal, lets them go, and quarantines the one
/// that keeps failing. It holds the strong references.
///
/// Nothing is handed out before the first complete list of applications and of
/// pods, so that every actor starts from one consistent view.
struct registry_state {
  static constexpr const char* name = "registry";
  /// An actor that fails more often than this within an hour stays down until
  /// the next start; the others never notice.
  static constexpr std::size_t max_failures = 3;

  struct live_app {
    app_actor handle;
    object_key key;
    std::uint64_t messages = 0; ///< sent to the handle
  };
  struct known_app {
    std::string uid;
    std::vector<time_point> failures; ///< of its actor, newest last
    bool quarantined = false;
    bool to_bring_back = false; ///< its actor failed; no new one yet
    bool orphans = false;       ///< its user deletes it and keeps its driver
    /// The newest attempt is one that a Go operator started: its driver may
    /// have no owner, so that only we know when to remove it.
    std::string foreign_submission;
    std::string schedule_uid; ///< of the schedule that it is a run of
  };
  struct known_pod {
    object_key app;
    std::string uid;
    bool is_driver = false;
    std::string submission_id;
    driver_fact driver;         ///< if is_driver
    std::string executor_state; ///< else
    std::string executor_why;   ///< of a failed one
  };
  registry_state() = default;

  environment_ptr env;
  term leading;
  journal_actor journal;
  api_actor api;
  scheduler_actor scheduler; ///< is told of its runs
  std::map<object_key, known_app> apps;
  std::map<std::string, live_app> live; ///< by uid
  std::map<caf::actor_addr, std::string> uid_of;
  std::map<object_key, known_pod> pods;
  std::map<object_key, std::set<object_key>> pods_of; ///< by application
  list_progress app_lists;
  list_progress pod_lists;
  /// What the first lists brought, until all of them are complete.
  std::map<object_key, observed_application> waiting;
  bool synced = false;
  bool retry_armed = false; ///< one timer for all that are to be brought back
};

/// True when nothing is left to be done for the application, so that it needs
/// no actor: its policy is finished with the spec that it has.
[[nodiscard]] bool is_settled(const observed_application& app);

registry_actor::behavior_type
run_registry(registry_actor::stateful_pointer<registry_state> self,
             environment_ptr env, term leading, journal_actor journal,
             api_actor api, scheduler_actor scheduler);

} // namespace spark
