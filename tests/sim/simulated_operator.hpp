#pragma once

#include "actors/app/app_actor.hpp"
#include "actors/registry/registry_actor.hpp"
#include "actors/supervisor/supervisor_actor.hpp"
#include "store/memory_journal.hpp"
#include "tests/support/memory_api_server.hpp"

#include <caf/all.hpp>
#include <caf/scheduler/test_coordinator.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace spark::test {

/// Called with every batch of rows that became durable.
using rows_stored = std::function<void(const std::vector<journal_row>&)>;

/// Puts something between the operator and the server: a test's way to break it
/// on purpose.
using transport_wrapper =
    std::function<std::unique_ptr<transport>(std::unique_ptr<transport>)>;

struct operator_options {
  std::string name = "a";
  std::int64_t epoch = 1;
  int window = 8; ///< requests under way at once
  std::vector<std::string> namespaces;
  transport_wrapper wrap; ///< none: the server itself
  companion_settings companions;
};

/// The operator's real actors on CAF's test scheduler: nothing runs but in
/// run_job(). Its journal belongs to the test and outlives it, as a disk does.
///
/// The destructor is a kill -9 as far as anybody outside can tell: the journal
/// is cut off and the transport is mute before the actors get to know.
class simulated_operator {
public:
  simulated_operator(memory_api_server& server, const manual_clock& clock,
                     std::shared_ptr<journal> store, rows_stored stored,
                     operator_options options);
  ~simulated_operator();
  simulated_operator(const simulated_operator&) = delete;
  simulated_operator& operator=(const simulated_operator&) = delete;

  [[nodiscard]] const std::string& name() const { return options_.name; }
  [[nodiscard]] std::int64_t epoch() const { return options_.epoch; }

  // --- the schedule ---------------------------------------------------------
  [[nodiscard]] bool has_job() const { return !sched().jobs.empty(); }
  /// One message of one actor; who, is drawn. Gives the actor's name.
  std::string run_job(std::mt19937_64& rng);
  void run_all();
  /// How long until the next delayed message.
  [[nodiscard]] std::optional<milliseconds> next_timer() const;
  /// In tandem with the manual clock.
  void advance(milliseconds by);

  // --- faults ---------------------------------------------------------------
  /// No renewal came through: no write may leave any more; what left may land.
  void lose_lease();
  [[nodiscard]] bool leads() const { return env_->fence->load() == 0; }
  /// An actor dies of a bug. False if there is none for that uid.
  bool poison(const std::string& uid);

  // --- looking inside -------------------------------------------------------
  /// null while the leading subtree is down.
  [[nodiscard]] const registry_state* registry() const;
  /// null unless the application's actor lives and has begun.
  [[nodiscard]] const app_actor_state* app(const std::string& uid) const;
  [[nodiscard]] std::vector<std::string> live_apps() const;
  /// Calls that have no answer yet.
  [[nodiscard]] std::size_t open_calls() const;
  [[nodiscard]] const environment& env() const { return *env_; }
  /// "1" in a family without labels, "" if there is no such line.
  [[nodiscard]] std::string metric(const std::string& family) const;

private:
  class cut_off_journal;

  [[nodiscard]] caf::scheduler::test_coordinator& sched() const;

  operator_options options_;
  memory_api_server& server_;
  const manual_clock& clock_;
  std::shared_ptr<cut_off_journal> store_;
  environment_ptr env_;
  std::shared_ptr<transport> out_;
  caf::actor_system_config config_;
  std::unique_ptr<caf::actor_system> system_;
  journal_actor journal_;
  api_actor api_;
  supervisor_actor supervisor_;
};

} // namespace spark::test
