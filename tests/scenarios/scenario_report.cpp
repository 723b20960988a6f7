#include "actors/app/explain.hpp"
#include "messages/codec.hpp"
#include "tests/scenarios/scenario_app.hpp"

#include <fmt/format.h>

namespace spark::scenario {
namespace {

namespace json = boost::json;

/// The members that a reader wants to see, in this order.
constexpr const char* details[] = {"number",    "generation",
                                   "outcome",   "state",
                                   "what",      "by",
                                   "reason",    "why",
                                   "message",   "infrastructure",
                                   "refusal",   "warning",
                                   "pod_uid",   "grace",
                                   "orphan",    "epoch",
                                   "unclaimed", "submission_attempts",
                                   "retry",     "limit",
                                   "writer",    "made"};

std::string describe(const app_event& e) {
  auto all = to_json(e);
  std::string out{kind_of(e)};
  for (auto* key : details) {
    auto* v = all.if_contains(key);
    if (!v)
      continue;
    out += fmt::format(" {}={}", key, json::serialize(*v));
  }
  if (auto* d = all.if_contains("driver"))
    for (auto* key : {"phase", "waiting", "exit_code"})
      if (auto* v = d->as_object().if_contains(key))
        out +=
            fmt::format(" {}", v->is_string() ? std::string{v->as_string()}
                                              : "exit " + json::serialize(*v));
  if (auto* changed = all.if_contains("changed"))
    out += fmt::format(" {} of them", changed->as_object().size());
  return out;
}

std::string quoted_or_dash(const std::string& s) { return s.empty() ? "-" : s; }

std::string describe(const application_status& s) {
  auto out = fmt::format("status {} claim={} outcome={} attempts={}/{}",
                         s.state.empty() ? "\"\"" : s.state, s.claim.number,
                         quoted_or_dash(s.claim.outcome), s.execution_attempts,
                         s.submission_attempts);
  if (s.failures_application + s.failures_infrastructure > 0)
    out += fmt::format(" failures={}+{}", s.failures_application,
                       s.failures_infrastructure);
  if (!s.web_ui.service.empty())
    out += fmt::format("\n  web UI {} {}{}", s.web_ui.service, s.web_ui.address,
                       s.web_ui.ingress.empty() ? ""
                                                : " " + s.web_ui.ingress + " " +
                                                      s.web_ui.ingress_address);
  if (!s.termination_time.empty())
    out += " ended=" + s.termination_time;
  if (!s.error_message.empty())
    out += fmt::format("\n  error \"{}\"", s.error_message);
  for (auto& c : s.conditions) {
    out += fmt::format("\n  condition {}={} {}", c.type, c.status, c.reason);
    if (!c.message.empty() && c.type != "Submitted" && c.type != "Finished" &&
        c.message != s.error_message)
      out += fmt::format(" \"{}\"", c.message);
  }
  if (!s.executor_counts.empty()) {
    out += fmt::format("\n  executors {} shown;", s.executor_state.size());
    for (auto& [state, n] : s.executor_counts)
      out += fmt::format(" {}={}", state, n);
  }
  return out;
}

} // namespace

void scenario_app::say(const std::string& line) {
  out_ << "  " << line << "\n";
}

void scenario_app::commit(machine_shell<app_machine>::append next) {
  auto events = events_from(json::parse(next.row.events)).value();
  next.row.seq = static_cast<std::int64_t>(journal_.rows.size()) + 1;
  auto before = session_->state().at;
  for (auto& e : events) {
    seen_.events.emplace(kind_of(e));
    say(describe(e));
  }
  // Phases passed within one row count as visited, too.
  auto passing = session_->state();
  for (auto& e : events) {
    auto from = passing.at;
    evolve(passing, e, now_);
    seen_.phases.emplace(to_string(passing.at));
    if (passing.at != from)
      seen_.transitions[{from, passing.at}].emplace(kind_of(e));
  }
  auto news = session_->committed(next.row.at);
  journal_.rows.push_back(std::move(next.row));
  if (before != session_->state().at)
    say(fmt::format("phase {} -> {}", to_string(before),
                    to_string(session_->state().at)));
  std::map<std::string, int> told;
  for (auto& n : news)
    if (++told[n.reason] <= 2)
      say(fmt::format("tell {}{}: {}", n.warning ? "! " : "", n.reason,
                      n.message));
  for (auto& [reason, times] : told)
    if (times > 2)
      say(fmt::format("tell {} {} times more", reason, times - 2));
}

void scenario_app::pump() {
  while (true) {
    while (auto next = session_->next(now_))
      commit(std::move(*next));
    auto due = session_->start_due(now_);
    for (auto& d : due) {
      running r{d.what, std::move(d.steps), {}};
      auto text = std::string{to_string(d.what.kind)};
      if (!d.what.target.empty())
        text += " " + d.what.target;
      if (d.what.kind == effect_kind::patch_status ||
          d.what.kind == effect_kind::claim_attempt)
        r.body = std::get<api_call>(r.steps->next(nullptr)).what.body;
      say("start " + text);
      running_.push_back(std::move(r));
    }
    if (due.empty())
      break;
  }
}

void scenario_app::report_state() {
  auto wake = session_->wake(now_);
  if (wake != no_time) {
    auto in = std::chrono::ceil<seconds>(wake - now_);
    say(fmt::format("wake in {} s", in.count()));
  } else if (session_->finished(now_)) {
    say("rests");
  } else if (session_->stuck(now_)) {
    say("STUCK: waits for nothing");
  }
  report_status();
}

void scenario_app::report_status() {
  auto at = session_->state().at;
  if (at == phase::deleting || at == phase::gone)
    return; // nothing is written any more
  auto shown = describe(projection(session_->state(), session_->view().status));
  if (shown != last_status_)
    say(shown);
  last_status_ = shown;
  auto why = to_text(explain(session_->state()));
  if (why != last_why_)
    say("why: " + why);
  last_why_ = why;
}

} // namespace spark::scenario
