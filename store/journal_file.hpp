#pragma once

#include "store/database.hpp"
#include "store/journal.hpp"

namespace spark {

struct journal_options {
  /// Above it an application's rows before its last but one snapshot go.
  std::int64_t max_rows_per_app = 4096;
  /// An application whose last phase is one of `ended_phases` keeps all its
  /// rows this long after the last of them, then only that one (and the
  /// snapshot after it, if there is one), and nothing after max_summary_age.
  milliseconds max_age = std::chrono::days{7};
  milliseconds max_summary_age = std::chrono::days{90};
  std::vector<std::string> ended_phases;
  /// Above it ended applications go before their time, oldest first.
  std::int64_t max_bytes = std::int64_t{1} << 30;
  /// The file never grows above it: append fails as if the disk were full. 0:
  /// no limit but the disk's.
  std::int64_t refuse_bytes = 0;
  /// Of the disk, kept for deleting rows when it is full (reserve_file.hpp).
  std::int64_t reserve_bytes = 0;
  /// Frames (of 4 KiB) in the write-ahead log at which an append also moves
  /// them into the file; 0: only trim does.
  int checkpoint_frames = 1000;
  /// The log's file is cut, too, when it has grown to so many: 64 MiB.
  int truncate_frames = 16 * 1024;
  /// A connection that failed is replaced at most once in this time, and until
  /// then every call fails at once; room on a full disk is not looked for again
  /// so soon: a lost disk must not make everybody wait for it.
  milliseconds reopen_pause = std::chrono::seconds{10};
  std::function<std::chrono::steady_clock::time_point()> steady =
      std::chrono::steady_clock::now;
  /// How long opening may look for damage.
  milliseconds check_time = std::chrono::seconds{2};
  bool in_memory = false; ///< no file, no lock
  bool stand_in = false;  ///< what journal::stands_in says
  std::string vfs;        ///< for tests: the name of an SQLite VFS
};

/// What opening found.
struct opened {
  bool fresh = false;             ///< there were no rows to begin with
  std::string corrupt_renamed_to; ///< where the damaged file is now
  std::string corrupt_reason;
  bool checked = false; ///< quick_check came to its end in time
  int schema_before = 0;
  std::int64_t rows = 0;
  std::int64_t streams = 0;
  /// Applications whose rows do not match their hashes: set aside, as if the
  /// journal had never heard of them (journal_history::damage).
  std::vector<std::string> damaged_uids;
};

/// The journal's database, configured, locked, checked and migrated. The owner
/// file must have been taken before. `start_fresh`: a file that is missing is
/// created, an older schema migrated, and a corrupt file is renamed to
/// FILE.corrupt-<time> and an empty one takes its place; otherwise each is an
/// error, and nothing is created.
[[nodiscard]] result<database> open_journal_file(const std::string& path,
                                                 const journal_options& options,
                                                 bool start_fresh,
                                                 opened& report);

} // namespace spark
