#include "tools/replay/narrate.hpp"

#include <fmt/format.h>

namespace spark::replay {
namespace {

std::string claim_of(const app_observed& o) {
  if (o.claim_number == 0)
    return o.submission_id.empty() && o.state.empty()
               ? "no claim"
               : "no claim, though it was submitted";
  return fmt::format("claim {} {} (generation {}, epoch {})", o.claim_number,
                     o.claim_outcome.empty() ? "open" : o.claim_outcome,
                     o.claim_generation, o.claim_epoch);
}

std::string describe(const app_observed& o) {
  auto out = fmt::format("generation {}, {}", o.generation, claim_of(o));
  if (!o.state.empty())
    out += ", state " + o.state;
  if (o.deleting)
    out += o.orphan ? ", being deleted without its pods" : ", being deleted";
  if (!o.refusal.empty())
    out += ", cannot be submitted: " + o.refusal;
  if (!o.warning.empty())
    out += ", warning: " + o.warning;
  return out;
}

std::string describe(const driver_fact& d) {
  return "driver pod " + name_of(d) + ": " + condition_of(d);
}

std::string_view task_of(child what) {
  switch (what) {
  case child::sweep:
    return "removing what older attempts left";
  case child::config:
    return "creating the ConfigMap";
  case child::service:
    return "creating the Service";
  case child::driver:
    return "creating the driver pod";
  case child::budget:
    return "removing the PodDisruptionBudget";
  }
  return "creating a child";
}

std::string with(std::string text, const std::string& message) {
  return message.empty() ? text : text + ": " + message;
}

/// No generic overload: a new kind of fact must say here what it means.
struct teller {
  std::string operator()(const app_observed& o) const {
    return "the application was seen: " + describe(o);
  }

  std::string operator()(const adopted& a) const {
    auto out =
        fmt::format("first look in term {}: {}", a.epoch, describe(a.app));
    if (a.drivers.empty())
      return out + "; no driver pod";
    for (auto& d : a.drivers)
      out += "; " + describe(d);
    return out;
  }

  std::string operator()(const app_gone&) const {
    return "the application does not exist any more";
  }

  std::string operator()(const driver_observed& f) const {
    return describe(f.driver);
  }

  std::string operator()(const driver_gone& f) const {
    auto out = "driver pod " + name_of(f.driver) + " is gone";
    return f.driver.phase.empty() ? out
                                  : out + "; last " + condition_of(f.driver);
  }

  std::string operator()(const driver_looked_up& f) const {
    return f.found ? "live GET: " + describe(f.driver)
                   : "live GET: no such pod";
  }

  std::string operator()(const executors_observed& f) const {
    return fmt::format("executors of submission {}: {}", brief(f.submission_id),
                       grouped(f.changed, f.why));
  }

  std::string operator()(const claim_settled& f) const {
    if (f.pruned)
      return with(fmt::format("claim {} was accepted, but the reply does not "
                              "show it: another CRD drops status.claim",
                              f.number),
                  f.message);
    if (f.how == ending::done)
      return with(fmt::format("claim {} was accepted", f.number), f.message);
    return with(fmt::format("writing claim {}: {}", f.number, words_of(f.how)),
                f.message);
  }

  std::string operator()(const child_settled& f) const {
    auto out = fmt::format("{} (attempt {}): ", task_of(f.what), f.number);
    if (f.how == ending::taken && f.has_driver)
      out += "it exists";
    else
      out += words_of(f.how);
    if (f.over_quota)
      out += ", over quota";
    out = with(std::move(out), f.message);
    if (f.has_driver)
      out += "; " + describe(f.driver);
    return out;
  }

  std::string operator()(const companions_settled& f) const {
    return with(fmt::format("making what stands beside the driver (attempt "
                            "{}): {}",
                            f.number, words_of(f.how)),
                f.message);
  }

  std::string operator()(const expiry_settled& f) const {
    return fmt::format("deleting the application, whose time to live is over: "
                       "{}",
                       words_of(f.how));
  }

  std::string operator()(const timer_fired&) const {
    return "a timer fired: what was waited for did not come";
  }
};

} // namespace

std::string sentence_of(const app_stimulus& s) {
  return std::visit(teller{}, s);
}

} // namespace spark::replay
