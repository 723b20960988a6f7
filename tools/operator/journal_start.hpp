#pragma once

#include "actors/metrics.hpp"
#include "actors/protocol.hpp"
#include "store/journal_file.hpp"
#include "tools/operator/flags.hpp"

#include <caf/actor_system.hpp>

#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>

namespace spark {

/// What the listener may know of the journal, which it outlives: at first it
/// is waited for, then it has an actor, at last it is gone. Any thread.
class journal_door {
public:
  void close(std::string why);
  void open(journal_actor actor);
  /// Null while it is closed; then `why` says why.
  [[nodiscard]] journal_actor enter(std::string& why) const;

private:
  mutable std::mutex mutex_;
  std::string why_ = "the journal is not open yet";
  journal_actor actor_;
};

/// How much memory a journal without a file may take.
inline constexpr std::int64_t memory_journal_bytes = 64 * 1024 * 1024;

/// What the journal's file keeps of the disk for deleting when that is full:
/// a few times what the write-ahead log holds between two checkpoints.
inline constexpr std::int64_t journal_reserve_bytes = 16 * 1024 * 1024;

/// What the command line wants of the journal.
[[nodiscard]] journal_options journal_settings(const options& o);

/// Opens the journal. While another process has it, `closed` is told who, and
/// `asked_to_end` is asked in between: errc::cancelled when it says so. A file
/// that cannot be used for any other reason (full, read-only, of a newer
/// version) must not keep applications from running: memory stands in for it
/// until the operator is started again.
[[nodiscard]] result<std::shared_ptr<journal>>
wait_for_journal(const options& o, metrics& counters,
                 const std::function<void(const std::string& why)>& closed,
                 const std::function<bool(milliseconds most)>& asked_to_end);

/// A temporary file with a copy of the journal, for the caller to remove. When
/// it takes longer than `limit`, or `stop` comes, it is given up at once, and
/// nothing is left of it.
[[nodiscard]] result<std::string> export_to_file(caf::actor_system& sys,
                                                 const journal_door& from,
                                                 const std::stop_token& stop,
                                                 milliseconds limit);

} // namespace spark
