#include "actors/scheduler/explain.hpp"
#include "tools/replay/narrate.hpp"

#include <fmt/format.h>

namespace spark::replay {

std::string tick_text(time_point t) {
  return t == no_time ? "none" : to_rfc3339(t);
}

std::string condition_of(const run_fact& r) {
  std::string out = r.state.empty() ? "new" : r.state;
  return r.deleting == no_time ? out : out + ", being deleted";
}

std::string words_of(const std::vector<run_fact>& runs) {
  std::map<std::string, std::string> states;
  for (auto& run : runs)
    states[run.name] = condition_of(run);
  return grouped(states);
}

std::string words_of(const schedule_rules& r) {
  auto out = fmt::format(
      "\"{}\" in {}, concurrencyPolicy {}, {} successful and "
      "{} failed runs kept",
      r.expression, r.zone, r.concurrency, r.successful_limit, r.failed_limit);
  if (r.starting_deadline >= 0)
    out += fmt::format(", started at most {} s late", r.starting_deadline);
  if (r.suspend)
    out += "; it is suspended";
  if (!r.refusal.empty())
    out += fmt::format("; cannot be scheduled ({}): {}", r.refusal_reason,
                       r.refusal);
  return out;
}

std::string words_of(const schedule_record& r) {
  std::string out;
  auto add = [&out](const std::string& text) {
    out += (out.empty() ? "" : ", ") + text;
  };
  if (!r.last_run_name.empty() || r.last_run != no_time)
    add(fmt::format("last run {} of {}", r.last_run_name,
                    tick_text(r.last_run)));
  if (r.next_run != no_time)
    add("next tick " + tick_text(r.next_run));
  if (!r.pending_name.empty())
    add(fmt::format("pending run {} of {}", r.pending_name,
                    tick_text(r.pending_tick)));
  if (!r.skip_reason.empty())
    add("skipped for " + r.skip_reason);
  return out.empty() ? "nothing" : out;
}

} // namespace spark::replay
