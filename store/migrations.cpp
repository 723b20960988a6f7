#include "store/migrations.hpp"

#include <cstdio>

namespace spark {
namespace {

// stream: one row per application, kept in step with its entries, so that
// lists and retention need no scan. Rows up to base_seq are for people only;
// loading starts after them, and base_hash is where their chain had got to.
// `ended` marks a phase that retention may remove. entry.ns and entry.name are
// the stream's. Times are milliseconds since 1970. entry.lost counts the rows
// that could not be written before this one.
constexpr migration migrations[] = {
    {1, R"sql(
CREATE TABLE stream(
  uid TEXT PRIMARY KEY NOT NULL,
  ns TEXT NOT NULL,
  name TEXT NOT NULL,
  phase TEXT NOT NULL,
  ended INTEGER NOT NULL,
  rows INTEGER NOT NULL,
  first_seq INTEGER NOT NULL,
  last_seq INTEGER NOT NULL,
  first_at INTEGER NOT NULL,
  last_at INTEGER NOT NULL,
  base_seq INTEGER NOT NULL DEFAULT 0,
  base_hash BLOB NOT NULL DEFAULT (zeroblob(32)),
  trimmed INTEGER NOT NULL DEFAULT 0,
  damage TEXT NOT NULL DEFAULT '',
  last_hash BLOB NOT NULL
) STRICT;
CREATE INDEX stream_by_name ON stream(ns, name, last_seq);
CREATE INDEX stream_by_age ON stream(last_at) WHERE ended = 1;
CREATE INDEX stream_to_shorten ON stream(last_at) WHERE ended = 1 AND rows > 1;
CREATE TABLE entry(
  seq INTEGER PRIMARY KEY,
  uid TEXT NOT NULL,
  at INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  rules_version INTEGER NOT NULL,
  stimulus TEXT NOT NULL,
  events TEXT NOT NULL,
  effects TEXT NOT NULL,
  phase_before TEXT NOT NULL,
  phase_after TEXT NOT NULL,
  state_hash TEXT NOT NULL,
  prev_hash BLOB NOT NULL,
  hash BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX entry_by_uid ON entry(uid, seq);
CREATE TABLE snapshot(
  uid TEXT NOT NULL,
  seq INTEGER NOT NULL,
  rules_version INTEGER NOT NULL,
  state TEXT NOT NULL,
  state_hash TEXT NOT NULL,
  row_hash BLOB NOT NULL,
  hash BLOB NOT NULL,
  PRIMARY KEY(uid, seq)
) STRICT, WITHOUT ROWID;
CREATE TABLE meta(key TEXT PRIMARY KEY NOT NULL, value INTEGER NOT NULL) STRICT;
)sql"},
    {2, R"sql(
ALTER TABLE entry ADD COLUMN lost INTEGER NOT NULL DEFAULT 0;
CREATE INDEX stream_left_open ON stream(last_at) WHERE ended = 0;
)sql"},
};

struct identity {
  std::int64_t application = 0;
  std::int64_t schema = 0;
  std::int64_t tables = 0;
};

result<identity> identify(database& db) {
  identity out;
  for (auto [sql, value] :
       {std::pair{"PRAGMA application_id", &out.application},
        std::pair{"PRAGMA user_version", &out.schema},
        std::pair{"SELECT count(*) FROM sqlite_schema", &out.tables}}) {
    auto number = db.integer(sql);
    if (!number)
      return tl::unexpected(number.error());
    *value = *number;
  }
  return out;
}

/// errc::bad_input unless this is empty, or ours and not newer than `newest`.
result<void> recognise(database& db, const identity& id, int newest) {
  bool empty = id.application == 0 && id.schema == 0 && id.tables == 0;
  if (!empty && id.application != journal_application_id)
    return fail(errc::bad_input,
                "journal " + db.path() + " is a database of another program");
  if (id.schema > newest)
    return fail(errc::bad_input,
                "journal " + db.path() +
                    " was written by a newer version (schema " +
                    std::to_string(id.schema) + ", this program knows " +
                    std::to_string(newest) + ")");
  return {};
}

result<void> keep_old(database& db, std::int64_t schema) {
  if (db.path() == ":memory:")
    return {};
  auto copy = db.path() + ".schema-" + std::to_string(schema);
  std::remove(copy.c_str());
  auto q = db.ask("VACUUM INTO ?");
  q.bind(copy);
  return q.run();
}

result<void> apply(database& db, const migration& step) {
  auto tx = transaction::begin(db);
  if (!tx)
    return tl::unexpected(tx.error());
  auto marks =
      "PRAGMA application_id=" + std::to_string(journal_application_id) +
      ";PRAGMA user_version=" + std::to_string(step.version);
  for (const std::string& sql : {std::string{step.sql}, marks})
    if (auto ok = db.exec(sql); !ok)
      return ok;
  return tx->commit();
}

} // namespace

std::span<const migration> journal_migrations() noexcept { return migrations; }

result<int> migrate(database& db, std::span<const migration> steps) {
  auto id = identify(db);
  if (!id)
    return tl::unexpected(id.error());
  int newest = steps.back().version;
  if (auto ok = recognise(db, *id, newest); !ok)
    return tl::unexpected(ok.error());
  if (id->schema > 0 && id->schema < newest)
    if (auto ok = keep_old(db, id->schema); !ok)
      return tl::unexpected(ok.error());
  for (auto& step : steps)
    if (step.version > id->schema)
      if (auto ok = apply(db, step); !ok)
        return tl::unexpected(ok.error());
  return static_cast<int>(id->schema);
}

result<void> recognise_journal(database& db) {
  auto id = identify(db);
  if (!id)
    return tl::unexpected(id.error());
  return recognise(db, *id, journal_migrations().back().version);
}

result<void> check_schema(database& db) {
  auto id = identify(db);
  if (!id)
    return tl::unexpected(id.error());
  int newest = journal_migrations().back().version;
  if (auto ok = recognise(db, *id, newest); !ok)
    return ok;
  if (id->schema == 0)
    return fail(errc::bad_input, "journal " + db.path() + " is empty");
  if (id->schema < newest)
    return fail(errc::bad_input, "journal " + db.path() + " has schema " +
                                     std::to_string(id->schema) +
                                     ", this program reads " +
                                     std::to_string(newest) +
                                     "; open it once with the operator");
  return {};
}

} // namespace spark
