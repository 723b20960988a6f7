#pragma once

#include "crds/status.hpp"
#include "messages/clock.hpp"

#include <string>
#include <utility>
#include <vector>

namespace spark {

/// Builds conditions[]; a condition whose status did not change keeps its
/// transition time. One that changed at a time that nobody remembers has none:
/// the write that shows it is its time.
class condition_list {
public:
  condition_list(std::int64_t generation,
                 const std::vector<condition>& observed)
      : generation_(generation), observed_(observed) {}

  /// `since`: when it began to be so; no_time: nobody remembers.
  void add(std::string type, bool is, std::string reason, std::string message,
           time_point since) {
    condition c;
    c.type = std::move(type);
    c.status = is ? "True" : "False";
    c.reason = std::move(reason);
    c.message = std::move(message);
    c.observed_generation = generation_;
    c.last_transition_time = since == no_time ? "" : to_rfc3339(since);
    for (auto& old : observed_)
      if (old.type == c.type && old.status == c.status)
        c.last_transition_time = old.last_transition_time;
    out_.push_back(std::move(c));
  }

  /// As it is on the object, if it is there.
  void keep(const std::string& type) {
    for (auto& old : observed_)
      if (old.type == type)
        out_.push_back(old);
  }

  std::vector<condition> take() { return std::move(out_); }

private:
  std::int64_t generation_;
  const std::vector<condition>& observed_;
  std::vector<condition> out_;
};

} // namespace spark
