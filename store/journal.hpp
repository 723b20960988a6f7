#pragma once

#include "messages/clock.hpp"
#include "messages/error.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace spark {

/// What append accepts in one row's texts together, and in one snapshot. A
/// batch with a bigger one is refused as a whole (errc::invalid), so whoever
/// makes rows must cut them first.
inline constexpr std::size_t max_row_bytes = 64 * 1024;
inline constexpr std::size_t max_snapshot_bytes = 1024 * 1024;

/// One row: a stimulus that made us conclude something. The journal stores text
/// and does not know what it means; the JSON is written by messages/codec.
struct journal_row {
  std::int64_t seq = 0; ///< assigned by append; grows over all applications
  std::string uid;
  std::string ns;
  std::string name;
  time_point at{};
  std::int64_t epoch = 0;
  std::int64_t rules_version = 0;
  std::string stimulus;     ///< canonical JSON
  std::string events;       ///< canonical JSON array
  std::string effects;      ///< JSON array of names, for people only
  std::string phase_before; ///< e.g. "New"
  std::string phase_after;
  std::string state_hash; ///< of the state after the events
  /// Rows of this application that could not be written since the one before:
  /// this one does not follow on it. Folding goes on at the next snapshot.
  std::int64_t lost = 0;
  bool operator==(const journal_row&) const = default;
};

/// The state of one application after the row `seq`; loading starts here. Who
/// appends one with the rows it covers does not know `seq` yet and leaves it 0:
/// the newest row of that application, this batch included. The newest two per
/// application are kept, and those of rows after a gap. One written with the
/// last row of an ended application keeps it loadable after retention has
/// removed its other rows.
struct journal_snapshot {
  std::string uid;
  std::int64_t seq = 0;
  std::int64_t rules_version = 0;
  std::string state; ///< canonical JSON
  std::string state_hash;
};

/// What an actor needs to come back: the newest snapshot, if any, and the rows
/// after it in order.
struct journal_history {
  bool has_snapshot = false;
  journal_snapshot snapshot;
  std::vector<journal_row> rows;
  bool trimmed = false; ///< older rows were cut by the cap or by age
  /// Not empty: rows or snapshots do not match their hashes, and this is the
  /// sentence for people. What cannot be trusted is not in `rows`; the journal
  /// has set it aside, so rows appended from now on load as a new beginning.
  std::string damage;
};

struct journal_stream {
  std::string uid;
  std::string ns;
  std::string name;
  std::string phase; ///< after the last row
  std::int64_t rows = 0;
  std::int64_t first_seq = 0;
  std::int64_t last_seq = 0;
  time_point first_at{};
  time_point last_at{};
  bool trimmed = false;
};

/// What the journal actor needs of a store; one thread. SQLite implements it
/// (store/sqlite_journal.hpp), and tests have one that fails on command.
class journal {
public:
  virtual ~journal() = default;
  /// All rows in one durable transaction; fills in seq. On error nothing of the
  /// batch is stored.
  virtual result<void>
  append(std::vector<journal_row>& rows,
         const std::vector<journal_snapshot>& snapshots) = 0;
  virtual result<journal_history> load(const std::string& uid) = 0;
  virtual result<std::vector<journal_stream>> streams() = 0;
  /// Copies the whole database into a file that spark-replay can read, a few
  /// pages per call of step(): never stalls an append for long.
  class copy {
  public:
    virtual ~copy() = default;
    /// true when the copy is complete.
    virtual result<bool> step() = 0;
  };
  virtual result<std::unique_ptr<copy>> start_copy(const std::string& path) = 0;
  /// Deletes what retention no longer wants, a bounded piece per call; true
  /// while there is more.
  virtual result<bool> trim(time_point now) = 0;
  /// It stands in for a file that cannot be used: what it keeps ends with the
  /// process.
  [[nodiscard]] virtual bool stands_in() const { return false; }
};

} // namespace spark
