#pragma once

#include "messages/error.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace spark {

/// SHA-256: rows are chained with it (store/chain.hpp).
using row_hash = std::array<unsigned char, 32>;

/// A prepared statement that its database keeps for the next time: bind in
/// order, step, read columns (from 0). Going out of scope resets it, so that no
/// read lock outlives the question. Only one of the same text at a time.
class query {
public:
  query(query&& other) noexcept;
  query& operator=(query&&) = delete;
  ~query();
  query& bind(std::int64_t value);
  query& bind(std::string_view text);
  query& bind(const row_hash& blob);
  /// true: a row can be read; false: done.
  [[nodiscard]] result<bool> step();
  /// Steps to the end.
  [[nodiscard]] result<void> run();
  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] std::string text(int column) const;
  /// All zeros when the column holds anything but 32 bytes.
  [[nodiscard]] row_hash hash(int column) const;

private:
  friend class database;
  query(class database& db, sqlite3_stmt* statement, int code);
  void note(int code);

  class database* db_;
  sqlite3_stmt* statement_;
  int code_;      ///< the first thing that went wrong before step
  int bound_ = 0; ///< parameters bound so far
};

/// One SQLite connection. Not thread-safe (opened without a mutex): everything,
/// except interrupt(), happens on one thread. Errors are errc::io with the name
/// of SQLite's extended code; their context is the file.
class database {
public:
  enum class access { read, write, create };
  /// `vfs` empty: the default one. `uri`: path is a "file:" URI.
  static result<database> open(const std::string& path, access how,
                               const std::string& vfs = {}, bool uri = false);
  database(database&&) noexcept;
  database& operator=(database&&) noexcept;
  ~database();

  /// One or more statements whose rows nobody wants.
  [[nodiscard]] result<void> exec(const std::string& sql);
  /// The statement for `sql`, which must be a literal: it is prepared once.
  [[nodiscard]] query ask(std::string_view sql);
  template<class... Ts>
  [[nodiscard]] result<void> run(std::string_view sql, const Ts&... values) {
    auto q = ask(sql);
    (q.bind(values), ...);
    return q.run();
  }
  /// First column of the first row, prepared just for this.
  [[nodiscard]] result<std::int64_t> integer(const std::string& sql);
  [[nodiscard]] result<std::string> text(const std::string& sql);

  /// Rows changed by the last statement.
  [[nodiscard]] std::int64_t changes() const;
  [[nodiscard]] bool in_transaction() const;
  /// Makes wal_frames() work; setting wal_autocheckpoint undoes it. SQLite's
  /// own checkpoints would hide a failed fsync.
  void count_wal_frames();
  /// Frames in the write-ahead log after the last commit.
  [[nodiscard]] int wal_frames() const;
  /// Moves the log into the file and syncs it. `empty` also truncates the log.
  [[nodiscard]] result<void> checkpoint(bool empty);
  /// Closing leaves the write-ahead log as it is.
  void keep_wal_on_close();
  /// The running statement fails with SQLITE_INTERRUPT. Any thread, while open.
  void interrupt();

  /// SQLite's extended code of the last failure; 0 when none so far.
  [[nodiscard]] int last_failure() const;
  /// An error for a code that SQLite returned, also remembered as the last.
  [[nodiscard]] error failure(int code, std::string_view doing = {}) const;
  [[nodiscard]] const std::string& path() const;
  [[nodiscard]] sqlite3* handle() const;

private:
  friend class query;
  struct core;
  explicit database(std::unique_ptr<core> c);

  std::unique_ptr<core> core_;
};

/// BEGIN IMMEDIATE; rolls back unless committed. SQLite may have rolled back by
/// itself (disk full): that is fine too.
class transaction {
public:
  static result<transaction> begin(database& db);
  transaction(transaction&& other) noexcept;
  transaction& operator=(transaction&&) = delete;
  ~transaction();
  [[nodiscard]] result<void> commit();

private:
  explicit transaction(database& db) : db_(&db) {}
  database* db_;
};

/// "SQLITE_IOERR_FSYNC"; "SQLITE_ERROR 4711" for one we have no name for.
[[nodiscard]] std::string name_of_sqlite_code(int extended_code);
/// The file's content is not what SQLite wrote.
[[nodiscard]] bool means_corrupt(int extended_code) noexcept;
/// Another connection holds a lock.
[[nodiscard]] bool means_locked(int extended_code) noexcept;

} // namespace spark
