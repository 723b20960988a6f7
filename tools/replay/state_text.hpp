#pragma once

#include "messages/app_state.hpp"
#include "messages/schedule_state.hpp"

#include <vector>

namespace spark::replay {

struct labelled {
  std::string label;
  std::string text;
};

/// A state in words; what it has nothing of is left out. Not escaped yet.
[[nodiscard]] std::vector<labelled> describe(const app_state& s);
[[nodiscard]] std::vector<labelled> describe(const schedule_state& s);

} // namespace spark::replay
