#pragma once

#include "actors/explanation.hpp"
#include "messages/schedule_state.hpp"

namespace spark {

/// Pure.
[[nodiscard]] explanation explain(const schedule_state& s);

inline constexpr auto pruned_words =
    "the installed ScheduledSparkApplication CRD drops status.pendingRun; "
    "nothing is run until the operator's own CRD is applied";

/// "2026-01-01T00:00:00Z had no run: …", or how many up to when.
[[nodiscard]] std::string words_of(const skipped_ticks& what);

} // namespace spark
