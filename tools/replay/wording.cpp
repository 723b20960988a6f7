#include "tools/replay/narrate.hpp"

#include <fmt/format.h>

namespace spark::replay {

std::string brief(std::string_view identifier) {
  // A spec hash begins with the number of its rule: "1:".
  auto colon = identifier.find(':');
  auto prefix = colon < 4 ? colon + 1 : 0;
  return std::string{identifier.substr(0, prefix + 8)};
}

std::string_view words_of(ending how) {
  switch (how) {
  case ending::done:
    return "done";
  case ending::retry:
    return "had no effect, to be tried again";
  case ending::unsure:
    return "nobody knows whether it took effect";
  case ending::conflict:
    return "the object has changed meanwhile";
  case ending::refused:
    return "refused for good";
  case ending::taken:
    return "the name belongs to another object";
  }
  return "?";
}

std::string name_of(const driver_fact& d) {
  return d.name.empty() ? "with uid " + d.uid : d.name;
}

std::string condition_of(const driver_fact& d) {
  auto out = d.phase.empty() ? std::string{"in no known phase"} : d.phase;
  if (d.terminating)
    out += fmt::format(", terminating within {} s", d.grace);
  if (d.has_exit)
    out += fmt::format(", exit code {}", d.exit_code);
  else if (!d.init_container.empty())
    out += fmt::format(", init container {} failed with exit code {}",
                       d.init_container, d.exit_code);
  if (!d.reason.empty())
    out += ", reason " + d.reason;
  if (!d.message.empty())
    out += ": " + d.message;
  if (!d.waiting.empty())
    out += ", waiting: " + d.waiting;
  if (!d.waiting_message.empty())
    out += ": " + d.waiting_message;
  if (!d.complaint.empty())
    out +=
        fmt::format(", an Event says {}: {}", d.complaint, d.complaint_message);
  if (!d.disruption.empty())
    out += fmt::format(", to be removed by the cluster ({}): {}", d.disruption,
                       d.disruption_message);
  if (!d.memory_limit.empty())
    out += ", memory limit " + d.memory_limit;
  if (!d.node.empty())
    out += ", on node " + d.node;
  if (d.unreachable)
    out += " that does not report";
  return out;
}

std::string grouped(const std::map<std::string, std::string>& states,
                    const std::map<std::string, std::string>& why) {
  constexpr std::size_t named = 4;
  std::map<std::string, std::vector<std::string>> groups;
  for (auto& [name, state] : states)
    groups[state].push_back(name);
  std::string out;
  for (auto& [state, names] : groups) {
    out +=
        fmt::format("{}{} {} (", out.empty() ? "" : ", ", names.size(), state);
    for (std::size_t i = 0; i < names.size() && i < named; ++i)
      out += (i > 0 ? ", " : "") + names[i];
    out += names.size() > named ? ", …)" : ")";
  }
  std::size_t told = 0;
  for (auto& [name, words] : why)
    if (++told <= named)
      out += fmt::format("; {}: {}", name, words);
  return out.empty() ? "none" : out;
}

} // namespace spark::replay
