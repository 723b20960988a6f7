#include "actors/scheduler/explain.hpp"

#include "actors/scheduler/ticks.hpp"

#include <algorithm>

namespace spark {
namespace {

std::string next_of(const schedule_state& s) {
  return s.next_run == no_time ? "no tick is to come"
                               : "the next tick is " + to_rfc3339(s.next_run);
}

std::string plural(std::size_t n, const std::string& what) {
  return std::to_string(n) + " " + what + (n == 1 ? "" : "s");
}

std::string policy_of(const schedule_rules& r) {
  auto out = "schedule \"" + r.expression + "\" in time zone " + r.zone +
             ", concurrencyPolicy " + r.concurrency;
  if (r.starting_deadline >= 0)
    out += ", no run is started more than " +
           plural(static_cast<std::size_t>(r.starting_deadline), "second") +
           " late";
  return out;
}

std::string runs_of(const schedule_state& s) {
  std::size_t unfinished = 0;
  for (auto& [name, run] : s.runs)
    unfinished += has_ended(run) ? 0 : 1;
  auto out = plural(unfinished, "unfinished run") + ", " +
             plural(s.runs.size() - unfinished, "ended one") + " kept";
  if (!s.last_run_name.empty())
    out +=
        "; the last was " + s.last_run_name + " at " + to_rfc3339(s.last_run);
  return out;
}

explanation of_pending(const schedule_state& s) {
  auto& p = s.pending;
  explanation out;
  auto run = "run " + p.name + " of tick " + to_rfc3339(p.tick);
  if (p.created) {
    out.reason = "Recording";
    out.headline = run + " was created";
    out.next = "status.lastRun is being written";
  } else if (s.pruned) {
    out.reason = "IntentPruned";
    out.headline = pruned_words;
    out.next = "the intent is written again";
  } else if (!p.kept) {
    out.reason = "Intending";
    out.headline = run + " is about to be created";
    out.next = "status.pendingRun is being written";
  } else if (p.how == ending::done) {
    out.reason = "Creating";
    out.headline = run + " is being created";
    out.next = "its SparkApplication follows";
  } else {
    out.reason = "NotCreated";
    out.headline = run + " could not be created yet: " + p.message;
    out.next = "it is tried again until the next tick is due";
  }
  return out;
}

explanation of_held(const schedule_state& s) {
  explanation out;
  auto& h = s.held;
  out.headline = "tick " + to_rfc3339(h.tick) + " waits for run " + h.by;
  if (h.replacing) {
    out.reason = "Replacing";
    out.headline += ", which is being deleted for it";
    out.next = "it is run when that is gone";
  } else {
    out.reason = "RunActive";
    out.headline += ", which has not ended";
    out.next = "it is run when that ends, unless a newer tick is due by then";
  }
  return out;
}

} // namespace

std::string words_of(const skipped_ticks& what) {
  if (what.first == no_time)
    return what.message; // an earlier process has said it
  auto out = "tick " + to_rfc3339(what.first);
  if (what.last != what.first) {
    auto many = what.count >= most_counted ? " ticks or more" : " ticks";
    out = what.count > 1 ? std::to_string(what.count) + many : "ticks";
    out += " from " + to_rfc3339(what.first) + " to " + to_rfc3339(what.last);
  }
  return out + " had no run: " + what.message;
}

explanation explain(const schedule_state& s) {
  explanation out;
  switch (s.at) {
  case schedule_phase::unseen:
    out = {"Unknown", "nothing was seen of it yet", {}, "a first look"};
    break;
  case schedule_phase::looking:
    out = {"Unknown",
           "a new term of leadership has begun",
           {},
           "a look at it and at its runs"};
    break;
  case schedule_phase::idle:
    out = {"NoTickToCome", "its schedule has no tick to come", {}, "nothing"};
    break;
  case schedule_phase::waiting:
    out = {"Waiting", "it waits for its next tick", {}, next_of(s)};
    break;
  case schedule_phase::holding:
    out = of_held(s);
    break;
  case schedule_phase::intending:
  case schedule_phase::creating:
  case schedule_phase::recording:
    out = of_pending(s);
    break;
  case schedule_phase::resting:
    out = {"Suspended",
           "spec.suspend is set: no tick is run",
           {},
           "ticks are run again from the moment that it is lifted"};
    break;
  case schedule_phase::invalid:
    out = {s.rules.refusal_reason,
           "it cannot be scheduled: " + s.rules.refusal,
           {},
           "an edit is awaited"};
    break;
  case schedule_phase::leaving:
    out = {"Deleting",
           "it is being deleted",
           {},
           "its runs go with it; none is started"};
    break;
  case schedule_phase::removed:
    out = {"Gone", "it does not exist any more", {}, "nothing"};
    break;
  }
  if (s.at == schedule_phase::unseen)
    return out;
  out.because.push_back(policy_of(s.rules));
  out.because.push_back(runs_of(s));
  if (!s.skipped.reason.empty())
    out.because.push_back("skipped (" + s.skipped.reason +
                          "): " + words_of(s.skipped));
  return out;
}

} // namespace spark
