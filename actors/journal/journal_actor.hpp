#pragma once

#include "actors/environment.hpp"
#include "actors/protocol.hpp"

#include <caf/stateful_actor.hpp>

#include <map>
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
/// rests on the journal. Every later row tries again, and the first that is
/// written says how many of its application were lost before it.
struct journal_state {
  static constexpr const char* name = "journal";
  /// One transaction; larger ones gain nothing (measured).
  static constexpr std::size_t max_batch = 256;
  /// Of how many applications lost rows are remembered; those of more leave a
  /// gap that is not marked.
  static constexpr std::size_t max_gaps = 64 * 1024;

  struct waiting_row {
    append_row what;
    caf::typed_response_promise<appended> promise;
  };
  struct running_copy {
    std::string path;
    std::unique_ptr<journal::copy> copy;
    caf::typed_response_promise<exported> promise;
  };

  journal_state() = default;

  std::shared_ptr<journal> store;
  environment_ptr env;
  std::vector<waiting_row> rows;
  bool flushing = false;
  bool degraded = false;
  bool said_too_big = false;                ///< of a snapshot: once is enough
  std::map<std::string, std::int64_t> lost; ///< rows by uid, since the last one
  std::unique_ptr<running_copy> copy;
};

journal_actor::behavior_type
run_journal(journal_actor::stateful_pointer<journal_state> self,
            std::shared_ptr<journal> store, environment_ptr env);

} // namespace spark
