#include "tools/replay/narrate.hpp"

#include <fmt/format.h>

namespace spark::replay {
namespace {

std::string describe(const schedule_observed& o) {
  auto out = fmt::format("generation {}", o.generation);
  if (o.edited != no_time)
    out += " of " + tick_text(o.edited);
  if (o.deleting)
    out += ", being deleted";
  if (o.rules.suspend)
    out += ", suspended";
  if (!o.rules.refusal.empty())
    out += ", cannot be scheduled: " + o.rules.refusal;
  return out + "; on record: " + words_of(o.record);
}

/// No generic overload: a new kind of fact must say here what it means.
struct teller {
  std::string operator()(const term_opened& f) const {
    return fmt::format("term {} begins", f.epoch);
  }

  std::string operator()(const schedule_adopted& f) const {
    return fmt::format("first look in term {}: {}", f.epoch, describe(f.seen));
  }

  std::string operator()(const schedule_observed& f) const {
    return "the schedule was seen: " + describe(f);
  }

  std::string operator()(const runs_observed& f) const {
    return "its runs were seen: " + words_of(f.runs);
  }

  std::string operator()(const run_gone& f) const {
    return fmt::format("run {} (uid {}) does not exist any more", f.name,
                       brief(f.uid));
  }

  std::string operator()(const creation_settled& f) const {
    auto out = fmt::format("creating run {}: {}", f.run.name, words_of(f.how));
    return f.message.empty() ? out : out + ": " + f.message;
  }

  std::string operator()(const run_looked_up& f) const {
    return f.found ? fmt::format("live GET: run {} is there: {}", f.run.name,
                                 condition_of(f.run))
                   : fmt::format("live GET: no run {} of this schedule",
                                 f.run.name);
  }

  std::string operator()(const intent_pruned_seen&) const {
    return "the intent was accepted, but the reply does not show it: another "
           "CRD drops status.pendingRun";
  }

  std::string operator()(const schedule_gone&) const {
    return "the schedule does not exist any more";
  }

  std::string operator()(const time_passed&) const {
    return "time has passed: something is due";
  }
};

} // namespace

std::string sentence_of(const schedule_stimulus& s) {
  return std::visit(teller{}, s);
}

} // namespace spark::replay
