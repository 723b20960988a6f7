#pragma once

#include "actors/explanation.hpp"
#include "messages/app_state.hpp"

namespace spark {

/// Why an application is where it is: also the message of its condition
/// Finished. Pure.
[[nodiscard]] explanation explain(const app_state& s);

} // namespace spark
