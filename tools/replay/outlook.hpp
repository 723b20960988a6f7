#pragma once

#include "crds/status.hpp"
#include "messages/app_state.hpp"
#include "messages/schedule_state.hpp"

#include <boost/json.hpp>

#include <vector>

namespace spark::replay {

/// An effect that a plan has.
struct wish {
  std::string words;
  boost::json::object members;
};

/// What today's rules make of a state. As in the effects of a row nothing is in
/// flight, and the status shows what the state before did.
struct outlook {
  boost::json::object status; ///< would be shown, conditions among it
  std::vector<condition> conditions;
  std::vector<wish> wants;
  time_point wakes_at{}; ///< for more than those, while they are under way
};

/// `before` is null where it is not known.
[[nodiscard]] outlook outlook_of(const app_state* before,
                                 const app_state& after, time_point at);
[[nodiscard]] outlook outlook_of(const schedule_state* before,
                                 const schedule_state& after, time_point at);

} // namespace spark::replay
