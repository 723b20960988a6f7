#include "actors/app/app_actor.hpp"

#include "actors/api/event_call.hpp"
#include "messages/codec.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

namespace spark {
namespace {

using pointer = app_actor::stateful_pointer<app_actor_state>;

void pump(pointer self);

// -- telling users ------------------------------------------------------------

void post_event(pointer self, const announcement& what) {
  auto& st = self->state;
  auto now = st.env->now();
  auto seed = fmt::format("{}/{}/{}", st.uid, to_millis(now), st.announced++);
  auto name = fmt::format("{}.{:016x}", st.key.name,
                          jitter(seed, 0, ~std::uint64_t{0}));
  self->request(st.api, caf::infinite,
                event_call(what, {"SparkApplication", st.key, st.uid},
                           st.env->instance, name, now))
      .then([](const reply&) {},
            [](const caf::error&) {
              // Shutdown. The journal has what the Event would have said.
            });
}

/// A gauge that this application has its one in, or not.
void count_one(pointer self, gauge which, bool& counted, bool is) {
  if (counted != is)
    self->state.env->counters->add(which, is ? 1 : -1);
  counted = is;
}

void tell(pointer self, const std::vector<announcement>& all) {
  for (auto& a : all) {
    auto level = a.warning ? spdlog::level::warn : spdlog::level::info;
    spdlog::log(level, "{}: {}: {}", to_string(self->state.key), a.reason,
                a.message);
    post_event(self, a);
  }
}

/// How an attempt has ended, whatever the policy makes of it.
void count_end(metrics& m, const attempt& before, const attempt& now) {
  // Another one that begins with its end: adopted, unless we refused it.
  bool begun_and_ended = before.number != now.number;
  if (begun_and_ended ? now.outcome != "Refused" : !before.outcome.empty())
    return;
  if (now.outcome == "Completed")
    m.add(counter::successes);
  else if (now.outcome == "Failed" || now.outcome == "DriverLost")
    m.add(counter::failures);
  else if (now.outcome == "SubmissionFailed" || now.outcome == "Refused")
    m.add(counter::failed_submissions);
}

void count(pointer self, phase before, phase after) {
  if (before == after)
    return;
  auto& st = self->state;
  auto& m = *st.env->counters;
  auto& s = st.session->state();
  // An adopted attempt may have begun before anybody here was there.
  bool known = s.claimed_at != no_time;
  auto since_claim =
      std::chrono::duration<double>(st.env->now() - s.claimed_at);
  if (before == phase::claimed && s.submitted_at != no_time) {
    m.add(counter::submissions);
    if (known)
      m.observe(histogram::submit_latency, since_claim.count());
  }
  if (after == phase::running && before != phase::unknown && known)
    m.observe(histogram::start_latency, since_claim.count());
}

// -- doing --------------------------------------------------------------------

struct running_procedure {
  effect what;
  std::unique_ptr<procedure> steps;
};

void advance(pointer self, std::shared_ptr<running_procedure> p,
             const reply* last) {
  auto& st = self->state;
  auto step = p->steps->next(last);
  if (auto* end = std::get_if<procedure_end>(&step)) {
    st.session->ended(p->what, std::move(*end), st.env->now());
    pump(self);
    return;
  }
  auto& call = std::get<api_call>(step);
  if (call.what.method == verb::post)
    call.withdrawn = st.going;
  else if (call.what.method != verb::get)
    call.withdrawn = st.ended;
  self->request(st.api, caf::infinite, std::move(call))
      .then([self, p](const reply& r) { advance(self, p, &r); },
            [self, p](const caf::error&) {
              // The api actor answers every call; without it we are shutting
              // down, and whether the request left is for the next start to
              // see.
              reply lost;
              lost.how = sent::maybe;
              lost.why = error{errc::cancelled, "shutting down", "", 0};
              advance(self, p, &lost);
            });
}

// -- deciding -----------------------------------------------------------------

/// At most one append is outstanding; while it is, facts wait in the session.
bool append_next(pointer self) {
  auto& st = self->state;
  auto next = st.session->next(st.env->now());
  if (!next)
    return false;
  append_row row;
  row.row = std::move(next->row);
  if (next->snapshot)
    row.snapshots.push_back(std::move(*next->snapshot));
  self->request(st.journal, caf::infinite, std::move(row))
      .then(
          [self](const appended& done) {
            auto& s = self->state;
            auto before = s.session->state().at;
            auto attempt_before = s.session->state().current;
            auto pruned = s.session->state().pruned;
            auto news = s.session->committed(done.at);
            if (done.seq == 0)
              s.session->missed_row();
            auto after = s.session->state().at;
            count(self, before, after);
            count_end(*s.env->counters, attempt_before,
                      s.session->state().current);
            *s.going = after == phase::deleting || after == phase::gone;
            if (s.session->state().pruned != pruned)
              s.env->condition->claims_pruned = !pruned;
            tell(self, news);
            pump(self);
          },
          [self](const caf::error&) {
            self->quit(); // no journal actor: shutting down
          });
  return true;
}

void arm(pointer self, time_point now) {
  auto& st = self->state;
  auto at = st.session->wake(now);
  if (at == st.timer_at)
    return;
  st.timer_at = at;
  ++st.timer_generation; // an earlier timer is ignored when it fires
  if (at != no_time)
    self->delayed_send(self, std::max(at - now, milliseconds{0}),
                       wake_up{st.timer_generation});
}

void pump(pointer self) {
  auto& st = self->state;
  if (append_next(self))
    return;
  auto now = st.env->now();
  auto due = st.session->start_due(now);
  for (auto& d : due)
    advance(self,
            std::make_shared<running_procedure>(
                running_procedure{std::move(d.what), std::move(d.steps)}),
            nullptr);
  if (append_next(self))
    return;
  arm(self, now);
  auto at = st.session->state().at;
  count_one(self, gauge::running, st.counted_running, at == phase::running);
  bool stuck = st.session->stuck(now);
  if (stuck && !st.counted_stuck)
    spdlog::critical("{}: phase {} waits for nothing: a fault of this program",
                     to_string(st.key), to_string(at));
  count_one(self, gauge::idle_without_timer, st.counted_stuck, stuck);
  if (st.session->finished(now) && !st.retiring) {
    st.retiring = true;
    self->send(st.registry, retire_app{st.uid, st.messages});
  }
}

void start(pointer self) {
  auto& st = self->state;
  // Everything else waits in the mailbox until the history is here.
  self->request(st.journal, caf::infinite, load_stream{st.uid})
      .await(
          [self](const loaded_stream& loaded) {
            auto history = fold(loaded.history);
            if (history)
              self->state.session->restore(std::move(*history));
            else
              spdlog::error(
                  "{}: its history cannot be read ({}); going on from "
                  "what the cluster says",
                  to_string(self->state.key), to_string(history.error()));
          },
          [self](const caf::error&) { self->quit(); });
}

} // namespace

app_actor_state::~app_actor_state() {
  *going = true;
  *ended = true;
  if (counted_running)
    env->counters->add(gauge::running, -1);
  if (counted_stuck)
    env->counters->add(gauge::idle_without_timer, -1);
}

app_actor::behavior_type run_app(pointer self, object_key key, std::string uid,
                                 environment_ptr env, journal_actor journal,
                                 api_actor api, registry_actor registry) {
  auto& st = self->state;
  st.session =
      std::make_unique<app_session>(key, uid, env->facts, env->companions);
  st.key = std::move(key);
  st.uid = std::move(uid);
  st.env = std::move(env);
  st.journal = std::move(journal);
  st.api = std::move(api);
  st.registry = std::move(registry);
  start(self);
  return {
      [self](const adopt_app& m) {
        auto& s = self->state;
        ++s.messages;
        s.retiring = false;
        s.session->adopt(m.app, m.drivers, m.epoch, s.env->now());
        pump(self);
      },
      [self](const app_seen& m) {
        auto& s = self->state;
        ++s.messages;
        s.retiring = false;
        s.session->observe(m.app);
        pump(self);
      },
      [self](const app_fact& m) {
        auto& s = self->state;
        ++s.messages;
        s.retiring = false;
        s.session->take(m.fact);
        pump(self);
      },
      [self](const wake_up& w) {
        auto& s = self->state;
        if (w.generation != s.timer_generation)
          return;
        s.timer_at = no_time;
        s.session->take(timer_fired{});
        pump(self);
      },
  };
}

} // namespace spark
