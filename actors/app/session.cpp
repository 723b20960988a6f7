#include "actors/app/session.hpp"

#include "actors/app/phases.hpp"
#include "crds/cut_text.hpp"
#include "k8s/resource_version.hpp"

#include <algorithm>

namespace spark {
namespace {

app_state fresh_state(const object_key& app, const std::string& uid) {
  app_state s;
  s.uid = uid;
  s.ns = app.ns;
  s.name = app.name;
  return s;
}

constexpr std::size_t executors_per_fact = 100;
constexpr seconds executors_pause{1};

} // namespace

app_session::app_session(object_key app, std::string uid, fact_settings facts)
    : app_(std::move(app)), uid_(std::move(uid)), facts_(facts),
      shell_(fresh_state(app_, uid_)) {
  view_.resync = facts_.resync;
}

void app_session::restore(folded history) {
  if (history.state.uid != uid_)
    return; // an empty history folds to a state without a name
  shell_.restored(std::move(history.state), history.rows);
}

void app_session::adopt(observed_application app,
                        std::vector<driver_fact> drivers, std::int64_t epoch,
                        time_point now) {
  see(app);
  view_.observed = true;
  // Whoever held the claim before us may still be creating.
  if (app.fact.claim_number > 0)
    view_.creates_settled_at = now + settle_time;
  shell_.take(adopted{std::move(app.fact), std::move(drivers), epoch});
}

void app_session::observe(observed_application app) {
  // The watch may be later or earlier than the reply to a write of ours: the
  // newest version counts, whoever brought it.
  if (older_version(app.resource_version, view_.resource_version))
    return;
  see(app);
  shell_.take(std::move(app.fact));
}

void app_session::take(app_stimulus fact) {
  if (auto* executors = std::get_if<executors_observed>(&fact)) {
    collect(std::move(*executors));
    return;
  }
  // What the executors did before the driver's news belongs before it: an end
  // shall not need a second status write.
  if (std::holds_alternative<driver_observed>(fact) ||
      std::holds_alternative<driver_gone>(fact))
    hand_over_executors();
  shell_.take(std::move(fact));
}

void app_session::collect(executors_observed fact) {
  auto& waiting = executors_[fact.submission_id];
  for (auto& [pod, state] : fact.changed)
    waiting[pod] = std::move(state);
}

/// The journal bounds a row, so many executors are several facts.
void app_session::hand_over_executors() {
  for (auto& [submission, waiting] : executors_)
    while (!waiting.empty()) {
      executors_observed part;
      part.submission_id = submission;
      while (part.changed.size() < executors_per_fact && !waiting.empty())
        part.changed.insert(waiting.extract(waiting.begin()));
      shell_.take(std::move(part));
    }
  executors_.clear();
}

void app_session::see(const observed_application& app) {
  view_.resource_version = app.resource_version;
  view_.status = app.status;
  // A spec is held only until its attempt is submitted.
  bool wanted = !row_of(state().at).ended && !state().has_driver;
  bool edited = app.fact.generation != state().current.generation;
  spec_ = wanted || edited ? app.spec : nullptr;
  view_.loaded_hash = spec_ ? spec_->hash : "";
}

std::optional<machine_shell<app_machine>::append>
app_session::next(time_point now) {
  if (!executors_.empty() && now >= executors_at_ + executors_pause) {
    hand_over_executors();
    executors_at_ = now;
  }
  return shell_.next(now);
}

std::vector<announcement> app_session::committed(time_point at) {
  std::vector<announcement> out;
  bool had_driver = state().has_driver;
  shell_.committed(at, [&out](const app_state& before, const app_event& e) {
    for (auto& a : announce(before, e))
      out.push_back(std::move(a));
  });
  // The watch or a reply has just shown it: the next look can wait its time.
  if (state().has_driver && !had_driver)
    view_.looked_at = at;
  if (state().has_driver || row_of(state().at).ended) {
    spec_.reset();
    children_.reset();
    view_.loaded_hash.clear();
  }
  return out;
}

std::vector<app_session::started> app_session::start_due(time_point now) {
  std::vector<started> out;
  if (!shell_.idle())
    return out;
  for (auto& e : plan(state(), view_, now)) {
    if (creates_children(e.kind) && !render_children())
      break;
    auto steps = make_procedure(e, context_for(e));
    view_.in_flight.insert(e);
    out.push_back({std::move(e), std::move(steps)});
  }
  return out;
}

procedure_context app_session::context_for(const effect& e) const {
  procedure_context c;
  c.app = app_;
  c.uid = uid_;
  c.resource_version = view_.resource_version;
  c.observed = view_.status;
  c.state = state();
  c.facts = facts_;
  if (creates_children(e.kind))
    c.children = children_;
  return c;
}

/// False: there is nothing to create from, and the machine is told why. plan()
/// creates only while the attempt's own spec is loaded.
bool app_session::render_children() {
  auto& current = state().current;
  if (children_ && children_of_ == current.number)
    return true;
  if (!spec_)
    return false;
  submission_input in;
  in.app = app_;
  in.app_uid = uid_;
  in.claim_number = current.number;
  in.submission_id = current.submission_id;
  in.submit_time_ms = to_millis(state().claimed_at);
  in.spec = &spec_->spec;
  auto made = render(in);
  if (!made) {
    child_settled fact;
    fact.number = current.number;
    fact.what = child::config;
    fact.how = ending::refused;
    fact.message = cut_text(made.error().message, 1024);
    shell_.take(std::move(fact));
    return false;
  }
  children_ = std::make_shared<submission>(std::move(*made));
  children_of_ = current.number;
  return true;
}

void app_session::ended(const effect& what, procedure_end end, time_point now) {
  view_.in_flight.erase(what);
  back_off(what.kind, end, now);
  if (end.looked_at_driver)
    view_.looked_at = now;
  if (end.status_written)
    view_.status_sent_at = now;
  if (end.failed && creates_children(what.kind))
    view_.creates_settled_at = now + settle_time;
  for (auto& fact : end.stimuli)
    shell_.take(std::move(fact));
  if (end.app_is_gone)
    shell_.take(app_gone{});
  if (end.app)
    observe(std::move(*end.app));
}

void app_session::back_off(effect_kind kind, const procedure_end& end,
                           time_point now) {
  if (!end.failed) {
    view_.backoffs.erase(kind);
    if (end.pause.count() > 0)
      view_.backoffs[kind] = {now + end.pause, 0};
    return;
  }
  auto& b = view_.backoffs[kind];
  b.tries = std::min(b.tries + 1, 7);
  // 1 s … 60 s, up to a quarter more so that many applications spread out.
  auto wait = milliseconds{std::min(1000 << (b.tries - 1), 60000)};
  auto extra =
      jitter(uid_, b.tries, static_cast<std::uint64_t>(wait.count() / 4));
  b.not_before = now + wait + milliseconds{extra};
}

time_point app_session::wake(time_point now) const {
  auto at = wake_at(state(), view_, now);
  if (executors_.empty())
    return at;
  auto due = std::max(now, executors_at_ + executors_pause);
  return at == no_time ? due : std::min(at, due);
}

bool app_session::finished(time_point now) const {
  return shell_.idle() && view_.in_flight.empty() && row_of(state().at).ended &&
         wake(now) == no_time;
}

bool app_session::stuck(time_point now) const {
  return shell_.idle() && view_.observed && view_.in_flight.empty() &&
         !row_of(state().at).ended && wake(now) == no_time;
}

} // namespace spark
