#pragma once

#include "store/journal.hpp"

namespace spark {

/// What spark-replay and people may ask of a journal; one thread. Every journal
/// is one, and so is a file opened just for reading.
class journal_reader {
public:
  virtual ~journal_reader() = default;
  /// As journal::load.
  virtual result<journal_history> load(const std::string& uid) = 0;
  /// By first row.
  virtual result<std::vector<journal_stream>> streams() = 0;
  /// Every application that had this name, newest first.
  virtual result<std::vector<journal_stream>>
  find_streams(const std::string& ns, const std::string& name) = 0;
  /// All rows that are left, also those that load leaves out, in order from
  /// `from_seq` on, at most `limit`: the next page starts at the last seq + 1.
  virtual result<std::vector<journal_row>>
  rows_of(const std::string& uid, std::int64_t from_seq, std::size_t limit) = 0;
  /// All snapshots that are left and intact, in order; load uses the last.
  virtual result<std::vector<journal_snapshot>>
  snapshots_of(const std::string& uid) = 0;
  /// The seq of the first row that does not match its hash, or follows on a row
  /// that is missing; 0 when the chain is whole.
  virtual result<std::int64_t> first_broken_row(const std::string& uid) = 0;
};

/// Opens an export (journal::start_copy) or a stopped operator's file and
/// changes neither, write-ahead log included. errc::conflict "held by …" when
/// an operator has it open; while this lives no operator can open it.
/// errc::bad_input when it is no journal or of another schema.
[[nodiscard]] result<std::unique_ptr<journal_reader>>
open_journal_for_reading(const std::string& path);

} // namespace spark
