#include "tests/scenarios/scenario_app.hpp"

#include <fmt/format.h>

#include <stdexcept>

namespace spark::scenario {

namespace json = boost::json;

namespace {

const object_key key{"ns", "pi"};

std::unique_ptr<app_session> new_session(const companion_settings& beside) {
  return std::make_unique<app_session>(key, cluster::uid, fact_settings{},
                                       beside);
}

reply answered(int status, std::string body) {
  reply out;
  out.how = sent::answered;
  out.status = status;
  out.body = std::move(body);
  return out;
}

reply failure(int status, const std::string& words) {
  auto reason = status == 409 ? "Conflict" : "Failure";
  return answered(status, json::serialize(json::object{{"message", words},
                                                       {"reason", reason}}));
}

ending ending_named(const command& c) {
  for (auto& [word, how] :
       std::map<std::string, ending>{{"done", ending::done},
                                     {"retry", ending::retry},
                                     {"quota", ending::retry},
                                     {"lost", ending::unsure},
                                     {"lost-landed", ending::unsure},
                                     {"conflict", ending::conflict},
                                     {"refused", ending::refused},
                                     {"taken", ending::taken}})
    if (c.has(word))
      return how;
  throw std::runtime_error("no known ending");
}

} // namespace

scenario_app::scenario_app(visited& seen)
    : seen_(seen), session_(new_session({})),
      now_(from_rfc3339("2026-01-01T00:00:00Z")) {}

std::string scenario_app::run(const command& c) {
  out_.str("");
  auto it = actions().find(c.verb);
  if (it == actions().end())
    throw std::runtime_error("unknown command " + c.verb);
  (this->*it->second)(c);
  pump();
  if (session_->view().observed)
    report_state();
  return out_.str();
}

const std::map<std::string, scenario_app::action>& scenario_app::actions() {
  static const std::map<std::string, action> all{
      {"given", &scenario_app::given},
      {"flags", &scenario_app::flags},
      {"adopt", &scenario_app::adopt},
      {"restart", &scenario_app::restart},
      {"edit", &scenario_app::edit},
      {"status", &scenario_app::status},
      {"delete", &scenario_app::remove},
      {"app-gone", &scenario_app::app_gone},
      {"app-seen", &scenario_app::app_seen},
      {"driver", &scenario_app::driver},
      {"driver-exists", &scenario_app::driver_exists},
      {"driver-gone", &scenario_app::driver_gone_now},
      {"executors", &scenario_app::executors},
      {"time", &scenario_app::time},
      {"states", &scenario_app::show_states},
      {"claim", &scenario_app::claim},
      {"status-written", &scenario_app::status_written},
      {"status-conflict", &scenario_app::status_written},
      {"looked-at-app", &scenario_app::looked_at_app},
      {"sweep", &scenario_app::child_of_attempt},
      {"config", &scenario_app::child_of_attempt},
      {"service", &scenario_app::child_of_attempt},
      {"foreign", &scenario_app::foreign},
      {"beside", &scenario_app::beside},
      {"budget-gone", &scenario_app::beside},
      {"driver-post", &scenario_app::driver_post},
      {"lookup", &scenario_app::lookup},
      {"driver-delete", &scenario_app::driver_delete},
      {"expiry", &scenario_app::expiry}};
  return all;
}

/// The usual way to where a story begins, without a word.
void scenario_app::given(const command& c) {
  static const std::pair<const char*, std::vector<const char*>> stages[] = {
      {"claimed", {"adopt", "claim done"}},
      {"children", {"config done", "service done"}},
      {"submitted", {"driver-post created", "status-written"}},
      {"running", {"driver Running", "status-written"}},
      {"completed", {"driver Succeeded exit=0", "status-written"}}};
  for (auto& [stage, commands] : stages) {
    for (auto* line : commands) {
      auto step = parse_command(line);
      (this->*actions().at(step.verb))(step);
      pump();
    }
    if (c.has(stage))
      break;
  }
  out_.str("");
}

// -- facts about the application ----------------------------------------------

void scenario_app::flags(const command& c) {
  flags_.ui_service = c.has("ui");
  flags_.driver_budget = c.has("budget");
  flags_.ingress_url_format = c.option("ingress");
  session_ = new_session(flags_);
}

void scenario_app::adopt(const command& c) {
  std::vector<driver_fact> drivers;
  if (cluster_.pod)
    drivers.push_back(*cluster_.pod);
  session_->adopt(cluster_.app(), std::move(drivers),
                  std::stoi(c.option("epoch", "1")), now_);
}

void scenario_app::restart(const command& c) {
  running_.clear();
  session_ = new_session(flags_);
  if (c.has("journal-lost"))
    journal_ = {};
  else
    session_->restore(fold(journal_).value());
  adopt(c);
}

void scenario_app::edit(const command& c) {
  cluster_.edit(c);
  if (session_->view().observed && !c.has("unseen"))
    tell_app();
}

/// "$ours" stands for the submission id of our first attempt.
void scenario_app::status(const command& c) {
  auto patch = c.json;
  if (auto at = patch.find("$ours"); at != std::string::npos)
    patch.replace(at, 5, submission_id(cluster::uid, 1));
  cluster_.patch_status(patch);
  if (session_->view().observed && !c.has("unseen"))
    tell_app();
}

void scenario_app::foreign(const command& c) {
  cluster_.make_foreign(*c.words.begin());
}

void scenario_app::remove(const command& c) {
  cluster_.remove(c.has("orphan"));
  if (session_->view().observed)
    tell_app();
}

void scenario_app::app_gone(const command&) {
  session_->take(spark::app_gone{});
}

void scenario_app::app_seen(const command&) { tell_app(); }

void scenario_app::tell_app() { session_->observe(cluster_.app()); }

// -- facts about pods ---------------------------------------------------------

void scenario_app::driver(const command& c) {
  cluster_.change_pod(c);
  if (!c.has("unseen"))
    session_->take(driver_observed{*cluster_.pod});
}

void scenario_app::driver_exists(const command& c) {
  cluster_.make_pod(c.option("submission", "of-nobody"));
  cluster_.change_pod(c);
}

void scenario_app::driver_gone_now(const command& c) {
  cluster_.change_pod(c);
  if (!c.has("unseen"))
    session_->take(spark::driver_gone{*cluster_.pod});
  cluster_.pod.reset();
}

void scenario_app::executors(const command& c) {
  executors_observed fact;
  fact.submission_id = session_->state().current.submission_id;
  auto from = std::stoi(c.option("from", "1"));
  auto to = std::stoi(c.option("to", std::to_string(from)));
  for (int i = from; i <= to; ++i) {
    auto pod = "pi-exec-" + std::to_string(i);
    fact.changed[pod] = *c.words.begin();
    if (!c.text.empty())
      fact.why[pod] = c.text;
  }
  session_->take(std::move(fact));
}

/// Every timer that is due on the way fires at its own time.
void scenario_app::time(const command& c) {
  auto& span = *c.words.begin();
  auto end = now_ + seconds{std::stoi(span)};
  for (int fired = 0; fired < 100; ++fired) {
    auto at = session_->wake(now_);
    if (at == no_time || at > end) {
      now_ = end;
      return;
    }
    now_ = at;
    auto before = out_.str().size();
    session_->take(timer_fired{});
    pump();
    if (out_.str().size() != before)
      say(fmt::format("  at {}", to_rfc3339(now_)));
  }
  throw std::runtime_error("the timer fires without end");
}

void scenario_app::show_states(const command&) {
  std::string line;
  for (auto& s : states_)
    line += (line.empty() ? "" : " ") + s;
  say(line);
  say(fmt::format("{} status writes", status_writes_));
}

// -- replies ------------------------------------------------------------------

scenario_app::running scenario_app::take(effect_kind kind) {
  for (auto it = running_.begin(); it != running_.end(); ++it)
    if (it->what.kind == kind) {
      auto out = std::move(*it);
      running_.erase(it);
      return out;
    }
  throw std::runtime_error("not under way: " + std::string{to_string(kind)});
}

void scenario_app::finish(const running& r, procedure_end end) {
  session_->ended(r.what, std::move(end), now_);
}

void scenario_app::claim(const command& c) {
  finish_patch(c, effect_kind::claim_attempt);
}

void scenario_app::status_written(const command& c) {
  finish_patch(c, effect_kind::patch_status);
}

/// A PATCH of the status goes through the real procedure, against the object.
void scenario_app::finish_patch(const command& c, effect_kind kind) {
  auto r = take(kind);
  reply answer;
  bool lands = !c.has("lost") && !c.has("retry") && !c.has("refused");
  int code = lands ? cluster_.apply(r.body, c.has("pruned")) : 0;
  if (code == 200) {
    ++status_writes_;
    auto state = cluster_.app().status.state;
    if (!state.empty() && states_.back() != state)
      states_.push_back(state);
  }
  if (c.has("lost") || c.has("lost-landed"))
    answer.how = sent::maybe;
  else if (c.has("retry"))
    answer.how = sent::no;
  else if (c.has("refused"))
    answer = failure(422, c.text);
  else if (code == 409)
    answer = failure(409, "the object has been modified");
  else
    answer = answered(200, cluster_.app_json());
  if (code == 409)
    say("(409: the object has changed)");
  auto step = r.steps->next(&answer);
  if (std::holds_alternative<api_call>(step)) {
    auto live = answered(200, cluster_.app_json());
    step = r.steps->next(&live);
  }
  auto end = std::get<procedure_end>(std::move(step));
  if (end.app)
    end.app = cluster_.app(); // with what edit said about the spec
  finish(r, std::move(end));
}

void scenario_app::looked_at_app(const command&) {
  auto r = take(effect_kind::look_at_app);
  auto live = answered(200, cluster_.app_json());
  (void)r.steps->next(nullptr);
  auto end = std::get<procedure_end>(r.steps->next(&live));
  end.app = cluster_.app(); // with what edit said about the spec
  finish(r, std::move(end));
}

void scenario_app::child_of_attempt(const command& c) {
  auto [kind, what] =
      c.verb == "sweep" ? std::pair{effect_kind::sweep_attempt, child::sweep}
      : c.verb == "config"
          ? std::pair{effect_kind::create_config, child::config}
          : std::pair{effect_kind::create_service, child::service};
  auto r = take(kind);
  child_settled fact;
  fact.number = r.what.attempt;
  fact.what = what;
  fact.how = ending_named(c);
  fact.message = c.text;
  fact.over_quota = c.has("quota");
  procedure_end end;
  end.failed = fact.how != ending::done;
  end.stimuli.push_back(std::move(fact));
  finish(r, std::move(end));
}

/// What stands beside the driver is made and removed by the real procedures,
/// against what the cluster has of it.
void scenario_app::beside(const command& c) {
  auto r = take(c.verb == "beside" ? effect_kind::put_companions
                                   : effect_kind::remove_budget);
  auto step = r.steps->next(nullptr);
  while (auto* call = std::get_if<api_call>(&step)) {
    reply answer;
    if (c.has("refused"))
      answer = failure(422, c.text);
    else if (!c.has("retry"))
      answer = cluster_.serve_beside(call->what);
    step = r.steps->next(&answer);
  }
  for (auto& line : cluster_.take_requests())
    say("(" + line + ")");
  finish(r, std::get<procedure_end>(std::move(step)));
}

void scenario_app::driver_post(const command& c) {
  auto r = take(effect_kind::create_driver);
  child_settled fact;
  fact.number = r.what.attempt;
  fact.what = child::driver;
  if (c.has("created") || c.has("lost-landed"))
    cluster_.make_pod(submission_id(cluster::uid, r.what.attempt));
  if (c.has("created") || c.has("found")) {
    fact.how = c.has("found") ? ending::taken : ending::done;
    fact.has_driver = true;
    fact.driver = cluster_.pod.value();
  } else {
    fact.how = ending_named(c);
    fact.message = c.text;
    fact.over_quota = c.has("quota");
  }
  procedure_end end;
  end.failed = fact.how != ending::done;
  end.looked_at_driver = fact.has_driver;
  end.stimuli.push_back(std::move(fact));
  finish(r, std::move(end));
}

void scenario_app::lookup(const command&) {
  auto r = take(effect_kind::look_at_driver);
  driver_looked_up fact;
  fact.found = cluster_.pod.has_value();
  if (fact.found)
    fact.driver = cluster_.looked_at();
  say(fact.found ? "(found " + fact.driver.uid + ")" : "(absent)");
  procedure_end end;
  end.looked_at_driver = true;
  end.stimuli.push_back(std::move(fact));
  finish(r, std::move(end));
}

void scenario_app::driver_delete(const command& c) {
  auto r = take(effect_kind::delete_driver);
  procedure_end end;
  end.pause = seconds{5};
  if (c.has("absent")) {
    driver_fact d;
    d.uid = r.what.target;
    end.stimuli.push_back(spark::driver_gone{d});
  }
  finish(r, std::move(end));
}

/// The DELETE of the application itself goes through the real procedure.
void scenario_app::expiry(const command& c) {
  auto r = take(effect_kind::delete_app);
  (void)r.steps->next(nullptr);
  auto answer = c.has("conflict") ? failure(409, "the object has been modified")
                : c.has("gone")   ? failure(404, "not found")
                                  : answered(200, cluster_.app_json());
  auto step = r.steps->next(&answer);
  if (std::holds_alternative<api_call>(step)) {
    auto live = answered(200, cluster_.app_json());
    step = r.steps->next(&live);
  }
  finish(r, std::get<procedure_end>(std::move(step)));
}

std::string scenario_app::check_journal() const {
  auto folded = fold(journal_);
  if (!folded)
    return to_string(folded.error());
  if (!journal_.rows.empty() && !(folded->state == session_->state()))
    return "the journal folds to another state";
  app_state s;
  for (auto& row : journal_.rows) {
    auto v = verify(s, row);
    if (!v)
      return to_string(v.error());
    if (v->is != verdict::kind::same)
      return "row " + std::to_string(row.seq) + ": " + v->detail;
  }
  return {};
}

} // namespace spark::scenario
