#pragma once

#include "store/database.hpp"
#include "store/journal_reader.hpp"

namespace spark {

/// Reading a journal's tables; the SQL behind journal_reader. Keeps nothing.
class journal_rows {
public:
  explicit journal_rows(database& db) : db_(db) {}

  /// Damage is reported in the history, not as an error, and not repaired.
  [[nodiscard]] result<journal_history> load(const std::string& uid);
  [[nodiscard]] result<std::vector<journal_stream>> streams();
  [[nodiscard]] result<std::vector<journal_stream>>
  find_streams(const std::string& ns, const std::string& name);
  [[nodiscard]] result<std::vector<journal_row>>
  rows_of(const std::string& uid, std::int64_t from_seq, std::size_t limit);
  [[nodiscard]] result<std::vector<journal_snapshot>>
  snapshots_of(const std::string& uid);
  [[nodiscard]] result<std::int64_t> first_broken_row(const std::string& uid);

  /// An application whose newest row is not what was written.
  struct broken_tail {
    std::string uid;
    std::string what; ///< for people
  };
  /// Checks the newest row of every application.
  [[nodiscard]] result<std::vector<broken_tail>> broken_tails();
  /// From now on loading `uid` starts after everything it has.
  [[nodiscard]] result<void> set_aside(const std::string& uid,
                                       const std::string& why);

private:
  struct stream_head;
  result<bool> read_head(const std::string& uid, stream_head& out);
  template<class F>
  result<void> each_snapshot(const stream_head& head, F take);
  result<void> read_start(const stream_head& head, journal_history& out,
                          row_hash& anchor);
  result<void> read_rows(const stream_head& head, const row_hash& anchor,
                         journal_history& out);

  database& db_;
};

} // namespace spark
