#pragma once

#include "actors/app/history.hpp"
#include "actors/scheduler/history.hpp"
#include "tools/replay/kinds.hpp"

namespace spark::replay {

/// Calls `f` with a value of the machine whose stream it is. All that differs
/// between the machines is theirs, or a function overloaded for what is theirs:
/// sentence_of, is_news (narrate.hpp), describe (state_text.hpp), outlook_of
/// (outlook.hpp), explain (actors/*/explain.hpp).
template<class F>
decltype(auto) with_machine(const journal_stream& of, F f) {
  if (kind_of(of) == stream_kind::schedule)
    return f(schedule_machine{});
  return f(app_machine{});
}

// An application's phase is a member that events set. A schedule's is a view
// of the rest of its state: where that is not known, events tell no phase.
[[nodiscard]] constexpr bool events_tell_phase(const app_state&) {
  return true;
}
[[nodiscard]] constexpr bool events_tell_phase(const schedule_state&) {
  return false;
}

} // namespace spark::replay
