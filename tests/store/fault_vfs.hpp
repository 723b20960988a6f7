#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <string>

namespace spark::testing {

/// An SQLite VFS over the default one whose next sync, or write, fails on
/// command. One at a time; registered while it lives.
class fault_vfs {
public:
  static constexpr const char* name = "spark-faults";
  fault_vfs();
  fault_vfs(const fault_vfs&) = delete;
  fault_vfs& operator=(const fault_vfs&) = delete;
  ~fault_vfs();
  /// The n-th sync from now on fails once; its writes are done all the same.
  void fail_sync(int n) { syncs_left_ = n; }
  /// The n-th write from now on fails once with `code`.
  void fail_write(int n, int code) {
    writes_left_ = n;
    write_code_ = code;
  }
  /// Every write and sync fails with `code` until called with SQLITE_OK: a full
  /// or a lost disk.
  void fail_all(int code) { code_of_all_ = code; }
  /// From now on the files of that directory together may grow to `bytes`, as
  /// on a small volume.
  void limit(std::string directory, std::uintmax_t bytes) {
    directory_ = std::move(directory);
    limit_ = bytes;
  }
  /// Writes and syncs asked for so far, whatever came of them.
  [[nodiscard]] int calls() const { return calls_; }
  /// Called by the file methods.
  int on_sync();
  int on_write(std::uintmax_t growth);

private:
  sqlite3_vfs vfs_{};
  int syncs_left_ = 0;
  int writes_left_ = 0;
  int write_code_ = 0;
  int code_of_all_ = 0;
  int calls_ = 0;
  std::string directory_;
  std::uintmax_t limit_ = 0;
};

} // namespace spark::testing
