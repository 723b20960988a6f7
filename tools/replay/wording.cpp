#include "tools/replay/narrate.hpp"

#include <fmt/format.h>

namespace spark::replay {

std::string brief(std::string_view identifier) {
  // A spec hash begins with the number of its rule: "1:".
  auto colon = identifier.find(':');
  auto prefix = colon < 4 ? colon + 1 : 0;
  return std::string{identifier.substr(0, prefix + 8)};
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
  if (!d.reason.empty())
    out += ", reason " + d.reason;
  if (!d.message.empty())
    out += ": " + d.message;
  if (!d.waiting.empty())
    out += ", waiting: " + d.waiting;
  if (!d.waiting_message.empty())
    out += ": " + d.waiting_message;
  return out;
}

std::string group_executors(const std::map<std::string, std::string>& by_pod) {
  constexpr std::size_t named = 4;
  std::map<std::string, std::vector<std::string>> groups;
  for (auto& [pod, state] : by_pod)
    groups[state].push_back(pod);
  std::string out;
  for (auto& [state, pods] : groups) {
    out +=
        fmt::format("{}{} {} (", out.empty() ? "" : ", ", pods.size(), state);
    for (std::size_t i = 0; i < pods.size() && i < named; ++i)
      out += (i > 0 ? ", " : "") + pods[i];
    out += pods.size() > named ? ", …)" : ")";
  }
  return out.empty() ? "none" : out;
}

} // namespace spark::replay
