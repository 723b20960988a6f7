#pragma once

#include "messages/error.hpp"

#include <string>

namespace spark {

/// Says who uses a journal: FILE.owner, locked (flock) for as long as this
/// lives, also while the database is closed for a moment. The kernel unlocks it
/// when the process dies, so what it says is only believed while it is locked.
/// Kept beside SQLite's own lock because that one can name nobody, and because
/// reading the database's file outside SQLite would drop its locks.
class owner_file {
public:
  /// errc::conflict "held by pid 7 on host x since …" when somebody else has
  /// it.
  static result<owner_file> take(const std::string& journal_path);
  /// For readers: keeps an operator from starting meanwhile; needs no right to
  /// write and creates nothing. Taken vacuously when there is no FILE.owner.
  static result<owner_file> share(const std::string& journal_path);
  owner_file() = default; ///< owns nothing
  owner_file(owner_file&& other) noexcept;
  owner_file& operator=(owner_file&& other) noexcept;
  ~owner_file();

private:
  explicit owner_file(int fd) : fd_(fd) {}
  int fd_ = -1;
};

} // namespace spark
