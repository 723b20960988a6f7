#include "actors/app/executors.hpp"

#include <algorithm>
#include <charconv>
#include <utility>
#include <vector>

namespace spark {

std::int64_t executor_number(const std::string& pod) {
  std::int64_t n = 0;
  if (auto dash = pod.rfind('-'); dash != std::string::npos)
    std::from_chars(pod.data() + dash + 1, pod.data() + pod.size(), n);
  return n;
}

bool has_ended(const std::string& executor_state) {
  return executor_state == "COMPLETED" || executor_state == "FAILED";
}

bool is_live(const std::string& executor_state) {
  return executor_state == "PENDING" || executor_state == "RUNNING";
}

bool is_forgotten(const app_state& s, const std::string& pod,
                  const std::string& state) {
  return !is_live(state) && !s.forgotten_executors.empty() &&
         executor_number(pod) <= s.forgotten_up_to &&
         s.executors.count(pod) == 0;
}

void forget_ended_executors(app_state& s) {
  if (s.executors.size() <= max_executors)
    return;
  std::vector<std::pair<std::int64_t, std::string>> ended;
  for (auto& [pod, state] : s.executors)
    if (!is_live(state))
      ended.emplace_back(executor_number(pod), pod);
  if (ended.size() <= max_executors)
    return;
  std::sort(ended.begin(), ended.end());
  ended.resize(ended.size() - max_executors);
  for (auto& [number, pod] : ended) {
    auto it = s.executors.find(pod);
    ++s.forgotten_executors[it->second];
    s.forgotten_up_to = std::max(s.forgotten_up_to, number);
    s.executors.erase(it);
  }
}

} // namespace spark
