#pragma once

#include "store/database.hpp"

#include <span>

namespace spark {

/// "SPKJ" in SQLite's header: `file` and we can tell what this is.
inline constexpr std::int64_t journal_application_id = 0x53504b4a;

/// One step forward. Never edited once released: people's files have it behind
/// them.
struct migration {
  int version; ///< user_version afterwards; 1, 2, 3 without gaps
  const char* sql;
};

[[nodiscard]] std::span<const migration> journal_migrations() noexcept;

/// Brings the open file to the newest schema, each step in a transaction of its
/// own; the version it had is returned (0: it was empty). A file that had an
/// older schema is copied to "FILE.schema-N" first. errc::bad_input when the
/// file is from a newer program or not a journal at all; it is left alone.
[[nodiscard]] result<int>
migrate(database& db, std::span<const migration> steps = journal_migrations());

/// errc::bad_input unless the file is empty, or a journal with a schema that
/// migrate() can take. Changes nothing.
[[nodiscard]] result<void> recognise_journal(database& db);

/// As above, but an empty file or an older schema is bad_input too.
[[nodiscard]] result<void> check_schema(database& db);

} // namespace spark
