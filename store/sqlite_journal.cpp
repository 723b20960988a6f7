#include "store/sqlite_journal.hpp"

#include "store/chain.hpp"
#include "store/journal_rows.hpp"
#include "store/retention.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <filesystem>

namespace spark {
namespace {

/// The highest seq ever given, also to rows that are gone.
result<std::int64_t> read_next_seq(database& db) {
  return db.integer("SELECT max((SELECT ifnull(max(seq),0)+1 FROM entry),"
                    "(SELECT ifnull(max(last_seq),0)+1 FROM stream),"
                    "(SELECT ifnull(max(value),0) FROM meta"
                    " WHERE key='next_seq'))");
}

result<void> insert_row(database& db, const journal_row& row, bool ended) {
  row_hash previous = chain_start;
  {
    auto q = db.ask("SELECT last_hash FROM stream WHERE uid=?");
    q.bind(row.uid);
    auto known = q.step();
    if (!known)
      return tl::unexpected(known.error());
    if (*known)
      previous = q.hash(0);
  }
  auto hash = hash_of(row, previous);
  auto at = to_millis(row.at);
  auto ok = db.run("INSERT INTO entry VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
                   row.seq, row.uid, at, row.epoch, row.rules_version,
                   row.stimulus, row.events, row.effects, row.phase_before,
                   row.phase_after, row.state_hash, previous, hash, row.lost);
  if (!ok)
    return ok;
  return db.run(
      "INSERT INTO stream(uid,ns,name,phase,ended,rows,first_seq,last_seq,"
      "first_at,last_at,last_hash) VALUES(?1,?2,?3,?4,?5,1,?6,?6,?7,?7,?8)"
      " ON CONFLICT(uid) DO UPDATE SET phase=excluded.phase,"
      "ended=excluded.ended,rows=rows+1,last_seq=excluded.last_seq,"
      "last_at=excluded.last_at,last_hash=excluded.last_hash",
      row.uid, row.ns, row.name, row.phase_after,
      static_cast<std::int64_t>(ended), row.seq, at, hash);
}

/// Fills in the seq of the application's newest row when it is 0; the row's
/// hash is returned.
result<row_hash> find_row(database& db, journal_snapshot& s) {
  auto q =
      db.ask("SELECT seq,hash FROM entry"
             " WHERE uid=?1 AND (seq=?2 OR ?2=0) ORDER BY seq DESC LIMIT 1");
  q.bind(s.uid).bind(s.seq);
  auto found = q.step();
  if (!found)
    return tl::unexpected(found.error());
  if (!*found)
    return fail(errc::invalid,
                "a snapshot of row " + std::to_string(s.seq) +
                    ", which the journal does not have",
                s.uid);
  s.seq = q.integer(0);
  return q.hash(1);
}

result<void> insert_snapshot(database& db, journal_snapshot s) {
  auto row = find_row(db, s);
  if (!row)
    return tl::unexpected(row.error());
  auto ok = db.run("INSERT OR REPLACE INTO snapshot VALUES(?,?,?,?,?,?,?)",
                   s.uid, s.seq, s.rules_version, s.state, s.state_hash, *row,
                   hash_of(s, *row));
  if (!ok)
    return ok;
  return db.run("DELETE FROM snapshot WHERE uid=?1 AND seq<(SELECT seq FROM"
                " snapshot WHERE uid=?1 ORDER BY seq DESC LIMIT 1 OFFSET 1)"
                " AND NOT EXISTS(SELECT 1 FROM entry e"
                " WHERE e.seq=snapshot.seq AND e.lost>0)",
                s.uid);
}

/// After a failed fsync the batch may be in the file although append said no.
/// Whoever was told so will append it again.
result<void> remove_from(database& db, std::int64_t seq) {
  auto tx = transaction::begin(db);
  if (!tx)
    return tl::unexpected(tx.error());
  auto ok = db.run("DELETE FROM snapshot WHERE seq>=?", seq);
  if (ok)
    ok = db.run("DELETE FROM stream WHERE first_seq>=?", seq);
  if (ok)
    ok = db.run("DELETE FROM entry WHERE seq>=?", seq);
  if (ok)
    ok =
        db.run("UPDATE OR IGNORE stream SET (last_seq,last_at,phase,last_hash)="
               "(SELECT seq,at,phase_after,hash FROM entry e"
               " WHERE e.uid=stream.uid ORDER BY seq DESC LIMIT 1),"
               "rows=(SELECT count(*) FROM entry e WHERE e.uid=stream.uid)"
               " WHERE last_seq>=?",
               seq);
  return ok ? tx->commit() : ok;
}

result<void> write_batch(database& db, const journal_options& options,
                         std::vector<journal_row>& rows,
                         const std::vector<journal_snapshot>& snapshots) {
  auto tx = transaction::begin(db);
  if (!tx)
    return tl::unexpected(tx.error());
  auto& ended = options.ended_phases;
  for (auto& row : rows) {
    bool last =
        std::find(ended.begin(), ended.end(), row.phase_after) != ended.end();
    if (auto ok = insert_row(db, row, last); !ok)
      return ok;
  }
  for (auto& snapshot : snapshots)
    if (auto ok = insert_snapshot(db, snapshot); !ok)
      return ok;
  return tx->commit();
}

/// The last failure was for want of room.
bool is_full(const database& db) {
  return (db.last_failure() & 0xff) == SQLITE_FULL;
}

result<void> check_all(const std::vector<journal_row>& rows,
                       const std::vector<journal_snapshot>& snapshots) {
  for (auto& row : rows)
    if (auto ok = check(row); !ok)
      return ok;
  for (auto& snapshot : snapshots)
    if (auto ok = check(snapshot); !ok)
      return ok;
  return {};
}

} // namespace

sqlite_journal::sqlite_journal(std::string path, journal_options options,
                               owner_file owner, database db, opened report,
                               std::int64_t next_seq)
    : path_(std::move(path)), options_(std::move(options)),
      owner_(std::move(owner)), db_(std::move(db)), report_(std::move(report)),
      next_seq_(next_seq), most_bytes_(options_.max_bytes),
      reserve_(path_, options_.in_memory ? 0 : options_.reserve_bytes) {
  reserve_.take();
}

sqlite_journal::~sqlite_journal() { close_copy("the journal was closed"); }

void sqlite_journal::close_copy(const char* why) {
  if (auto running = copy_.lock())
    running->abandon(why);
}

/// Decides by the code of a call that failed whether the connection goes on.
void sqlite_journal::look_at_failure(const error& why) {
  if (!db_ || options_.in_memory)
    return;
  auto code = db_->last_failure();
  if ((code & 0xff) != SQLITE_IOERR && !means_corrupt(code))
    return;
  close_copy("the journal is being opened anew");
  // A checkpoint now could call pages written that never were.
  db_->keep_wal_on_close();
  db_.reset();
  dropped_for_ = why;
}

result<void> sqlite_journal::ready() { return db_ ? result<void>{} : reopen(); }

result<void> sqlite_journal::reopen() {
  auto now = options_.steady();
  if (tried_reopening_ && now - *tried_reopening_ < options_.reopen_pause)
    return tl::unexpected(dropped_for_);
  tried_reopening_ = now;
  auto ok = replace_connection();
  if (!ok)
    dropped_for_ = ok.error();
  return ok;
}

result<void> sqlite_journal::replace_connection() {
  opened found;
  auto db = open_journal_file(path_, options_, false, found);
  if (!db)
    return tl::unexpected(db.error());
  if (auto ok = remove_from(*db, next_seq_); !ok)
    return ok;
  db_ = std::move(*db);
  ++reopened_;
  return {};
}

template<class F>
auto sqlite_journal::with_database(F ask)
    -> decltype(ask(std::declval<database&>())) {
  if (auto ok = ready(); !ok)
    return tl::unexpected(ok.error());
  auto answer = ask(*db_);
  if (!answer && answer.error().code == errc::io)
    look_at_failure(answer.error());
  return answer;
}

result<void>
sqlite_journal::append(std::vector<journal_row>& rows,
                       const std::vector<journal_snapshot>& snapshots) {
  if (auto ok = check_all(rows, snapshots); !ok)
    return ok;
  return with_database([&](database& db) -> result<void> {
    auto seq = next_seq_;
    for (auto& row : rows)
      row.seq = seq++;
    if (auto ok = write_or_make_room(db, rows, snapshots); !ok) {
      for (auto& row : rows)
        row.seq = 0;
      return ok;
    }
    next_seq_ = seq;
    if (options_.checkpoint_frames > 0 &&
        db.wal_frames() >= options_.checkpoint_frames)
      move_log(db);
    return {};
  });
}

/// Its failure is not that of the batch before it: that is committed.
void sqlite_journal::move_log(database& db) {
  auto moved = db.checkpoint(db.wal_frames() >= options_.truncate_frames);
  if (!moved && !use_reserve(db))
    look_at_failure(moved.error());
}

/// After a failure. True: it was for want of room, and the reserve is given up
/// for some; trim is to delete more than usual, until there is one again.
bool sqlite_journal::use_reserve(database& db) {
  if (!is_full(db) || !reserve_.give_back())
    return false;
  if (auto used = used_bytes(db))
    most_bytes_ = *used / 4 * 3;
  return true;
}

result<void> sqlite_journal::write_or_make_room(
    database& db, std::vector<journal_row>& rows,
    const std::vector<journal_snapshot>& snapshots) {
  auto ok = write_batch(db, options_, rows, snapshots);
  if (ok || ok.error().code != errc::io || !is_full(db))
    return ok;
  auto now = options_.steady();
  if (in_vain_ && now - *in_vain_ < options_.reopen_pause)
    return ok;
  use_reserve(db);
  auto used = used_bytes(db);
  if (!used)
    return tl::unexpected(used.error());
  // Deleting needs room as well. What fails here for want of it leaves the
  // batch as it was, refused.
  auto made = make_room(db, next_seq_, *used / 4 * 3);
  if (!made && !is_full(db))
    return made;
  ok = write_batch(db, options_, rows, snapshots);
  in_vain_ = ok ? std::nullopt : std::optional{now};
  return ok;
}

result<journal_history> sqlite_journal::load(const std::string& uid) {
  return with_database([&](database& db) -> result<journal_history> {
    journal_rows rows{db};
    auto history = rows.load(uid);
    if (history && !history->damage.empty())
      if (auto ok = rows.set_aside(uid, history->damage); !ok)
        return tl::unexpected(ok.error());
    return history;
  });
}

result<std::vector<journal_stream>> sqlite_journal::streams() {
  return with_database([](database& db) { return journal_rows{db}.streams(); });
}

result<std::vector<journal_stream>>
sqlite_journal::find_streams(const std::string& ns, const std::string& name) {
  return with_database(
      [&](database& db) { return journal_rows{db}.find_streams(ns, name); });
}

result<std::vector<journal_row>> sqlite_journal::rows_of(const std::string& uid,
                                                         std::int64_t from_seq,
                                                         std::size_t limit) {
  return with_database([&](database& db) {
    return journal_rows{db}.rows_of(uid, from_seq, limit);
  });
}

result<std::vector<journal_snapshot>>
sqlite_journal::snapshots_of(const std::string& uid) {
  return with_database(
      [&](database& db) { return journal_rows{db}.snapshots_of(uid); });
}

result<std::int64_t> sqlite_journal::first_broken_row(const std::string& uid) {
  return with_database(
      [&](database& db) { return journal_rows{db}.first_broken_row(uid); });
}

result<std::unique_ptr<journal::copy>>
sqlite_journal::start_copy(const std::string& path) {
  /// Lets the journal end a copy that its holder still has.
  struct shared_copy final : copy {
    explicit shared_copy(std::shared_ptr<journal_copy> c) : run(std::move(c)) {}
    result<bool> step() override { return run->step(); }
    std::shared_ptr<journal_copy> run;
  };
  std::error_code ec;
  if (path == path_ || std::filesystem::equivalent(path, path_, ec))
    return fail(errc::invalid, "that is the journal itself", "copy to " + path);
  if (auto running = copy_.lock(); running && running->running())
    return fail(errc::conflict, "another copy is under way", "copy to " + path);
  return with_database([&](database& db) -> result<std::unique_ptr<copy>> {
    auto started = journal_copy::start(db, path);
    if (!started)
      return tl::unexpected(started.error());
    std::shared_ptr<journal_copy> run{std::move(*started)};
    copy_ = run;
    return std::make_unique<shared_copy>(std::move(run));
  });
}

result<bool> sqlite_journal::trim(time_point now) {
  return with_database([&](database& db) -> result<bool> {
    auto wanted = options_;
    wanted.max_bytes = std::min(wanted.max_bytes, most_bytes_);
    auto more = trim_piece(db, wanted, now, next_seq_);
    if (more && db.wal_frames() >= (*more ? options_.checkpoint_frames : 1))
      if (auto ok = db.checkpoint(false); !ok)
        more = tl::unexpected(ok.error());
    if (!more && use_reserve(db))
      return true;
    if (more && !*more && reserve_.take())
      most_bytes_ = options_.max_bytes;
    return more;
  });
}

result<std::unique_ptr<sqlite_journal>> open_journal(const std::string& path,
                                                     journal_options options) {
  owner_file owner;
  if (!options.in_memory) {
    auto taken = owner_file::take(path);
    if (!taken)
      return tl::unexpected(taken.error());
    owner = std::move(*taken);
  }
  opened report;
  auto db = open_journal_file(path, options, true, report);
  if (!db)
    return tl::unexpected(db.error());
  auto next = read_next_seq(*db);
  if (!next)
    return tl::unexpected(next.error());
  return std::make_unique<sqlite_journal>(path, std::move(options),
                                          std::move(owner), std::move(*db),
                                          std::move(report), *next);
}

} // namespace spark
