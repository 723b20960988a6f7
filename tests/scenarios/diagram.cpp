#include "tests/scenarios/diagram.hpp"

#include "actors/app/phases.hpp"
#include "messages/codec.hpp"

#include <fmt/format.h>

namespace spark::scenario {
namespace {

/// From any phase, so that they would only hide the rest.
bool is_everywhere(phase from, phase to) {
  return to == phase::deleting || to == phase::gone || from == phase::gone;
}

/// After a restart without a journal: from nothing to what the status says.
bool is_adoption(const std::set<std::string>& events) {
  return events == std::set<std::string>{"claim_adopted"};
}

std::string label_of(const std::set<std::string>& events) {
  std::string out;
  for (auto& e : events)
    if (e != "claim_adopted")
      out += (out.empty() ? "" : "<br>") + e;
  return out;
}

std::string look_of(const phase_row& row) {
  if (row.looks_again.count() == 0)
    return "-";
  return fmt::format("{} s", row.looks_again.count());
}

} // namespace

std::string phases_in_markdown(const visited& seen) {
  std::string out =
      "| phase | status shows | looks again | gives up | meaning |\n"
      "|---|---|---|---|---|\n";
  for (auto& row : phase_table)
    out += fmt::format("| `{}` | {} | {} | {} | {} |\n", to_string(row.at),
                       row.shows.empty() ? "as before" : row.shows,
                       look_of(row), row.gives_up, row.meaning);
  out += "\n```mermaid\nstateDiagram-v2\n  [*] --> fresh\n";
  for (auto& [edge, events] : seen.transitions) {
    auto [from, to] = edge;
    if (is_everywhere(from, to) || is_adoption(events))
      continue;
    out += fmt::format("  {} --> {}: {}\n", to_string(from), to_string(to),
                       label_of(events));
  }
  for (auto& row : phase_table)
    if (row.ended && row.at != phase::gone)
      out += fmt::format("  {} --> [*]\n", to_string(row.at));
  return out + "```\n";
}

} // namespace spark::scenario
