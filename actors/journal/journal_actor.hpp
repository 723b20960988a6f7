#pragma once

#include "actors/environment.hpp"
#include "actors/protocol.hpp"

#include <caf/stateful_actor.hpp>

#include <memory>
#include <string>
#include <vector>

namespace spark {

/// Owns the journal. Detached in the operator (SQLite blocks), ordinary in
/// simulation. Whatever arrives while a transaction is under way shares the
/// next one: group commit without a timer.
///
/// A journal that cannot write (disk full) degrades: rows are answered with
/// seq 0 and counted, and the operator goes on, because no promise to users
/// rests on the journal. Every later row tries again.
struct journal_state {
  static constexpr const char* name = "journal";
  /// One transaction; larger ones gain nothing (measured).
  static constexpr std::size_t max_batch = 256;

  struct waiting_row {
    append_row what;
    caf::typed_response_promise<appended> promise;
  };
  struct running_copy {
    std::unique_ptr<journal::copy> copy;
    caf::typed_response_promise<exported> promise;
  };

  journal_state() = default;

  std::shared_ptr<journal> store;
  environment_ptr env;
  std::vector<waiting_row> rows;
  bool flushing = false;
  bool degraded = false;
  std::unique_ptr<running_copy> copy;
};

journal_actor::behavior_type
run_journal(journal_actor::stateful_pointer<journal_state> self,
            std::shared_ptr<journal> store, environment_ptr env);

} // namespace spark
