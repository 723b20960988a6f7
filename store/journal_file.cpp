#include "store/journal_file.hpp"

#include "store/journal_rows.hpp"
#include "store/migrations.hpp"

#include <boost/json.hpp>
#include <sqlite3.h>

#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <thread>

namespace spark {
namespace fs = std::filesystem;
namespace {

/// Interrupts what the database is doing when its time is up. A thread, since a
/// progress handler is not called inside quick_check's one long instruction.
class time_box {
public:
  time_box(database& db, milliseconds time)
      : thread_([&db, time, this](const std::stop_token& stop) {
          std::unique_lock lock{mutex_};
          if (!ended_.wait_for(lock, stop, time, [] { return false; }) &&
              !stop.stop_requested())
            db.interrupt();
        }) {}

private:
  std::mutex mutex_;
  std::condition_variable_any ended_;
  std::jthread thread_; // last: ends before what it uses
};

result<void> all(database& db, std::initializer_list<const char*> statements) {
  for (auto* sql : statements)
    if (auto ok = db.exec(sql); !ok)
      return ok;
  return {};
}

/// The lock must be exclusive before the write-ahead log is used, or SQLite
/// makes a -shm file. A file that is not ours is left as it is.
result<void> lock(database& db, bool start_fresh) {
  sqlite3_db_config(db.handle(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  if (auto ok =
          all(db, {"PRAGMA locking_mode=EXCLUSIVE", "PRAGMA cell_size_check=ON",
                   "PRAGMA trusted_schema=OFF", "PRAGMA mmap_size=0",
                   // The root file system may be read-only.
                   "PRAGMA temp_store=MEMORY", "PRAGMA secure_delete=FAST"});
      !ok)
    return ok;
  // Reads, and keeps the lock for that.
  auto ours = start_fresh ? recognise_journal(db) : check_schema(db);
  if (!ours)
    db.keep_wal_on_close();
  return ours;
}

/// auto_vacuum must be set before the first page is written; BEGIN EXCLUSIVE
/// would do that, journal_mode=WAL locks as well. Setting what is set already
/// would write, and a full disk must not keep a journal from opening.
result<void> vacuum_by_steps(database& db) {
  constexpr std::int64_t incremental = 2;
  auto mode = db.integer("PRAGMA auto_vacuum");
  if (!mode)
    return tl::unexpected(mode.error());
  return *mode == incremental ? result<void>{}
                              : db.exec("PRAGMA auto_vacuum=INCREMENTAL");
}

result<void> configure(database& db, const journal_options& options) {
  if (auto ok = vacuum_by_steps(db); !ok)
    return ok;
  if (!options.in_memory) {
    auto mode = db.text("PRAGMA journal_mode=WAL");
    if (!mode)
      return tl::unexpected(mode.error());
    if (*mode != "wal")
      return fail(errc::io, "write-ahead log refused: journal_mode is " + *mode,
                  "journal " + db.path());
  }
  if (auto ok =
          all(db, {"PRAGMA synchronous=FULL", "PRAGMA wal_autocheckpoint=0",
                   "PRAGMA journal_size_limit=67108864"});
      !ok)
    return ok;
  // wal_autocheckpoint has taken the hook that counts frames.
  db.count_wal_frames();
  if (options.refuse_bytes > 0) {
    auto page = db.integer("PRAGMA page_size");
    if (!page)
      return tl::unexpected(page.error());
    return db.exec("PRAGMA max_page_count=" +
                   std::to_string(options.refuse_bytes / *page));
  }
  return {};
}

error corrupt(const database& db, const std::string& what) {
  return error{errc::io, what, "journal " + db.path(), 0};
}

/// SQLite's own check; `damaged` also when SQLite stumbles over the damage
/// elsewhere while checking.
result<void> quick_check(database& db, const journal_options& options,
                         opened& report, bool& damaged) {
  auto verdict = [&] {
    time_box box{db, options.check_time};
    return db.text("PRAGMA quick_check(1)");
  }();
  if (!verdict) {
    if ((db.last_failure() & 0xff) == SQLITE_INTERRUPT)
      return {};
    return tl::unexpected(verdict.error());
  }
  report.checked = true;
  if (*verdict == "ok")
    return {};
  damaged = true;
  return tl::unexpected(corrupt(db, "quick_check: " + *verdict));
}

/// Which phases are ended is the program's to say, and a newer one may differ.
/// Touches only what differs: on a full disk nothing can be written.
result<void> mark_ended(database& db, const journal_options& options) {
  boost::json::array phases(options.ended_phases.begin(),
                            options.ended_phases.end());
  return db.run("UPDATE stream SET ended=1-ended WHERE ended<>"
                "(phase IN (SELECT value FROM json_each(?)))",
                boost::json::serialize(phases));
}

result<void> take_stock(database& db, const journal_options& options,
                        opened& report) {
  journal_rows rows{db};
  auto broken = rows.broken_tails();
  if (!broken)
    return tl::unexpected(broken.error());
  for (auto& tail : *broken) {
    if (auto ok = rows.set_aside(tail.uid, tail.what); !ok)
      return ok;
    report.damaged_uids.push_back(tail.uid);
  }
  auto tx = transaction::begin(db);
  if (!tx)
    return tl::unexpected(tx.error());
  if (auto ok = mark_ended(db, options); !ok)
    return ok;
  if (auto ok = tx->commit(); !ok)
    return ok;
  for (auto [sql, value] :
       {std::pair{"SELECT total(rows) FROM stream", &report.rows},
        std::pair{"SELECT count(*) FROM stream", &report.streams}}) {
    auto number = db.integer(sql);
    if (!number)
      return tl::unexpected(number.error());
    *value = *number;
  }
  return {};
}

result<database> try_open(const std::string& path,
                          const journal_options& options, bool start_fresh,
                          opened& report, bool& damaged, bool& locked) {
  auto db = database::open(options.in_memory ? ":memory:" : path,
                           start_fresh ? database::access::create
                                       : database::access::write,
                           options.vfs);
  if (!db)
    return db;
  auto ok = lock(*db, start_fresh);
  if (ok)
    ok = configure(*db, options);
  if (ok)
    ok = quick_check(*db, options, report, damaged);
  if (ok) {
    auto before = migrate(*db);
    report.schema_before = before ? *before : 0;
    if (!before)
      ok = tl::unexpected(before.error());
  }
  if (ok)
    ok = take_stock(*db, options, report);
  report.fresh = ok && report.schema_before == 0;
  if (ok)
    return db;
  auto why = ok.error();
  if (why.code == errc::io) {
    damaged = damaged || means_corrupt(db->last_failure());
    locked = means_locked(db->last_failure());
  }
  if (damaged)
    db->keep_wal_on_close(); // evidence: a checkpoint would change the file
  return tl::unexpected(why);
}

/// FILE.corrupt-20261123T084425Z, or with -2, -3 … when that is taken.
std::string name_for_corrupt(const std::string& path) {
  auto now = std::chrono::floor<milliseconds>(std::chrono::system_clock::now());
  auto time = to_rfc3339(now);
  std::erase_if(time, [](char c) { return c == '-' || c == ':'; });
  auto base = path + ".corrupt-" + time;
  auto name = base;
  std::error_code ec;
  for (int n = 2; fs::exists(name, ec); ++n)
    name = base + "-" + std::to_string(n);
  return name;
}

result<void> move_away(const std::string& path, const std::string& target) {
  std::error_code ec;
  for (const char* suffix : {"-wal", "-shm", "-journal", ""}) {
    fs::rename(path + suffix, target + suffix, ec);
    if (ec && ec != std::errc::no_such_file_or_directory)
      return fail(errc::io,
                  "rename to " + target + suffix + ": " + ec.message(),
                  "journal " + path);
  }
  return {};
}

} // namespace

result<database> open_journal_file(const std::string& path,
                                   const journal_options& options,
                                   bool start_fresh, opened& report) {
  report = {};
  bool damaged = false;
  bool locked = false;
  auto db = try_open(path, options, start_fresh, report, damaged, locked);
  if (db)
    return db;
  auto why = db.error();
  if (locked)
    return fail(errc::conflict,
                "locked by a program that is no operator: " + why.message,
                why.context);
  if (!damaged)
    return db;
  if (!start_fresh) {
    why.message += " (corrupt; a restart keeps the file aside and begins anew)";
    return tl::unexpected(why);
  }
  auto target = name_for_corrupt(path);
  if (auto ok = move_away(path, target); !ok)
    return tl::unexpected(ok.error());
  report = {};
  db = try_open(path, options, start_fresh, report, damaged, locked);
  report.corrupt_renamed_to = target;
  report.corrupt_reason = why.message;
  return db;
}

} // namespace spark
