#pragma once

#include "store/journal_reader.hpp"

#include <functional>

namespace spark::replay {

struct difference {
  std::int64_t seq = 0;
  std::string what;
  /// Not empty: the events as they are in the row, and as decided today.
  std::string recorded;
  std::string now;
};

struct check_counts {
  std::int64_t decided = 0; ///< decided again under the same rules
  std::int64_t folded = 0;  ///< of other rules: applied, not decided
  std::int64_t skipped = 0; ///< what they started from was trimmed or lost
  std::int64_t lost = 0;    ///< could not be written: the journal says so
  std::int64_t differences = 0;
  /// Rows whose state differs only because of a difference before them.
  std::int64_t following = 0;
  bool trimmed = false;
};

/// Decides the rows of one stream again and checks the chain of their hashes;
/// every difference is told as it is found.
[[nodiscard]] result<check_counts>
check_stream(journal_reader& from, const journal_stream& of,
             const std::function<void(const difference&)>& tell);

} // namespace spark::replay
