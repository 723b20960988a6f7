#include "actors/app/status_bound.hpp"

#include "actors/app/executors.hpp"
#include "crds/cut_text.hpp"

#include <algorithm>
#include <tuple>

namespace spark {
namespace {

// Of each text, within JSON.
constexpr std::size_t most_error = 1100;
constexpr std::size_t most_message = 800;
constexpr std::size_t most_messages = 6400; ///< of all conditions together
constexpr std::size_t most_reason = 72;
constexpr std::size_t most_name = 256; ///< no object has a longer one
/// We write fewer kinds of them; more could only be a fault of ours.
constexpr std::size_t most_conditions = 12;
/// Keys, brackets, numbers and times of a status with all its members.
constexpr std::size_t frame = 900;
constexpr std::size_t frame_of_condition = 160;

void cut(std::string& text, std::size_t most) { text = fit_json(text, most); }

std::size_t cut_texts(application_status& s) {
  cut(s.error_message, most_error);
  for (auto* name :
       {&s.driver_pod_name, &s.submission_id, &s.spark_application_id,
        &s.claim.spec_hash, &s.claim.outcome, &s.state})
    cut(*name, most_name);
  if (s.conditions.size() > most_conditions)
    s.conditions.resize(most_conditions);
  std::size_t size = frame + json_size(s.error_message);
  for (auto* name :
       {&s.driver_pod_name, &s.submission_id, &s.spark_application_id,
        &s.claim.spec_hash, &s.claim.outcome, &s.state})
    size += json_size(*name);
  auto share = most_messages / std::max<std::size_t>(1, s.conditions.size());
  for (auto& c : s.conditions) {
    cut(c.message, std::min(share, most_message));
    cut(c.reason, most_reason);
    size += frame_of_condition + json_size(c.type) + json_size(c.reason) +
            json_size(c.message);
  }
  for (auto& [state, n] : s.executor_counts)
    size += json_size(state) + 24;
  return size;
}

/// As a member of an object: with colon and comma.
std::size_t size_of(const std::string& pod, const std::string& state) {
  return json_size(pod) + json_size(state) + 2;
}

} // namespace

void fit_status(application_status& s) {
  auto used = cut_texts(s);
  auto most = max_status_bytes - others_share;
  auto left = used < most ? most - used : 0;
  // Worth most first: live ones before the others, the newest first.
  std::vector<std::tuple<bool, std::int64_t, std::string>> order;
  for (auto& [pod, state] : s.executor_state)
    order.emplace_back(is_live(state), executor_number(pod), pod);
  std::sort(order.rbegin(), order.rend());
  std::size_t kept = 0;
  bool full = false;
  for (auto& [live, number, pod] : order) {
    auto it = s.executor_state.find(pod);
    auto size = size_of(pod, it->second);
    full = full || kept == max_executors || size > left;
    if (full) {
      s.executor_state.erase(it);
    } else {
      ++kept;
      left -= size;
    }
  }
}

} // namespace spark
