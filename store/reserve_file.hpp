#pragma once

#include <cstdint>
#include <string>

namespace spark {

/// FILE.reserve: takes some of the disk while there is plenty. Deleting rows
/// needs room, too, for the write-ahead log and for the pages that it moves
/// into the file; on a full disk this is where it comes from.
class reserve_file {
public:
  /// `bytes` 0: there is none.
  reserve_file(const std::string& journal_path, std::int64_t bytes)
      : path_(journal_path + ".reserve"), bytes_(bytes) {}
  /// False: the disk has no room for it.
  bool take() const;
  /// False: there was none.
  bool give_back() const;

private:
  std::string path_;
  std::int64_t bytes_;
};

} // namespace spark
