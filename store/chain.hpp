#pragma once

#include "store/database.hpp"
#include "store/journal.hpp"

namespace spark {

/// What precedes an application's first row.
inline constexpr row_hash chain_start{};

/// SHA-256 over the previous row's hash and every field of this one. Each
/// application's rows form a chain: a row that was lost, changed or moved
/// shows, which SQLite's own checks would not notice.
[[nodiscard]] row_hash hash_of(const journal_row& row,
                               const row_hash& previous);
/// Ties the snapshot to the row it follows.
[[nodiscard]] row_hash hash_of(const journal_snapshot& snapshot,
                               const row_hash& row);

/// errc::invalid when a text is too big (journal.hpp) or the uid is missing.
[[nodiscard]] result<void> check(const journal_row& row);
[[nodiscard]] result<void> check(const journal_snapshot& snapshot);

} // namespace spark
