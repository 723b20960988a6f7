#include "tests/sim/schedule_judge.hpp"

#include "crds/run_names.hpp"
#include "messages/json_at.hpp"

#include <algorithm>

namespace spark::test {
namespace {

namespace json = boost::json;
using json_at::text;

std::optional<schedule> ticks_of(const json::object& spec, time_point created) {
  auto member = [&spec](const char* key) {
    auto* v = spec.if_contains(key);
    return v && v->is_string() ? std::string{v->as_string()} : std::string{};
  };
  auto* suspended = spec.if_contains("suspend");
  if (spec.empty() ||
      (suspended && suspended->is_bool() && suspended->as_bool()))
    return std::nullopt;
  auto made = schedule::parse(member("schedule"), member("timeZone"), "UTC",
                              std::chrono::floor<seconds>(created));
  if (!made)
    return std::nullopt;
  return std::move(*made);
}

std::int64_t nanoseconds_of(time_point t) {
  return std::chrono::nanoseconds{t.time_since_epoch()}.count();
}

bool within(time_point t, time_point first, time_point last) {
  return first <= t && t <= last;
}

} // namespace

void schedule_judge::written(const std::string& uid, const std::string& name,
                             const json::object& spec, time_point created,
                             time_point at) {
  auto& b = books_[uid];
  b.name = name;
  b.periods.push_back({at, ticks_of(spec, created)});
}

void schedule_judge::forgotten(const std::string& uid, time_point since,
                               time_point at) {
  books_.at(uid).excused.push_back({since, at, "", 0});
}

void schedule_judge::row(const journal_row& row) {
  if (row.events.find("ticks_skipped") == std::string::npos)
    return;
  auto events = json::parse(row.events);
  for (auto& e : events.as_array())
    if (text(e, {"kind"}) == "ticks_skipped") {
      auto& what = e.at("what");
      books_.at(row.uid).skipped.push_back(
          {from_millis(what.at("first").as_int64()),
           from_millis(what.at("last").as_int64()), text(what, {"reason"}),
           row.epoch});
    }
}

void schedule_judge::created(const std::string& uid, const std::string& run,
                             time_point at, std::int64_t epoch) {
  auto& made = books_[uid].runs[run];
  ++made.times;
  made.at = at;
  made.epoch = epoch;
}

std::string schedule_judge::judge_tick(const book& b, time_point tick,
                                       totals& sum) {
  ++sum.due;
  auto say = [&](const std::string& what) {
    return b.name + ": tick " + to_rfc3339(tick) + " " + what + "\n";
  };
  auto run = b.runs.find(run_name(b.name, nanoseconds_of(tick)));
  const span* reason = nullptr;
  for (auto& s : b.skipped)
    if (within(tick, s.first, s.last))
      reason = &s;
  if (run != b.runs.end()) {
    ++sum.runs;
    if (run->second.times > 1)
      return say("has " + std::to_string(run->second.times) + " runs");
    if (run->second.at < tick)
      return say("was run before it was due");
    // Who died before its status was written may have thought otherwise.
    if (reason && reason->epoch == run->second.epoch)
      return say("has a run, and a reason to have none: " + reason->reason);
    return {};
  }
  if (reason) {
    ++sum.skipped[reason->reason];
    return {};
  }
  for (auto& s : b.excused)
    if (within(tick, s.first, s.last)) {
      ++sum.excused;
      return {};
    }
  if (sum.forgives) {
    ++sum.excused;
    return {};
  }
  return say("has neither a run nor a reason");
}

/// Runs of ticks that were due by a schedule which came later: who has not seen
/// the one before cannot tell that it was another.
std::size_t schedule_judge::ticks_taken_for_old(const book& b) {
  std::size_t out = 0;
  for (auto& [name, made] : b.runs) {
    std::chrono::nanoseconds since{std::stoll(name.substr(b.name.size() + 1))};
    std::chrono::sys_seconds tick{
        std::chrono::duration_cast<std::chrono::seconds>(since)};
    bool was_due = false;
    bool comes_later = false;
    for (std::size_t i = 0; i < b.periods.size(); ++i) {
      auto& p = b.periods[i];
      bool is_tick = p.ticks && p.ticks->is_tick(tick);
      bool before_end = i + 1 == b.periods.size() ||
                        time_point{tick} <= b.periods[i + 1].from;
      (time_point{tick} > p.from ? was_due : comes_later) |=
          is_tick && before_end;
    }
    out += !was_due && comes_later ? 1 : 0;
  }
  return out;
}

std::string schedule_judge::judge(const book& b, time_point until,
                                  totals& sum) const {
  std::string wrong;
  std::size_t ticks_run = 0;
  for (std::size_t i = 0; i < b.periods.size(); ++i) {
    auto& p = b.periods[i];
    if (!p.ticks)
      continue;
    auto to = i + 1 < b.periods.size() ? b.periods[i + 1].from : until;
    auto end = std::chrono::floor<seconds>(std::min(to, until));
    auto before = sum.runs;
    for (auto at = p.ticks->next(std::chrono::floor<seconds>(p.from));
         at && *at <= end; at = p.ticks->next(*at))
      wrong += judge_tick(b, time_point{*at}, sum);
    ticks_run += static_cast<std::size_t>(sum.runs - before);
  }
  auto excused = sum.forgives ? ticks_taken_for_old(b) : 0;
  if (ticks_run + excused != b.runs.size())
    wrong += b.name + ": " + std::to_string(b.runs.size()) + " runs for " +
             std::to_string(ticks_run) + " due ticks that were run\n";
  return wrong;
}

std::string schedule_judge::check(time_point until, bool forgives) const {
  std::string wrong;
  totals sum;
  sum.forgives = forgives;
  for (auto& [uid, b] : books_)
    wrong += judge(b, until, sum);
  return wrong;
}

schedule_judge::totals schedule_judge::count(time_point until) const {
  totals sum;
  for (auto& [uid, b] : books_)
    static_cast<void>(judge(b, until, sum));
  return sum;
}

} // namespace spark::test
