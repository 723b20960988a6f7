#include "store/journal_reader.hpp"

#include "store/journal_rows.hpp"
#include "store/migrations.hpp"
#include "store/owner_file.hpp"

#include <sqlite3.h>

#include <filesystem>

namespace spark {
namespace fs = std::filesystem;
namespace {

class file_reader final : public journal_reader {
public:
  file_reader(owner_file owner, database db)
      : owner_(std::move(owner)), db_(std::move(db)) {}
  result<journal_history> load(const std::string& uid) override {
    return rows_.load(uid);
  }
  result<std::vector<journal_stream>> streams() override {
    return rows_.streams();
  }
  result<std::vector<journal_stream>>
  find_streams(const std::string& ns, const std::string& name) override {
    return rows_.find_streams(ns, name);
  }
  result<std::vector<journal_row>> rows_of(const std::string& uid,
                                           std::int64_t from_seq,
                                           std::size_t limit) override {
    return rows_.rows_of(uid, from_seq, limit);
  }
  result<std::vector<journal_snapshot>>
  snapshots_of(const std::string& uid) override {
    return rows_.snapshots_of(uid);
  }
  result<std::int64_t> first_broken_row(const std::string& uid) override {
    return rows_.first_broken_row(uid);
  }

private:
  owner_file owner_;
  database db_;
  journal_rows rows_{db_};
};

/// "file:/a%3fb?immutable=1"
std::string immutable_uri(const std::string& path) {
  constexpr char digits[] = "0123456789abcdef";
  std::string uri = "file:";
  for (unsigned char c : path) {
    bool plain =
        std::isalnum(c) || c == '/' || c == '.' || c == '-' || c == '_';
    if (plain)
      uri += static_cast<char>(c);
    else
      (uri += '%') += {digits[c >> 4], digits[c & 15]};
  }
  return uri + "?immutable=1";
}

/// Without a log beside it everything is in the file: no lock is needed, and
/// nothing can be left behind. Otherwise (killed, or live) the log must be
/// read, which takes SQLite's lock; in exclusive mode that needs no -shm file,
/// and the log stays as it is. A live operator's log always exists.
result<database> open_untouched(const std::string& path) {
  std::error_code ec;
  bool log = fs::exists(path + "-wal", ec) || fs::exists(path + "-journal", ec);
  if (!log)
    return database::open(immutable_uri(fs::absolute(path, ec).string()),
                          database::access::read, {}, true);
  auto db = database::open(path, database::access::write);
  if (!db)
    return db;
  db->keep_wal_on_close();
  if (auto ok = db->exec("PRAGMA locking_mode=EXCLUSIVE"); !ok)
    return tl::unexpected(ok.error());
  return db;
}

} // namespace

result<std::unique_ptr<journal_reader>>
open_journal_for_reading(const std::string& path) {
  std::error_code ec;
  if (!fs::is_regular_file(path, ec))
    return fail(errc::bad_input, "no such file", "journal " + path);
  auto owner = owner_file::share(path);
  if (!owner)
    return tl::unexpected(owner.error());
  auto db = open_untouched(path);
  if (!db)
    return tl::unexpected(db.error());
  sqlite3_db_config(db->handle(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  auto ok = db->exec("PRAGMA query_only=ON;PRAGMA cell_size_check=ON;"
                     "PRAGMA trusted_schema=OFF;PRAGMA mmap_size=0;"
                     "PRAGMA temp_store=MEMORY");
  if (ok)
    ok = check_schema(*db);
  if (ok)
    return std::make_unique<file_reader>(std::move(*owner), std::move(*db));
  auto why = ok.error();
  if (why.code == errc::io && means_locked(db->last_failure()))
    why = error{errc::conflict, "locked by another program: " + why.message,
                why.context, 0};
  else if (means_corrupt(db->last_failure()))
    why.code = errc::bad_input;
  return tl::unexpected(why);
}

} // namespace spark
