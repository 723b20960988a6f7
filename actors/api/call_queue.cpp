#include "actors/api/call_queue.hpp"

namespace spark {

bool call_queue::push(ticket t, priority rank, const object_key& about) {
  auto& r = ranks_[static_cast<int>(rank)];
  if (rank == priority::event && r.size >= max_events)
    return false;
  auto who = rank == priority::claim ? about.ns : to_string(about);
  auto& line = r.waiting[who];
  if (line.empty())
    r.turns.push_back(std::move(who));
  line.push_back(t);
  ++r.size;
  ++size_;
  return true;
}

std::optional<call_queue::ticket> call_queue::pop() {
  for (auto& r : ranks_) {
    if (r.turns.empty())
      continue;
    auto who = std::move(r.turns.front());
    r.turns.pop_front();
    auto line = r.waiting.find(who);
    auto t = line->second.front();
    line->second.pop_front();
    if (line->second.empty())
      r.waiting.erase(line);
    else
      r.turns.push_back(std::move(who));
    --r.size;
    --size_;
    return t;
  }
  return std::nullopt;
}

std::vector<call_queue::ticket> call_queue::drain() {
  std::vector<ticket> out;
  while (auto t = pop())
    out.push_back(*t);
  return out;
}

} // namespace spark
