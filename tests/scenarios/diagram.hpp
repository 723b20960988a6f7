#pragma once

#include "tests/scenarios/scenario_app.hpp"

#include <string>

namespace spark::scenario {

/// The phases and how they follow each other, as Markdown: the table of
/// actors/app/phases.hpp and a diagram of the transitions that scenarios show.
[[nodiscard]] std::string phases_in_markdown(const visited& seen);

} // namespace spark::scenario
