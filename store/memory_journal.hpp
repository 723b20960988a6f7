#pragma once

#include "store/journal_file.hpp"
#include "store/journal_reader.hpp"

#include <map>
#include <optional>

namespace spark {

/// A journal for tests: the same answers as SQLite's, nothing on a disk, and it
/// fails when told to. The test owns it, so it outlives the actors that
/// "crash". It has no hashes to break and nothing to copy (start_copy is
/// errc::invalid).
class memory_journal : public journal, public journal_reader {
public:
  explicit memory_journal(journal_options options = {});

  result<void> append(std::vector<journal_row>& rows,
                      const std::vector<journal_snapshot>& snapshots) override;
  result<journal_history> load(const std::string& uid) override;
  result<std::vector<journal_stream>> streams() override;
  result<std::unique_ptr<copy>> start_copy(const std::string& path) override;
  /// Everything in one call, max_bytes excepted.
  result<bool> trim(time_point now) override;
  result<std::vector<journal_stream>>
  find_streams(const std::string& ns, const std::string& name) override;
  result<std::vector<journal_row>> rows_of(const std::string& uid,
                                           std::int64_t from_seq,
                                           std::size_t limit) override;
  result<std::vector<journal_snapshot>>
  snapshots_of(const std::string& uid) override;
  result<std::int64_t> first_broken_row(const std::string& uid) override;

  /// The n-th append from now on (1: the next) fails with `why`; nothing of its
  /// batch is stored. Those after it work again.
  void fail_append(int n, error why);
  /// Every append and load fails, until called with nothing: a lost disk.
  void fail_all(std::optional<error> why);
  /// Calls of append so far, failed ones included.
  [[nodiscard]] int appends() const { return appends_; }
  /// All rows of all applications by seq: what a test compares.
  [[nodiscard]] std::vector<journal_row> all_rows() const;

private:
  struct stream {
    std::vector<journal_row> rows;
    std::vector<journal_snapshot> snapshots; ///< oldest first
    std::int64_t base_seq = 0;
    bool trimmed = false;
  };
  [[nodiscard]] bool ended(const stream& s) const;
  [[nodiscard]] static journal_stream describe(const stream& s);
  static void add(stream& to, journal_snapshot s);
  static void shorten(stream& s, std::int64_t keep_from);

  journal_options options_;
  std::map<std::string, stream> streams_;
  std::int64_t next_seq_ = 1;
  int appends_ = 0;
  int fail_at_ = 0;
  std::optional<error> fail_once_;
  std::optional<error> fail_all_;
};

} // namespace spark
