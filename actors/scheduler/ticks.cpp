#include "actors/scheduler/ticks.hpp"

#include <algorithm>

namespace spark {
namespace {

using std::chrono::floor;

std::chrono::sys_seconds in_seconds(time_point t) { return floor<seconds>(t); }

/// Newer runs first; of one second, by the tick in their names.
bool is_newer(const run_fact* a, const run_fact* b) {
  return std::tie(a->created, a->name) > std::tie(b->created, b->name);
}

std::int64_t limit_of(const schedule_rules& r, std::string_view state) {
  auto limit = state == "COMPLETED" ? r.successful_limit : r.failed_limit;
  return std::clamp<std::int64_t>(limit, 0, most_history);
}

std::vector<const run_fact*> ended_runs(const schedule_state& s,
                                        std::string_view state) {
  std::vector<const run_fact*> out;
  for (auto& [name, run] : s.runs)
    if (run.state == state && run.deleting == no_time)
      out.push_back(&run);
  std::sort(out.begin(), out.end(), is_newer);
  return out;
}

} // namespace

std::optional<schedule> active_schedule(const schedule_rules& r) {
  if (r.suspend || !r.refusal.empty() || r.expression.empty())
    return std::nullopt;
  auto made =
      schedule::parse(r.expression, r.zone, r.zone, in_seconds(r.created));
  if (!made)
    return std::nullopt;
  return std::move(*made);
}

bool same_ticks(const schedule_rules& a, const schedule_rules& b) {
  return a.expression == b.expression && a.zone == b.zone &&
         a.created == b.created && a.suspend == b.suspend &&
         a.refusal.empty() == b.refusal.empty();
}

time_point next_tick(const schedule& s, time_point after) {
  auto at = s.next(in_seconds(after));
  return at ? time_point{*at} : no_time;
}

time_point newest_tick(const schedule& s, time_point after, time_point until) {
  auto at = s.newest(in_seconds(after), in_seconds(until));
  return at ? time_point{*at} : no_time;
}

bool has_ended(const run_fact& r) {
  return r.state == "COMPLETED" || r.state == "FAILED";
}

static time_point released_at(const schedule_state& s, const run_fact& r) {
  bool replaced = s.rules.concurrency == "Replace" && r.deleting != no_time;
  return replaced ? r.deleting + replace_patience : no_time;
}

const run_fact* blocker_of(const schedule_state& s, time_point now) {
  const run_fact* newest = nullptr;
  std::size_t unfinished = 0;
  for (auto& [name, run] : s.runs) {
    auto released = released_at(s, run);
    if (has_ended(run) || (released != no_time && released <= now))
      continue;
    ++unfinished;
    if (!newest || is_newer(&run, newest))
      newest = &run;
  }
  bool allowed =
      s.rules.concurrency != "Forbid" && s.rules.concurrency != "Replace";
  return allowed && unfinished < most_unfinished_runs ? nullptr : newest;
}

time_point blocker_until(const schedule_state& s, time_point now) {
  time_point out = no_time;
  for (auto& [name, run] : s.runs)
    if (auto at = released_at(s, run); at > now && !has_ended(run))
      out = out == no_time ? at : std::min(out, at);
  return out;
}

time_point deadline_of(const schedule_rules& r, time_point tick) {
  return r.starting_deadline < 0 ? no_time
                                 : tick + seconds{r.starting_deadline};
}

skipped_ticks given_up(const schedule_state& s, time_point now) {
  auto& p = s.pending;
  skipped_ticks out;
  out.first = out.last = p.tick;
  out.count = 1;
  auto late = deadline_of(s.rules, p.tick);
  auto active = active_schedule(s.rules);
  if (s.rules.suspend) {
    out.reason = "Suspended";
    out.message = "spec.suspend was set before its run could be created";
  } else if (!active) {
    out.reason = s.rules.refusal_reason;
    out.message = "its run could not be created before an edit made the "
                  "schedule invalid";
  } else if (late != no_time && now > late) {
    out.reason = "DeadlineExceeded";
    out.message = "its run could not be created within "
                  "startingDeadlineSeconds (" +
                  std::to_string(s.rules.starting_deadline) + " s)";
  } else if (newest_tick(*active, p.tick, now) != no_time) {
    out.reason = "NotCreated";
    out.message = "its run could not be created before the next tick was due";
  } else {
    return {};
  }
  if (!p.message.empty())
    out.message += ": " + p.message;
  return out;
}

time_point given_up_at(const schedule_state& s) {
  auto& p = s.pending;
  auto out = deadline_of(s.rules, p.tick);
  if (out != no_time)
    out += milliseconds{1};
  auto active = active_schedule(s.rules);
  auto next = active ? next_tick(*active, p.tick) : no_time;
  if (out == no_time || (next != no_time && next < out))
    out = next;
  return out;
}

std::vector<const run_fact*> beyond_history(const schedule_state& s) {
  std::vector<const run_fact*> out;
  for (const auto* state : {"COMPLETED", "FAILED"}) {
    auto ended = ended_runs(s, state);
    // The record of the newest comes first.
    std::erase_if(ended,
                  [&s](auto* run) { return run->name == s.pending.name; });
    auto kept = static_cast<std::size_t>(limit_of(s.rules, state));
    for (std::size_t i = ended.size(); i > kept; --i)
      out.push_back(ended[i - 1]);
  }
  return out;
}

std::vector<std::string> history(const schedule_state& s,
                                 std::string_view state) {
  std::vector<std::string> out;
  auto kept = static_cast<std::size_t>(limit_of(s.rules, state));
  for (auto* run : ended_runs(s, state))
    if (out.size() < kept)
      out.push_back(run->name);
  return out;
}

} // namespace spark
