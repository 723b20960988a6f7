#include "store/database.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <stdexcept>
#include <unordered_map>

namespace spark {
namespace {

struct code_name {
  int code;
  const char* name;
};

#define SPARK_CODE(code)                                                       \
  code_name { code, #code }
constexpr code_name code_names[] = {
    SPARK_CODE(SQLITE_ERROR),
    SPARK_CODE(SQLITE_INTERNAL),
    SPARK_CODE(SQLITE_PERM),
    SPARK_CODE(SQLITE_ABORT),
    SPARK_CODE(SQLITE_BUSY),
    SPARK_CODE(SQLITE_BUSY_RECOVERY),
    SPARK_CODE(SQLITE_BUSY_SNAPSHOT),
    SPARK_CODE(SQLITE_BUSY_TIMEOUT),
    SPARK_CODE(SQLITE_LOCKED),
    SPARK_CODE(SQLITE_NOMEM),
    SPARK_CODE(SQLITE_READONLY),
    SPARK_CODE(SQLITE_READONLY_DBMOVED),
    SPARK_CODE(SQLITE_READONLY_CANTLOCK),
    SPARK_CODE(SQLITE_READONLY_CANTINIT),
    SPARK_CODE(SQLITE_READONLY_DIRECTORY),
    SPARK_CODE(SQLITE_READONLY_RECOVERY),
    SPARK_CODE(SQLITE_READONLY_ROLLBACK),
    SPARK_CODE(SQLITE_INTERRUPT),
    SPARK_CODE(SQLITE_IOERR),
    SPARK_CODE(SQLITE_IOERR_READ),
    SPARK_CODE(SQLITE_IOERR_SHORT_READ),
    SPARK_CODE(SQLITE_IOERR_WRITE),
    SPARK_CODE(SQLITE_IOERR_FSYNC),
    SPARK_CODE(SQLITE_IOERR_DIR_FSYNC),
    SPARK_CODE(SQLITE_IOERR_TRUNCATE),
    SPARK_CODE(SQLITE_IOERR_FSTAT),
    SPARK_CODE(SQLITE_IOERR_UNLOCK),
    SPARK_CODE(SQLITE_IOERR_RDLOCK),
    SPARK_CODE(SQLITE_IOERR_DELETE),
    SPARK_CODE(SQLITE_IOERR_NOMEM),
    SPARK_CODE(SQLITE_IOERR_ACCESS),
    SPARK_CODE(SQLITE_IOERR_LOCK),
    SPARK_CODE(SQLITE_IOERR_CLOSE),
    SPARK_CODE(SQLITE_IOERR_DATA),
    SPARK_CODE(SQLITE_IOERR_CORRUPTFS),
    SPARK_CODE(SQLITE_CORRUPT),
    SPARK_CODE(SQLITE_CORRUPT_INDEX),
    SPARK_CODE(SQLITE_CORRUPT_SEQUENCE),
    SPARK_CODE(SQLITE_FULL),
    SPARK_CODE(SQLITE_CANTOPEN),
    SPARK_CODE(SQLITE_CANTOPEN_ISDIR),
    SPARK_CODE(SQLITE_CANTOPEN_FULLPATH),
    SPARK_CODE(SQLITE_PROTOCOL),
    SPARK_CODE(SQLITE_SCHEMA),
    SPARK_CODE(SQLITE_TOOBIG),
    SPARK_CODE(SQLITE_CONSTRAINT),
    SPARK_CODE(SQLITE_CONSTRAINT_PRIMARYKEY),
    SPARK_CODE(SQLITE_CONSTRAINT_UNIQUE),
    SPARK_CODE(SQLITE_CONSTRAINT_NOTNULL),
    SPARK_CODE(SQLITE_CONSTRAINT_DATATYPE),
    SPARK_CODE(SQLITE_MISMATCH),
    SPARK_CODE(SQLITE_MISUSE),
    SPARK_CODE(SQLITE_NOLFS),
    SPARK_CODE(SQLITE_AUTH),
    SPARK_CODE(SQLITE_RANGE),
    SPARK_CODE(SQLITE_NOTADB),
};
#undef SPARK_CODE

int flags_of(database::access how, bool uri) {
  int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  if (uri)
    flags |= SQLITE_OPEN_URI;
  switch (how) {
  case database::access::read:
    return flags | SQLITE_OPEN_READONLY;
  case database::access::write:
    return flags | SQLITE_OPEN_READWRITE;
  case database::access::create:
    return flags | SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  }
  return flags;
}

int count_frames(void* frames, sqlite3*, const char*, int in_log) {
  *static_cast<int*>(frames) = in_log;
  return SQLITE_OK;
}

} // namespace

std::string name_of_sqlite_code(int code) {
  for (auto& entry : code_names)
    if (entry.code == code)
      return entry.name;
  for (auto& entry : code_names)
    if (entry.code == (code & 0xff))
      return std::string{entry.name} + " " + std::to_string(code);
  return "SQLite code " + std::to_string(code);
}

bool means_corrupt(int code) noexcept {
  return (code & 0xff) == SQLITE_CORRUPT || (code & 0xff) == SQLITE_NOTADB;
}

bool means_locked(int code) noexcept {
  return (code & 0xff) == SQLITE_BUSY || (code & 0xff) == SQLITE_LOCKED;
}

// -- database -----------------------------------------------------------------

struct database::core {
  std::string path;
  sqlite3* handle = nullptr;
  std::unordered_map<std::string_view, sqlite3_stmt*> statements;
  int last_failure = SQLITE_OK;
  int wal_frames = 0;

  ~core() {
    for (auto& [sql, statement] : statements)
      sqlite3_finalize(statement);
    sqlite3_close_v2(handle);
  }
};

database::database(std::unique_ptr<core> c) : core_(std::move(c)) {}
database::database(database&&) noexcept = default;
database& database::operator=(database&&) noexcept = default;
database::~database() = default;

result<database> database::open(const std::string& path, access how,
                                const std::string& vfs, bool uri) {
  auto c = std::make_unique<core>();
  c->path = path;
  int code = sqlite3_open_v2(path.c_str(), &c->handle, flags_of(how, uri),
                             vfs.empty() ? nullptr : vfs.c_str());
  database db{std::move(c)};
  if (code != SQLITE_OK)
    return tl::unexpected(db.failure(code, "open"));
  return db;
}

result<void> database::exec(const std::string& sql) {
  int code = sqlite3_exec(handle(), sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK)
    return tl::unexpected(failure(code));
  return {};
}

query database::ask(std::string_view sql) {
  auto& statement = core_->statements[sql];
  int code = SQLITE_OK;
  if (!statement)
    code =
        sqlite3_prepare_v3(handle(), sql.data(), static_cast<int>(sql.size()),
                           SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  return query{*this, statement, code};
}

result<std::int64_t> database::integer(const std::string& sql) {
  auto value = text(sql);
  if (!value)
    return tl::unexpected(value.error());
  return std::strtoll(value->c_str(), nullptr, 10);
}

result<std::string> database::text(const std::string& sql) {
  sqlite3_stmt* raw = nullptr;
  int code = sqlite3_prepare_v2(handle(), sql.c_str(), -1, &raw, nullptr);
  std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)> statement{
      raw, sqlite3_finalize};
  if (code == SQLITE_OK)
    code = sqlite3_step(raw);
  if (code == SQLITE_DONE)
    return std::string{};
  if (code != SQLITE_ROW)
    return tl::unexpected(failure(code));
  auto* chars = sqlite3_column_text(raw, 0);
  return std::string{chars ? reinterpret_cast<const char*>(chars) : ""};
}

std::int64_t database::changes() const { return sqlite3_changes64(handle()); }

bool database::in_transaction() const {
  return sqlite3_get_autocommit(handle()) == 0;
}

void database::count_wal_frames() {
  sqlite3_wal_hook(handle(), count_frames, &core_->wal_frames);
}

int database::wal_frames() const { return core_->wal_frames; }

result<void> database::checkpoint(bool empty) {
  int mode = empty ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE;
  int code =
      sqlite3_wal_checkpoint_v2(handle(), "main", mode, nullptr, nullptr);
  if (code != SQLITE_OK)
    return tl::unexpected(failure(code, "checkpoint"));
  core_->wal_frames = 0;
  return {};
}

void database::keep_wal_on_close() {
  sqlite3_db_config(handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
}

void database::interrupt() { sqlite3_interrupt(handle()); }

int database::last_failure() const { return core_->last_failure; }

error database::failure(int code, std::string_view doing) const {
  core_->last_failure = code;
  auto message = name_of_sqlite_code(code) + ": ";
  // The handle's own words are better, but only when they are about this code.
  bool same = handle() && sqlite3_extended_errcode(handle()) == code;
  message += same ? sqlite3_errmsg(handle()) : sqlite3_errstr(code);
  if (!doing.empty())
    message = std::string{doing} + ": " + message;
  if ((code & 0xff) == SQLITE_FULL)
    message += " (no space left for the journal)";
  return error{errc::io, std::move(message), "journal " + path(), 0};
}

const std::string& database::path() const { return core_->path; }

sqlite3* database::handle() const { return core_->handle; }

// -- query --------------------------------------------------------------------

query::query(database& db, sqlite3_stmt* statement, int code)
    : db_(&db), statement_(statement), code_(code) {
  if (statement_ && sqlite3_stmt_busy(statement_))
    throw std::logic_error("the same statement is asked twice at once");
}

query::query(query&& other) noexcept
    : db_(other.db_), statement_(std::exchange(other.statement_, nullptr)),
      code_(other.code_), bound_(other.bound_) {}

query::~query() {
  if (statement_) {
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
  }
}

void query::note(int code) {
  if (code_ == SQLITE_OK)
    code_ = code;
}

query& query::bind(std::int64_t value) {
  if (statement_)
    note(sqlite3_bind_int64(statement_, ++bound_, value));
  return *this;
}

query& query::bind(std::string_view text) {
  if (statement_)
    note(sqlite3_bind_text64(statement_, ++bound_,
                             text.empty() ? "" : text.data(), text.size(),
                             SQLITE_TRANSIENT, SQLITE_UTF8));
  return *this;
}

query& query::bind(const row_hash& blob) {
  if (statement_)
    note(sqlite3_bind_blob64(statement_, ++bound_, blob.data(), blob.size(),
                             SQLITE_TRANSIENT));
  return *this;
}

result<bool> query::step() {
  int code = code_ != SQLITE_OK ? code_ : sqlite3_step(statement_);
  if (code == SQLITE_ROW)
    return true;
  if (code == SQLITE_DONE)
    return false;
  return tl::unexpected(db_->failure(code));
}

result<void> query::run() {
  for (;;) {
    auto more = step();
    if (!more)
      return tl::unexpected(more.error());
    if (!*more)
      return {};
  }
}

std::int64_t query::integer(int column) const {
  return sqlite3_column_int64(statement_, column);
}

std::string query::text(int column) const {
  auto* bytes =
      static_cast<const char*>(sqlite3_column_blob(statement_, column));
  auto size =
      static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
  return bytes ? std::string{bytes, size} : std::string{};
}

row_hash query::hash(int column) const {
  row_hash out{};
  auto* bytes = static_cast<const unsigned char*>(
      sqlite3_column_blob(statement_, column));
  if (bytes &&
      sqlite3_column_bytes(statement_, column) == static_cast<int>(out.size()))
    std::copy_n(bytes, out.size(), out.begin());
  return out;
}

// -- transaction --------------------------------------------------------------

result<transaction> transaction::begin(database& db) {
  if (auto ok = db.run("BEGIN IMMEDIATE"); !ok)
    return tl::unexpected(ok.error());
  return transaction{db};
}

transaction::transaction(transaction&& other) noexcept
    : db_(std::exchange(other.db_, nullptr)) {}

transaction::~transaction() {
  // A failing ROLLBACK leaves nothing to do here: the next BEGIN says so. It
  // must not replace the failure that brought us here.
  if (db_ && db_->in_transaction())
    sqlite3_exec(db_->handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

result<void> transaction::commit() {
  if (auto ok = db_->run("COMMIT"); !ok)
    return ok;
  db_ = nullptr;
  return {};
}

} // namespace spark
