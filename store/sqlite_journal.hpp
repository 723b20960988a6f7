#pragma once

#include "store/journal_copy.hpp"
#include "store/journal_file.hpp"
#include "store/journal_reader.hpp"
#include "store/owner_file.hpp"
#include "store/reserve_file.hpp"

#include <optional>

namespace spark {

/// The journal in one SQLite file (schema: store/migrations.cpp), with one
/// connection, on one thread; SQLite 3.40 damages a write-ahead log that two
/// connections use. A commit is on the disk when append returns
/// (synchronous=FULL); 64 rows in a batch cost little more than one.
///
/// What can go wrong, and what append then leaves behind:
/// - disk full: some room is made (store/retention.hpp), trim goes on with
///   that, and the batch is tried once more; else errc::io, the batch is rolled
///   back, and the journal works on.
/// - an I/O error or damage found: errc::io, and the connection is not used
///   again, because after a failed fsync nobody knows what is on the disk. The
///   next call opens the file anew, checks it, and removes what an append that
///   was reported as failed may have left; if that does not help, all calls
///   fail at once for reopen_pause. Never repaired by that: a file that is
///   damaged or gone then stays an error until the process starts again,
///   because the rows of a running application would make no sense in an empty
///   file.
/// - a process that dies keeps every row whose append has returned; rows of one
///   that has not may be there too.
class sqlite_journal final : public journal, public journal_reader {
public:
  sqlite_journal(std::string path, journal_options options, owner_file owner,
                 database db, opened report, std::int64_t next_seq);
  ~sqlite_journal() override;

  result<void> append(std::vector<journal_row>& rows,
                      const std::vector<journal_snapshot>& snapshots) override;
  result<journal_history> load(const std::string& uid) override;
  result<std::vector<journal_stream>> streams() override;
  /// One at a time: errc::conflict while another is under way. The copy may
  /// outlive the journal; its step fails then.
  result<std::unique_ptr<copy>> start_copy(const std::string& path) override;
  /// Also moves the write-ahead log into the file when it is long, or nothing
  /// else is left.
  result<bool> trim(time_point now) override;
  [[nodiscard]] bool stands_in() const override { return options_.stand_in; }

  result<std::vector<journal_stream>>
  find_streams(const std::string& ns, const std::string& name) override;
  result<std::vector<journal_row>> rows_of(const std::string& uid,
                                           std::int64_t from_seq,
                                           std::size_t limit) override;
  result<std::vector<journal_snapshot>>
  snapshots_of(const std::string& uid) override;
  result<std::int64_t> first_broken_row(const std::string& uid) override;

  [[nodiscard]] const opened& report() const { return report_; }
  /// How often a failed connection has been replaced.
  [[nodiscard]] int reopened() const { return reopened_; }

private:
  template<class F>
  auto with_database(F ask) -> decltype(ask(std::declval<database&>()));
  result<void> ready();
  result<void> reopen();
  result<void> replace_connection();
  void look_at_failure(const error& why);
  result<void> write_or_make_room(database& db, std::vector<journal_row>& rows,
                                  const std::vector<journal_snapshot>& s);
  void move_log(database& db);
  bool use_reserve(database& db);
  void close_copy(const char* why);

  std::string path_;
  journal_options options_;
  owner_file owner_; // before db_: unlocked after the file is closed
  std::optional<database> db_;
  opened report_;
  std::int64_t next_seq_;
  /// After the disk was full, until there is a reserve again: less than
  /// options_.max_bytes.
  std::int64_t most_bytes_;
  reserve_file reserve_;
  int reopened_ = 0;
  std::optional<std::chrono::steady_clock::time_point> tried_reopening_;
  std::optional<std::chrono::steady_clock::time_point> in_vain_; ///< make_room
  error dropped_for_; ///< why there is no connection
  std::weak_ptr<journal_copy> copy_;
};

/// Creates the file if need be. errc::conflict with who holds it when somebody
/// does: try again later. errc::bad_input when the file is from a newer version
/// or no journal. A damaged file is renamed (see opened) and replaced.
[[nodiscard]] result<std::unique_ptr<sqlite_journal>>
open_journal(const std::string& path, journal_options options = {});

} // namespace spark
