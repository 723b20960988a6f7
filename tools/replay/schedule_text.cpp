#include "actors/scheduler/explain.hpp"
#include "messages/codec.hpp"
#include "tools/replay/narrate.hpp"
#include "tools/replay/printable.hpp"
#include "tools/replay/state_text.hpp"

#include <fmt/format.h>

namespace spark::replay {
namespace {

std::string pending_text(const run_in_making& p) {
  auto out = fmt::format("run {} of tick {}: {}", p.name, tick_text(p.tick),
                         p.created ? "created"
                         : p.kept  ? "the cluster holds the intent"
                                   : "the cluster does not hold the intent");
  if (p.how != ending::done)
    out +=
        fmt::format(", not created yet ({}): {}", words_of(p.how), p.message);
  return out;
}

std::string held_text(const held_tick& h) {
  return fmt::format("{} since {}, for run {}{}", tick_text(h.tick),
                     precise(h.since), h.by,
                     h.replacing ? ", which is being deleted" : "");
}

std::string runs_text(const schedule_state& s) {
  std::vector<run_fact> all;
  for (auto& [name, run] : s.runs)
    all.push_back(run);
  return words_of(all);
}

} // namespace

std::vector<labelled> describe(const schedule_state& s) {
  std::vector<labelled> out;
  auto add = [&out](std::string label, std::string text) {
    out.push_back({std::move(label), std::move(text)});
  };
  add("phase", fmt::format("{}: {}", to_string(s.at), explain(s).headline));
  if (s.generation > 0)
    add("spec",
        fmt::format("generation {}, {}", s.generation, words_of(s.rules)));
  add("next tick", tick_text(s.next_run));
  if (!s.last_run_name.empty())
    add("last run",
        fmt::format("{} of tick {}", s.last_run_name, tick_text(s.last_run)));
  if (!s.pending.name.empty())
    add("in making", pending_text(s.pending));
  if (s.held.tick != no_time)
    add("held", held_text(s.held));
  if (!s.skipped.reason.empty())
    add("skipped", fmt::format("{}: {} (at {})", s.skipped.reason,
                               words_of(s.skipped), precise(s.skipped_at)));
  if (s.refused_at != no_time && !s.rules.refusal.empty())
    add("invalid", "since " + precise(s.refused_at));
  add("runs", runs_text(s));
  add("term", std::to_string(s.term));
  if (s.pruned)
    add("intents", "another CRD drops status.pendingRun");
  return out;
}

} // namespace spark::replay
