#include "tests/sim/simulated_operator.hpp"

#include "actors/api/api_actor.hpp"
#include "actors/journal/journal_actor.hpp"

#include <algorithm>

namespace spark::test {
namespace {

/// An actor's state, or null when it has ended.
template<class State, class Handle>
State* state_of(const Handle& h) {
  if (!h)
    return nullptr;
  auto* any = caf::actor_cast<caf::abstract_actor*>(h);
  auto* own =
      dynamic_cast<caf::stateful_actor<State, typename Handle::base>*>(any);
  bool ended = !own || own->getf(caf::abstract_actor::is_cleaned_up_flag) ||
               own->getf(caf::abstract_actor::is_terminated_flag);
  return ended ? nullptr : &own->state;
}

environment_ptr environment_for(const operator_options& options,
                                const manual_clock& clock) {
  auto env = std::make_shared<environment>();
  env->now = [&clock] { return clock.wall(); };
  env->steady = [&clock] { return clock.steady(); };
  env->counters = std::make_shared<metrics>(metrics_settings{});
  env->namespaces = options.namespaces;
  env->instance = options.name;
  env->companions = options.companions;
  env->steady = [&clock] { return clock.steady(); };
  return env;
}

} // namespace

/// A dead process writes nothing, whatever its actors still do in memory.
class simulated_operator::cut_off_journal : public journal {
public:
  cut_off_journal(std::shared_ptr<journal> store, rows_stored stored)
      : store_{std::move(store)}, stored_{std::move(stored)} {}

  void cut() { store_ = nullptr; }

  result<void> append(std::vector<journal_row>& rows,
                      const std::vector<journal_snapshot>& snaps) override {
    if (!store_)
      return fail(errc::cancelled, "dead");
    auto done = store_->append(rows, snaps);
    if (done && stored_)
      stored_(rows);
    return done;
  }
  result<journal_history> load(const std::string& uid) override {
    if (!store_)
      return fail(errc::cancelled, "dead");
    return store_->load(uid);
  }
  result<std::vector<journal_stream>> streams() override {
    return fail(errc::cancelled, "not asked in a simulation");
  }
  result<std::unique_ptr<copy>> start_copy(const std::string&) override {
    return fail(errc::cancelled, "not asked in a simulation");
  }
  result<bool> trim(time_point now) override {
    return store_ ? store_->trim(now) : result<bool>{false};
  }

private:
  std::shared_ptr<journal> store_;
  rows_stored stored_;
};

simulated_operator::simulated_operator(memory_api_server& server,
                                       const manual_clock& clock,
                                       std::shared_ptr<journal> store,
                                       rows_stored stored,
                                       operator_options options)
    : options_{std::move(options)}, server_{server}, clock_{clock} {
  store_ =
      std::make_shared<cut_off_journal>(std::move(store), std::move(stored));
  env_ = environment_for(options_, clock);
  auto out = server.connect(options_.name);
  out_ = options_.wrap ? options_.wrap(std::move(out)) : std::move(out);
  config_.set("scheduler.policy", caf::atom("testing"));
  system_ = std::make_unique<caf::actor_system>(config_);
  journal_ = system_->spawn(run_journal, store_, env_);
  api_ = system_->spawn(run_api, out_, env_, options_.window);
  supervisor_ = system_->spawn(run_supervisor, env_, out_, journal_, api_);
  caf::anon_send(supervisor_, begin_term{"lease", options_.epoch});
}

simulated_operator::~simulated_operator() {
  server_.crash(options_.name, fate::land); // no callback runs from here on
  store_->cut();
  // An application that waits for its history ignores an exit message until
  // the journal answers: so the journal goes last.
  caf::anon_send_exit(supervisor_, caf::exit_reason::user_shutdown);
  run_all();
  caf::anon_send_exit(api_, caf::exit_reason::user_shutdown);
  run_all();
  caf::anon_send_exit(journal_, caf::exit_reason::user_shutdown);
  run_all();
  sched().clock().cancel_all(); // delayed messages keep their actors alive
  supervisor_ = nullptr;
  api_ = nullptr;
  journal_ = nullptr;
  run_all();
}

caf::scheduler::test_coordinator& simulated_operator::sched() const {
  return dynamic_cast<caf::scheduler::test_coordinator&>(system_->scheduler());
}

std::string simulated_operator::run_job(std::mt19937_64& rng) {
  auto& jobs = sched().jobs;
  if (jobs.size() > 1)
    std::swap(jobs.front(), jobs[rng() % jobs.size()]);
  std::string who;
  if (auto* actor = dynamic_cast<caf::local_actor*>(jobs.front()))
    who = std::string{actor->name()} + " " + std::to_string(actor->id());
  sched().run_once();
  return who;
}

void simulated_operator::run_all() { sched().run(); }

std::optional<milliseconds> simulated_operator::next_timer() const {
  auto& clock = sched().clock();
  if (clock.schedule().empty())
    return std::nullopt;
  auto wait = clock.schedule().begin()->first - clock.now();
  return std::max(milliseconds{0}, std::chrono::ceil<milliseconds>(wait));
}

void simulated_operator::advance(milliseconds by) { sched().advance_time(by); }

void simulated_operator::lose_lease() {
  auto now = clock_.steady().time_since_epoch();
  env_->fence->store(
      std::chrono::duration_cast<std::chrono::nanoseconds>(now).count());
}

bool simulated_operator::poison(const std::string& uid) {
  auto* st = registry();
  if (!st || !app(uid))
    return false;
  auto it = st->live.find(uid);
  caf::anon_send_exit(it->second.handle, caf::exit_reason::unhandled_exception);
  return true;
}

const registry_state* simulated_operator::registry() const {
  auto* super = state_of<supervisor_state>(supervisor_);
  return super ? state_of<registry_state>(super->registry) : nullptr;
}

const app_actor_state* simulated_operator::app(const std::string& uid) const {
  auto* st = registry();
  if (!st)
    return nullptr;
  auto it = st->live.find(uid);
  if (it == st->live.end())
    return nullptr;
  auto* out = state_of<app_actor_state>(it->second.handle);
  return out && out->session ? out : nullptr;
}

std::vector<std::string> simulated_operator::live_apps() const {
  std::vector<std::string> out;
  if (auto* st = registry())
    for (auto& [uid, app] : st->live)
      out.push_back(uid);
  return out;
}

std::size_t simulated_operator::open_calls() const {
  auto* st = state_of<api_state>(api_);
  return st ? st->calls.size() : 0;
}

std::string simulated_operator::metric(const std::string& family) const {
  auto page = env_->counters->text();
  auto at = page.find("\n" + family + " ");
  if (at == std::string::npos)
    return "";
  auto from = at + family.size() + 2;
  return page.substr(from, page.find('\n', from) - from);
}

} // namespace spark::test
