#include "actors/app/session.hpp"

#include "actors/app/companions.hpp"
#include "actors/app/executors.hpp"
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
/// A row holds the fact and the event that repeats it.
constexpr std::size_t bytes_per_fact = 24 * 1024;
constexpr seconds executors_pause{1};

/// The server said no, so nothing can come of it later.
bool was_refused(const procedure_end& end) {
  for (auto& fact : end.stimuli) {
    if (auto* f = std::get_if<child_settled>(&fact))
      return f->how == ending::refused;
    if (auto* f = std::get_if<companions_settled>(&fact))
      return f->how == ending::refused;
  }
  return false;
}

} // namespace

app_session::app_session(object_key app, std::string uid, fact_settings facts,
                         companion_settings beside)
    : app_(std::move(app)), uid_(std::move(uid)), facts_(facts),
      beside_(std::move(beside)), shell_(fresh_state(app_, uid_)) {
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
  for (auto& [pod, state] : fact.changed) {
    auto why = fact.why.find(pod);
    waiting[{executor_number(pod), pod}] = {
        std::move(state), why == fact.why.end() ? "" : std::move(why->second)};
  }
}

/// The journal bounds a row, so many executors are several facts.
void app_session::hand_over_executors() {
  for (auto& [submission, waiting] : executors_) {
    executors_observed part;
    std::size_t size = 0;
    auto hand_over = [&, &of = submission] {
      part.submission_id = of;
      shell_.take(std::exchange(part, {}));
      size = 0;
    };
    for (auto& [key, news] : waiting) {
      auto& pod = key.second;
      size += json_size(pod) * (news.why.empty() ? 1 : 2) + 16 +
              json_size(news.why);
      part.changed.emplace(pod, std::move(news.state));
      if (!news.why.empty())
        part.why.emplace(pod, std::move(news.why));
      if (part.changed.size() == executors_per_fact || size > bytes_per_fact)
        hand_over();
    }
    if (!part.changed.empty())
      hand_over();
  }
  executors_.clear();
}

void app_session::see(observed_application& app) {
  // What the operator's flags make of the spec.
  app.fact.companions =
      app.spec && asks_for_companions(app.spec->spec, beside_);
  view_.resource_version = app.resource_version;
  view_.status = app.status;
  // A spec is held only until its attempt is submitted.
  bool wanted = !row_of(state().at).rests &&
                (!state().has_driver || companions_due(state()));
  bool edited = app.fact.generation != state().current.generation;
  spec_ = wanted || edited ? app.spec : nullptr;
  view_.loaded_hash = spec_ ? spec_->hash : "";
  view_.loaded_live = spec_ ? spec_->live_hash : "";
  // What was refused of another spec says nothing of this one.
  if (app.fact.live_hash != state().spec.live_hash)
    view_.backoffs.erase(effect_kind::put_companions);
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
  if (state().has_driver && !had_driver)
    driver_appeared(at);
  if (state().has_driver || row_of(state().at).rests)
    forget_spec();
  return out;
}

/// It is large, and there are many applications.
void app_session::forget_spec() {
  children_.reset();
  if (companions_due(state()))
    return;
  spec_.reset();
  view_.loaded_hash.clear();
  view_.loaded_live.clear();
}

void app_session::driver_appeared(time_point at) {
  // The watch or a reply has just shown it: the next look can wait its time.
  view_.looked_at = at;
  // That pause was for the driver before: nobody has told this one to go.
  auto pause = view_.backoffs.find(effect_kind::delete_driver);
  if (pause != view_.backoffs.end() && pause->second.tries == 0)
    view_.backoffs.erase(pause);
}

std::vector<app_session::started> app_session::start_due(time_point now) {
  std::vector<started> out;
  if (!shell_.idle())
    return out;
  for (auto& e : plan(state(), view_, now)) {
    auto companions_only = e.kind == effect_kind::put_companions;
    if (companions_only ? !render_beside(now)
                        : creates_children(e.kind) && !render_children())
      break;
    auto steps = make_procedure(e, context_for(e, now));
    view_.in_flight.insert(e);
    out.push_back({std::move(e), std::move(steps)});
  }
  return out;
}

procedure_context app_session::context_for(const effect& e,
                                           time_point now) const {
  procedure_context c;
  c.app = app_;
  c.uid = uid_;
  c.resource_version = view_.resource_version;
  c.observed = view_.status;
  c.state = state();
  c.facts = facts_;
  c.now = now;
  if (e.kind == effect_kind::put_companions)
    c.beside = rendered_beside_;
  else if (creates_children(e.kind))
    c.children = children_;
  return c;
}

submission_input app_session::input() const {
  submission_input in;
  in.app = app_;
  in.app_uid = uid_;
  in.claim_number = state().current.number;
  in.submission_id = state().current.submission_id;
  in.submit_time_ms = to_millis(state().claimed_at);
  in.spec = &spec_->spec;
  in.companions = beside_;
  return in;
}

/// False: the machine is told why. plan() puts them only while the spec that
/// they are of is loaded.
bool app_session::render_beside(time_point now) {
  if (!spec_)
    return false;
  auto made = render_companions(input());
  // An edit since. The driver reads its template anew for each executor.
  bool again = state().companions.attempt == state().current.number;
  if (made && again && state().has_driver)
    if (auto added = add_executor_template(*made, input()); !added)
      made = tl::unexpected{added.error()};
  if (made) {
    rendered_beside_ = std::make_shared<companions>(std::move(*made));
    return true;
  }
  procedure_end end;
  end.pause = refused_pause;
  back_off(effect_kind::put_companions, end, now);
  companions_settled fact;
  fact.number = state().current.number;
  fact.live_hash = state().spec.live_hash;
  fact.how = ending::refused;
  fact.message = cut_text(made.error().message, 1024);
  shell_.take(std::move(fact));
  return false;
}

/// False: there is nothing to create from, and the machine is told why. plan()
/// creates only while the attempt's own spec is loaded.
bool app_session::render_children() {
  auto& current = state().current;
  if (children_ && children_of_ == current.number)
    return true;
  if (!spec_)
    return false;
  auto made = render(input());
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
  if (end.failed && creates_children(what.kind) && !was_refused(end))
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
  view_.backoffs[kind].fail(uid_, now);
}

time_point app_session::wake(time_point now) const {
  auto at = wake_at(state(), view_, now);
  if (executors_.empty())
    return at;
  auto due = std::max(now, executors_at_ + executors_pause);
  return at == no_time ? due : std::min(at, due);
}

bool app_session::finished(time_point now) const {
  return shell_.idle() && view_.in_flight.empty() && row_of(state().at).rests &&
         wake(now) == no_time;
}

bool app_session::stuck(time_point now) const {
  return shell_.idle() && view_.observed && view_.in_flight.empty() &&
         !row_of(state().at).rests && wake(now) == no_time;
}

} // namespace spark
