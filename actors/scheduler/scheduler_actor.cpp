#include "actors/scheduler/scheduler_actor.hpp"

#include "actors/api/event_call.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <exception>

namespace spark {
namespace {

using pointer = scheduler_actor::stateful_pointer<scheduler_state>;
using entry = scheduler_state::entry;

constexpr std::chrono::minutes longest_sleep{1};

void pump(pointer self, const std::string& uid);
void shown(pointer self, const observed_schedule& object);

/// nullptr: it is gone, or is left alone.
entry* find(pointer self, const std::string& uid) {
  auto it = self->state.entries.find(uid);
  return it == self->state.entries.end() || !it->second.session ? nullptr
                                                                : &it->second;
}

// -- the timer ----------------------------------------------------------------

void set_wake(pointer self, const std::string& uid, entry& e, time_point at) {
  auto& wakes = self->state.wakes;
  if (e.wakes_at == at)
    return;
  wakes.erase({e.wakes_at, uid});
  e.wakes_at = at;
  if (at != no_time)
    wakes.insert({at, uid});
}

void arm(pointer self) {
  auto& st = self->state;
  auto at = st.wakes.empty() ? no_time : st.wakes.begin()->first;
  if (at == st.timer_at)
    return;
  st.timer_at = at;
  ++st.timer_generation; // an earlier timer is ignored when it fires
  // The wall clock may be set meanwhile, and timers would not notice.
  if (at != no_time)
    self->delayed_send(self,
                       std::clamp<milliseconds>(at - st.env->now(),
                                                milliseconds{0}, longest_sleep),
                       wake_up{st.timer_generation});
}

// -- one schedule -------------------------------------------------------------

void forget(pointer self, const std::string& uid) {
  auto& st = self->state;
  auto it = st.entries.find(uid);
  if (it == st.entries.end())
    return;
  set_wake(self, uid, it->second, no_time);
  st.entries.erase(it);
  st.env->counters->set(gauge::schedules,
                        static_cast<double>(st.entries.size()));
}

/// Runs `use(entry)`. A fault of ours in one schedule must not end the others.
template<class F>
void guarded(pointer self, const std::string& uid, F use) {
  auto* e = find(self, uid);
  if (!e)
    return;
  try {
    use(*e);
  } catch (const std::exception& why) {
    spdlog::critical("{}: the schedule is left alone until the operator starts "
                     "again: {}",
                     to_string(e->key), why.what());
    set_wake(self, uid, *e, no_time);
    e->session.reset();
    self->state.env->counters->add(gauge::quarantined, 1);
  }
}

void tell(pointer self, const std::string& uid, const entry& e,
          const announcement& what) {
  auto& st = self->state;
  auto level = what.warning ? spdlog::level::warn : spdlog::level::info;
  spdlog::log(level, "{}: {}: {}", to_string(e.key), what.reason, what.message);
  auto now = st.env->now();
  auto seed = fmt::format("{}/{}/{}", uid, to_millis(now), st.announced++);
  auto name =
      fmt::format("{}.{:016x}", e.key.name, jitter(seed, 0, ~std::uint64_t{0}));
  self->request(st.api, caf::infinite,
                event_call(what, {"ScheduledSparkApplication", e.key, uid},
                           st.env->instance, name, now))
      .then([](const reply&) {},
            [](const caf::error&) {
              // Shutdown. The journal has what the Event would have said.
            });
}

void committed(pointer self, const std::string& uid, entry& e,
               const appended& done) {
  auto& counters = *self->state.env->counters;
  auto news = e.session->committed(done.at);
  if (done.seq == 0)
    e.session->missed_row();
  counters.add(counter::scheduled_runs,
               static_cast<double>(news.created.size()));
  counters.add(counter::skipped_ticks, static_cast<double>(news.skipped));
  for (auto tick : news.created)
    counters.observe(
        histogram::tick_latency,
        std::chrono::duration<double>(self->state.env->now() - tick).count());
  for (auto& a : news.told)
    tell(self, uid, e, a);
}

struct running_procedure {
  std::string uid;
  schedule_effect what;
  std::unique_ptr<schedule_procedure> steps;
};

void advance(pointer self, std::shared_ptr<running_procedure> p,
             const reply* last) {
  auto step = p->steps->next(last);
  if (auto* end = std::get_if<schedule_procedure_end>(&step)) {
    guarded(self, p->uid, [&](entry& e) {
      e.session->ended(p->what, std::move(*end), self->state.env->now());
    });
    pump(self, p->uid);
    return;
  }
  auto& call = std::get<api_call>(step);
  if (call.what.method != verb::get)
    call.withdrawn = self->state.ended;
  self->request(self->state.api, caf::infinite, std::move(call))
      .then([self, p](const reply& r) { advance(self, p, &r); },
            [self, p](const caf::error&) {
              // Shutting down: whether it left is for the next start to see.
              reply lost;
              lost.how = sent::maybe;
              lost.why = error{errc::cancelled, "shutting down", "", 0};
              advance(self, p, &lost);
            });
}

/// At most one append of a schedule is outstanding.
bool append_next(pointer self, const std::string& uid, entry& e) {
  auto next = e.session->next(self->state.env->now());
  if (!next)
    return false;
  append_row row;
  row.row = std::move(next->row);
  if (next->snapshot)
    row.snapshots.push_back(std::move(*next->snapshot));
  self->request(self->state.journal, caf::infinite, std::move(row))
      .then(
          [self, uid](const appended& done) {
            guarded(self, uid,
                    [&](entry& mine) { committed(self, uid, mine, done); });
            pump(self, uid);
          },
          [self](const caf::error&) {
            self->quit(); // no journal actor: shutting down
          });
  return true;
}

void start_due(pointer self, const std::string& uid, entry& e) {
  for (auto& d : e.session->start_due(self->state.env->now()))
    advance(self,
            std::make_shared<running_procedure>(
                running_procedure{uid, std::move(d.what), std::move(d.steps)}),
            nullptr);
}

void pump(pointer self, const std::string& uid) {
  std::optional<observed_schedule> again;
  guarded(self, uid, [&](entry& e) {
    if (!e.session->adopted() || append_next(self, uid, e))
      return;
    start_due(self, uid, e);
    if (append_next(self, uid, e))
      return;
    set_wake(self, uid, e, e.session->wake(self->state.env->now()));
    if (e.session->finished()) {
      again = std::move(e.waiting);
      forget(self, uid);
    }
  });
  if (again)
    shown(self, *again);
  arm(self);
}

// -- coming and going ---------------------------------------------------------

std::vector<run_fact> runs_of(const scheduler_state& st,
                              const std::string& uid) {
  std::vector<run_fact> out;
  if (auto of = st.runs.find(uid); of != st.runs.end())
    for (auto& [name, run] : of->second)
      out.push_back(run);
  return out;
}

/// Its history is here or cannot be had, and so are its runs.
void adopt(pointer self, const std::string& uid) {
  auto& st = self->state;
  guarded(self, uid, [&](entry& e) {
    if (e.loading || !st.runs_known || !e.waiting)
      return;
    e.session->adopt(std::move(*e.waiting), runs_of(st, uid), st.leading.epoch,
                     st.env->now());
    e.waiting.reset();
  });
  pump(self, uid);
}

void load(pointer self, const std::string& uid) {
  self->request(self->state.journal, caf::infinite, load_stream{uid})
      .then(
          [self, uid](const loaded_stream& loaded) {
            guarded(self, uid, [&](entry& e) {
              e.loading = false;
              auto history = journaled::fold<schedule_machine>(loaded.history);
              if (history)
                e.session->restore(std::move(*history));
              else
                spdlog::error("{}: its history cannot be read ({}); going on "
                              "from what the cluster says",
                              to_string(e.key), to_string(history.error()));
            });
            adopt(self, uid);
          },
          [self](const caf::error&) { self->quit(); });
}

void end(pointer self, const std::string& uid) {
  auto it = self->state.entries.find(uid);
  if (it == self->state.entries.end())
    return;
  auto& e = it->second;
  if (!e.session)
    self->state.env->counters->add(gauge::quarantined, -1);
  if (!e.session || !e.session->adopted())
    return forget(self, uid);
  e.waiting.reset();
  guarded(self, uid, [](entry& mine) { mine.session->take(schedule_gone{}); });
  pump(self, uid);
}

void shown(pointer self, const observed_schedule& object) {
  auto& st = self->state;
  auto& known = st.uids[object.key];
  if (!known.empty() && known != object.uid)
    end(self, known);
  known = object.uid;
  auto [it, is_new] = st.entries.try_emplace(object.uid);
  auto& e = it->second;
  if (is_new) {
    e.key = object.key;
    e.session = std::make_unique<schedule_session>(object.key, object.uid,
                                                   st.env->facts);
    e.loading = true;
    st.env->counters->set(gauge::schedules,
                          static_cast<double>(st.entries.size()));
    e.waiting = object;
    load(self, object.uid);
    return;
  }
  if (!e.session)
    return;
  // One that had left may be back before the last of it is done.
  if (!e.session->adopted() || e.session->state().gone) {
    e.waiting = object;
    return;
  }
  guarded(self, object.uid,
          [&](entry& mine) { mine.session->observe(object); });
  pump(self, object.uid);
}

void left(pointer self, const object_key& key, const observed_schedule* last) {
  auto& uids = self->state.uids;
  auto it = uids.find(key);
  if (it == uids.end() || (last && last->uid != it->second))
    return;
  auto uid = it->second;
  uids.erase(it);
  end(self, uid);
}

/// The session may not be there, or not yet.
void about_run(pointer self, const std::string& uid, schedule_stimulus fact) {
  guarded(self, uid, [&](entry& e) {
    if (e.session->adopted())
      e.session->take(std::move(fact));
  });
  pump(self, uid);
}

void on_runs_listed(pointer self) {
  auto& st = self->state;
  st.runs_known = true;
  std::vector<std::string> all;
  for (auto& [uid, e] : st.entries)
    all.push_back(uid);
  for (auto& uid : all) {
    guarded(self, uid, [&](entry& e) {
      if (e.session->adopted())
        e.session->compare(runs_of(st, uid), st.env->now());
    });
    adopt(self, uid);
  }
}

void on_timer(pointer self) {
  auto& st = self->state;
  st.timer_at = no_time;
  auto now = st.env->now();
  std::vector<std::string> due;
  for (auto& [at, uid] : st.wakes) {
    if (at > now)
      break;
    due.push_back(uid);
  }
  for (auto& uid : due) {
    guarded(self, uid, [&](entry& e) {
      set_wake(self, uid, e, no_time);
      e.session->take(time_passed{});
    });
    pump(self, uid);
  }
  arm(self);
}

} // namespace

scheduler_state::~scheduler_state() {
  *ended = true;
  if (!env)
    return;
  env->counters->set(gauge::schedules, 0);
  for (auto& [uid, e] : entries)
    if (!e.session)
      env->counters->add(gauge::quarantined, -1);
}

scheduler_actor::behavior_type run_scheduler(pointer self, environment_ptr env,
                                             term leading,
                                             journal_actor journal,
                                             api_actor api) {
  auto& st = self->state;
  st.lists = list_progress{env->namespaces};
  st.env = std::move(env);
  st.leading = std::move(leading);
  st.journal = std::move(journal);
  st.api = std::move(api);
  return {
      [self](const schedules_change& c) {
        auto& s = self->state;
        s.lists.follow(
            c, s.uids, [self](auto& object) { shown(self, object); },
            [self](auto& key, auto* last) { left(self, key, last); });
      },
      [self](const run_shown& m) {
        self->state.runs[m.schedule_uid][m.run.name] = m.run;
        about_run(self, m.schedule_uid, runs_observed{{m.run}});
      },
      [self](const run_departed& m) {
        auto& runs = self->state.runs;
        auto of = runs.find(m.schedule_uid);
        if (of != runs.end() && of->second.erase(m.name) > 0 &&
            of->second.empty())
          runs.erase(of);
        about_run(self, m.schedule_uid, run_gone{m.name, m.uid});
      },
      [self](const runs_listed&) { on_runs_listed(self); },
      [self](const wake_up& w) {
        if (w.generation == self->state.timer_generation)
          on_timer(self);
      },
  };
}

} // namespace spark
