#include "fault_vfs.hpp"

#include <algorithm>
#include <filesystem>
#include <stdexcept>

namespace spark::testing {
namespace {

/// Followed in memory by the default VFS's own file.
struct faulty_file {
  sqlite3_file base;
  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

fault_vfs* active = nullptr;
sqlite3_vfs* real_vfs = nullptr;

sqlite3_file* real(sqlite3_file* f) {
  return reinterpret_cast<faulty_file*>(f)->real();
}

int do_write(sqlite3_file* f, const void* bytes, int count, sqlite3_int64 at) {
  sqlite3_int64 size = 0;
  real(f)->pMethods->xFileSize(real(f), &size);
  auto growth = std::max<sqlite3_int64>(0, at + count - size);
  if (int code = active->on_write(static_cast<std::uintmax_t>(growth));
      code != SQLITE_OK)
    return code;
  return real(f)->pMethods->xWrite(real(f), bytes, count, at);
}

int do_sync(sqlite3_file* f, int flags) {
  if (int code = active->on_sync(); code != SQLITE_OK)
    return code;
  return real(f)->pMethods->xSync(real(f), flags);
}

/// Version 1: no shared memory, so only exclusive locking can use a WAL.
const sqlite3_io_methods methods = {
    1,
    [](sqlite3_file* f) { return real(f)->pMethods->xClose(real(f)); },
    [](sqlite3_file* f, void* to, int count, sqlite3_int64 at) {
      return real(f)->pMethods->xRead(real(f), to, count, at);
    },
    do_write,
    [](sqlite3_file* f, sqlite3_int64 size) {
      return real(f)->pMethods->xTruncate(real(f), size);
    },
    do_sync,
    [](sqlite3_file* f, sqlite3_int64* size) {
      return real(f)->pMethods->xFileSize(real(f), size);
    },
    [](sqlite3_file* f, int level) {
      return real(f)->pMethods->xLock(real(f), level);
    },
    [](sqlite3_file* f, int level) {
      return real(f)->pMethods->xUnlock(real(f), level);
    },
    [](sqlite3_file* f, int* out) {
      return real(f)->pMethods->xCheckReservedLock(real(f), out);
    },
    [](sqlite3_file* f, int op, void* arg) {
      return real(f)->pMethods->xFileControl(real(f), op, arg);
    },
    [](sqlite3_file* f) { return real(f)->pMethods->xSectorSize(real(f)); },
    [](sqlite3_file* f) {
      return real(f)->pMethods->xDeviceCharacteristics(real(f));
    },
};

int do_open(sqlite3_vfs*, const char* path, sqlite3_file* f, int flags,
            int* out) {
  f->pMethods = nullptr;
  int code = real_vfs->xOpen(real_vfs, path, real(f), flags, out);
  if (real(f)->pMethods)
    f->pMethods = &methods;
  return code;
}

} // namespace

fault_vfs::fault_vfs() {
  real_vfs = sqlite3_vfs_find(nullptr);
  if (active || !real_vfs)
    throw std::logic_error("fault_vfs: one at a time");
  vfs_ = *real_vfs;
  vfs_.pNext = nullptr;
  vfs_.zName = name;
  vfs_.szOsFile = real_vfs->szOsFile + static_cast<int>(sizeof(faulty_file));
  vfs_.xOpen = do_open;
  active = this;
  sqlite3_vfs_register(&vfs_, 0);
}

fault_vfs::~fault_vfs() {
  sqlite3_vfs_unregister(&vfs_);
  active = nullptr;
}

int fault_vfs::on_sync() {
  ++calls_;
  if (code_of_all_ != SQLITE_OK)
    return code_of_all_;
  return syncs_left_ > 0 && --syncs_left_ == 0 ? SQLITE_IOERR_FSYNC : SQLITE_OK;
}

int fault_vfs::on_write(std::uintmax_t growth) {
  ++calls_;
  if (code_of_all_ != SQLITE_OK)
    return code_of_all_;
  if (growth > 0 && !directory_.empty()) {
    for (auto& file : std::filesystem::directory_iterator{directory_})
      growth += file.file_size();
    if (growth > limit_)
      return SQLITE_FULL;
  }
  return writes_left_ > 0 && --writes_left_ == 0 ? write_code_ : SQLITE_OK;
}

} // namespace spark::testing
