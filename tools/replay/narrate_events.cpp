#include "tools/replay/narrate.hpp"
#include "tools/replay/printable.hpp"

#include <fmt/format.h>

namespace spark::replay {
namespace {

std::string_view words_of(blockage by) {
  switch (by) {
  case blockage::none:
    return "by nothing";
  case blockage::old_driver:
    return "by the driver of a deleted application";
  case blockage::older_attempt:
    return "by the driver of an older attempt";
  case blockage::name_conflict:
    return "by somebody else's object";
  case blockage::api_server:
    return "by the API server";
  }
  return "?";
}

std::string_view noun_of(child what) {
  switch (what) {
  case child::sweep:
    return "what older attempts left is removed";
  case child::config:
    return "the ConfigMap is there";
  case child::service:
    return "the Service is there";
  case child::driver:
    return "the driver pod is there";
  case child::budget:
    return "the PodDisruptionBudget is removed";
  }
  return "?";
}

std::string describe(const driver_fact& d) {
  return fmt::format("{} (uid {}): {}", name_of(d), brief(d.uid),
                     condition_of(d));
}

/// No generic overload: a new kind of event must say here what it means.
struct teller {
  std::string operator()(const spec_seen& e) const {
    auto out = fmt::format("the spec is of generation {} (hash {}), driver "
                           "pod {}",
                           e.generation, brief(e.spec_hash), e.pod_name);
    if (e.start_timeout > 0)
      out += fmt::format(", may take {} s to start", e.start_timeout);
    if (e.scheduling_timeout > 0)
      out += fmt::format(", may wait {} s for a node", e.scheduling_timeout);
    out += "; restartPolicy " + e.policy.restart;
    if (e.time_to_live >= 0)
      out += fmt::format(", deleted {} s after its end", e.time_to_live);
    if (e.suspend)
      out += "; it is to be suspended";
    if (!e.refusal.empty())
      out += "; cannot be submitted: " + e.refusal;
    if (!e.warning.empty())
      out += "; warning: " + e.warning;
    return out;
  }

  std::string operator()(const claim_intended& e) const {
    return fmt::format(
        "attempt {} is to be claimed: generation {}, epoch {}, submission {}, "
        "try {}{}",
        e.number, e.generation, e.epoch, e.submission_id, e.submission_attempts,
        e.sweep ? ", after removing what older attempts left" : "");
  }

  std::string operator()(const claim_made& e) const {
    return fmt::format("attempt {} is ours: the cluster holds the claim",
                       e.number);
  }

  std::string operator()(const claim_unsure& e) const {
    return "whether the claim holds is not known; a fresh look decides: " +
           e.why;
  }

  std::string operator()(const claim_adopted& e) const {
    return fmt::format(
        "attempt {} is taken over from the cluster: {}, generation {}, epoch "
        "{}, state {}, submission {}, driver pod {}{}",
        e.number, e.outcome.empty() ? "open" : e.outcome, e.generation, e.epoch,
        e.state.empty() ? "none" : e.state, e.submission_id, e.pod_name,
        e.unclaimed ? "; it has no claim yet, we write one" : "");
  }

  std::string operator()(const term_began& e) const {
    return fmt::format("term {} began; until {} writes of others may land",
                       e.epoch, precise(e.settle_until));
  }

  std::string operator()(const driver_unsure& e) const {
    return fmt::format("whether the driver pod was created is not known "
                       "before {}: {}",
                       precise(e.settle_until), e.message);
  }

  std::string operator()(const attempt_superseded& e) const {
    return "the attempt ends without a driver: " + e.why;
  }

  std::string operator()(const child_ready& e) const {
    return std::string{noun_of(e.what)};
  }

  std::string operator()(const companions_ready& e) const {
    auto out = "beside the driver: " +
               (e.made.empty() ? std::string{"nothing"}
                               : fmt::format("{}", fmt::join(e.made, ", ")));
    if (!e.web_ui.address.empty())
      out += "; web UI at " + e.web_ui.address;
    return out;
  }

  std::string operator()(const companions_refused& e) const {
    return fmt::format("beside the driver something is missing ({}): {}",
                       e.reason, e.message);
  }

  std::string operator()(const attempt_blocked& e) const {
    auto out =
        fmt::format("blocked {} ({}): {}", words_of(e.by), e.reason, e.message);
    if (!e.pod_uid.empty())
      out += fmt::format("; pod uid {}", brief(e.pod_uid));
    if (e.terminating)
      out += fmt::format(", terminating within {} s", e.grace);
    return out;
  }

  std::string operator()(const attempt_unblocked&) const {
    return "nothing blocks the attempt any more";
  }

  std::string operator()(const driver_created& e) const {
    return "the driver exists: " + describe(e.driver);
  }

  std::string operator()(const driver_changed& e) const {
    return "the driver changed: " + describe(e.driver);
  }

  std::string operator()(const driver_missing&) const {
    return "the driver seems to be gone; a live GET must confirm it";
  }

  std::string operator()(const driver_succeeded&) const {
    return "the driver succeeded";
  }

  std::string operator()(const driver_failed& e) const {
    return fmt::format("the driver failed{}{}: {}",
                       e.reason.empty() ? "" : ", " + e.reason,
                       e.infrastructure ? " (infrastructure)" : "", e.message);
  }

  std::string operator()(const driver_lost& e) const {
    return "the driver is lost, nobody saw its end: " + e.message;
  }

  std::string operator()(const driver_given_up& e) const {
    return fmt::format("the driver is given up ({}): {}", e.reason, e.message);
  }
  std::string operator()(const wait_noticed&) const {
    return "the driver waits long enough for its user to be told";
  }
  std::string operator()(const claims_kept&) const {
    return "the installed CRD keeps status.claim";
  }
  std::string operator()(const driver_lingers& e) const {
    return "the old driver does not end: " + e.message;
  }

  std::string operator()(const submission_failed& e) const {
    return "the submission failed: " + e.message;
  }

  std::string operator()(const spec_refused& e) const {
    return "the spec was refused, nothing was created: " + e.message;
  }

  std::string operator()(const policy_finished&) const {
    return "the restart policy has nothing more to do";
  }

  std::string operator()(const retry_scheduled& e) const {
    return fmt::format(
        "the restart policy wants retry {}{}, not before {}", e.retry,
        e.limit > 0 ? fmt::format(" of {}", e.limit) : "", precise(e.at));
  }
  std::string operator()(const rerun_begun&) const {
    return "the restart policy runs it again: what is left goes first";
  }
  std::string operator()(const counts_renewed&) const {
    return "the driver ran well for long enough: earlier failures do not count";
  }
  std::string operator()(const app_suspending&) const {
    return "spec.suspend is true: no claim is made, the driver is ended";
  }
  std::string operator()(const app_suspended&) const {
    return "nothing of it runs any more: it is suspended";
  }
  std::string operator()(const app_resuming&) const {
    return "spec.suspend is false again: the next claim follows";
  }
  std::string operator()(const app_expired&) const {
    return "its time to live is over: it was deleted";
  }
  std::string operator()(const app_contested& e) const {
    return fmt::format("another operator ({}) writes its status ({}): it is "
                       "left alone",
                       e.writer.empty() ? "unknown" : e.writer, e.state);
  }
  std::string operator()(const contest_ended&) const {
    return "its status is ours again";
  }

  std::string operator()(const app_invalidated&) const {
    return "the spec was edited: the attempt is cleared away, a new one "
           "follows";
  }

  std::string operator()(const rerun_due&) const {
    return "the old driver is gone: the next claim may be made";
  }

  std::string operator()(const executors_changed& e) const {
    return "executors now: " + grouped(e.changed, e.why);
  }

  std::string operator()(const deletion_seen& e) const {
    return e.orphan ? "the application is being deleted, its pods stay"
                    : "the application is being deleted";
  }

  std::string operator()(const app_vanished&) const {
    return "the application is gone";
  }

  std::string operator()(const stray_driver& e) const {
    return e.pod_uid.empty()
               ? "the driver pod that came too late is gone"
               : "a driver pod came too late and is to be removed: uid " +
                     e.pod_uid;
  }

  std::string operator()(const claims_pruned&) const {
    return "another CRD drops status.claim: nothing can be claimed";
  }
};

} // namespace

std::string sentence_of(const app_event& e) { return std::visit(teller{}, e); }

bool is_news(const app_event& e) {
  return !std::holds_alternative<executors_changed>(e);
}

} // namespace spark::replay
