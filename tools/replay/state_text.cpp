#include "tools/replay/state_text.hpp"

#include "actors/app/phases.hpp"
#include "messages/codec.hpp"
#include "tools/replay/narrate.hpp"
#include "tools/replay/printable.hpp"

#include <fmt/format.h>

namespace spark::replay {
namespace {

std::string attempt_text(const attempt& a) {
  auto out = fmt::format("{}, {}, generation {}, epoch {}, submission {}",
                         a.number, a.outcome.empty() ? "open" : a.outcome,
                         a.generation, a.epoch, a.submission_id);
  out += a.held ? "; the cluster holds the claim" : "; claim not held yet";
  if (a.mine)
    out += ", made in this term";
  if (a.unsure)
    out += ", the end of a write is unknown";
  if (a.settle_until != no_time)
    out += ", settled at " + precise(a.settle_until);
  return out;
}

std::string children_text(const attempt& a) {
  return fmt::format("{}ConfigMap {}, Service {}",
                     a.swept ? "" : "older objects to be removed, ",
                     a.config_ready ? "there" : "missing",
                     a.service_ready ? "there" : "missing");
}

std::string companions_text(const companions_seen& c) {
  std::string out;
  for (auto& one : c.made)
    out += (out.empty() ? "" : ", ") + one;
  if (!c.message.empty())
    out += (out.empty() ? "" : "; ") + c.reason + ": " + c.message;
  return out;
}

std::string blocked_text(const app_state& s) {
  return fmt::format("{}: {} (since {})", s.blocked_reason, s.blocked_message,
                     precise(s.blocked_since));
}

std::string spec_text(const spec_seen& s) {
  auto out = fmt::format("generation {}, hash {}, driver pod {}", s.generation,
                         brief(s.spec_hash), s.pod_name);
  if (!s.refusal.empty())
    out += "; cannot be submitted: " + s.refusal;
  if (!s.warning.empty())
    out += "; warning: " + s.warning;
  return out;
}

std::string times_text(const app_state& s) {
  std::string out;
  auto add = [&out](const char* what, time_point at) {
    if (at != no_time)
      out += fmt::format("{}{} {}", out.empty() ? "" : ", ", what, precise(at));
  };
  add("claimed", s.claimed_at);
  add("submitted", s.submitted_at);
  add("running", s.running_at);
  add("waiting since", s.waiting_since);
  add("ended", s.ended_at);
  return out;
}

std::string tries_text(const app_state& s) {
  return fmt::format("{} submissions, {} executions; {} failures of the "
                     "application, {} of the infrastructure",
                     s.submission_attempts, s.execution_attempts,
                     s.application_failures, s.infrastructure_failures);
}

std::string driver_text(const app_state& s) {
  auto out = fmt::format("{} (uid {}): {}", name_of(s.driver),
                         brief(s.driver.uid), condition_of(s.driver));
  if (s.missing)
    out += "; said to be gone";
  if (!s.giving_up.empty())
    out += "; being removed: " + s.giving_up;
  return out;
}

std::string executors_text(const app_state& s) {
  auto out = grouped(s.executors);
  for (auto& [state, n] : s.forgotten_executors)
    out += fmt::format("; {} older {}", n, state);
  return out;
}

} // namespace

std::vector<labelled> describe(const app_state& s) {
  std::vector<labelled> out;
  auto add = [&out](std::string label, std::string text) {
    if (!text.empty())
      out.push_back({std::move(label), std::move(text)});
  };
  add("phase", fmt::format("{}: {}", to_string(s.at), row_of(s.at).meaning));
  if (s.spec.generation > 0)
    add("spec", spec_text(s.spec));
  if (s.current.number > 0) {
    add("attempt", attempt_text(s.current));
    add("children", children_text(s.current));
  }
  add("beside the driver", companions_text(s.companions));
  if (s.has_driver)
    add("driver", driver_text(s));
  if (s.blocked != blockage::none)
    add("blocked", blocked_text(s));
  if (!s.executors.empty() || !s.forgotten_executors.empty())
    add("executors", executors_text(s));
  add("error", s.error_message);
  add("tries", tries_text(s));
  add("times", times_text(s));
  add("term", std::to_string(s.term));
  add("stray pod", s.stray_uid);
  if (s.orphan)
    add("deletion", "its pods stay");
  if (s.pruned)
    add("claims", "another CRD drops status.claim");
  return out;
}

} // namespace spark::replay
