#pragma once

#include "store/journal_file.hpp"

namespace spark {

/// One bounded piece of what journal_options no longer want: at most 1000 rows
/// of one application, 256 summaries, or 256 free pages given back to the file
/// system. true while there is more. An application of which nothing was heard
/// for max_summary_age counts as ended, whatever its last phase: it went while
/// nobody watched, or it will begin anew. `next_seq` is remembered with every
/// deletion, so that no seq is given twice when the newest row is gone.
[[nodiscard]] result<bool> trim_piece(database& db,
                                      const journal_options& options,
                                      time_point now, std::int64_t next_seq);

/// Of the pages that hold something.
[[nodiscard]] result<std::int64_t> used_bytes(database& db);

/// For a disk that is full: makes pages free until no more than `enough_bytes`
/// are in use, as far as ended applications go, in a bounded time.
[[nodiscard]] result<void> make_room(database& db, std::int64_t next_seq,
                                     std::int64_t enough_bytes);

} // namespace spark
