#include "actors/registry/registry_actor.hpp"

#include "actors/api/event_call.hpp"
#include "actors/app/app_actor.hpp"
#include "actors/app/procedure.hpp"
#include "k8s/bounded_json.hpp"
#include "k8s/paths.hpp"
#include "k8s/requests.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

namespace spark {
namespace {

using pointer = registry_actor::stateful_pointer<registry_state>;

constexpr std::chrono::hours failure_memory{1};

// -- actors -------------------------------------------------------------------

template<class Message>
void tell(pointer self, const std::string& uid, Message m) {
  auto it = self->state.live.find(uid);
  if (it == self->state.live.end())
    return;
  ++it->second.messages;
  self->send(it->second.handle, std::move(m));
}

/// Calls use(key, pod) for every known pod of the application.
template<class F>
void for_each_pod(const registry_state& st, const object_key& app, F use) {
  auto keys = st.pods_of.find(app);
  if (keys == st.pods_of.end())
    return;
  for (auto& key : keys->second)
    use(key, st.pods.at(key));
}

std::vector<driver_fact> drivers_of(const registry_state& st,
                                    const object_key& app) {
  std::vector<driver_fact> out;
  for_each_pod(st, app, [&out](auto&, auto& pod) {
    if (pod.is_driver)
      out.push_back(pod.driver);
  });
  return out;
}

void add_executor(executors_observed& out, const std::string& pod,
                  const std::string& state, const std::string& why) {
  out.changed.emplace(pod, state);
  if (!why.empty())
    out.why.emplace(pod, why);
}

executors_observed executors_of(const registry_state& st, const object_key& app,
                                const std::string& submission) {
  executors_observed out;
  out.submission_id = submission;
  for_each_pod(st, app, [&](auto& key, auto& pod) {
    if (!pod.is_driver && pod.submission_id == submission)
      add_executor(out, key.name, pod.executor_state, pod.executor_why);
  });
  return out;
}

void bring_up(pointer self, observed_application app) {
  auto& st = self->state;
  auto key = app.key;
  auto uid = app.uid;
  auto handle = self->spawn(run_app, key, uid, st.env, st.journal, st.api,
                            caf::actor_cast<registry_actor>(self));
  self->monitor(handle);
  st.uid_of[handle.address()] = uid;
  st.live[uid] = {handle, key, 0};
  st.apps[key].to_bring_back = false;
  st.env->counters->set(gauge::actors, static_cast<double>(st.live.size()));
  auto submission = app.fact.submission_id;
  tell(self, uid,
       adopt_app{std::move(app), drivers_of(st, key), st.leading.epoch});
  auto executors = executors_of(st, key, submission);
  if (!executors.changed.empty())
    tell(self, uid, app_fact{std::move(executors)});
}

void let_go(pointer self, const std::string& uid) {
  auto& st = self->state;
  auto it = st.live.find(uid);
  if (it == st.live.end())
    return;
  st.uid_of.erase(it->second.handle.address());
  // Not "normal": CAF ignores that one, and the actor would live until its
  // last timer fires, up to minutes after everything else has ended.
  self->send_exit(it->second.handle, caf::exit_reason::user_shutdown);
  st.live.erase(it);
  st.env->counters->set(gauge::actors, static_cast<double>(st.live.size()));
}

// -- applications -------------------------------------------------------------

/// An application that has ended has no actor, and a driver that a Go operator
/// started for it may have no owner: who removes that now?
void remove_unowned_driver(pointer self, const object_key& key,
                           const registry_state::known_app& known) {
  auto& st = self->state;
  if (!st.synced || known.orphans || known.foreign_submission.empty() ||
      st.live.count(known.uid) > 0)
    return;
  for (auto& d : drivers_of(st, key)) {
    if (!d.owner_uid.empty() || d.submission_id != known.foreign_submission)
      continue;
    observed_application app;
    app.key = key;
    app.uid = known.uid;
    app.fact.deleting = true;
    app.fact.submission_id = d.submission_id;
    app.fact.driver_pod = d.name;
    bring_up(self, std::move(app));
    tell(self, known.uid, app_fact{driver_observed{d}});
    return;
  }
}

void run_left(pointer self, const object_key& key,
              const registry_state::known_app& known) {
  if (!known.schedule_uid.empty())
    self->send(self->state.scheduler,
               run_departed{known.schedule_uid, key.name, known.uid});
}

void app_shown(pointer self, const observed_application& app) {
  auto& st = self->state;
  auto& known = st.apps[app.key];
  if (!known.uid.empty() && known.uid != app.uid) {
    remove_unowned_driver(self, app.key, known);
    tell(self, known.uid, app_fact{app_gone{}});
    run_left(self, app.key, known);
    known = {};
  }
  if (known.schedule_uid != app.schedule_uid)
    run_left(self, app.key, known); // its label or its owner was taken away
  known.schedule_uid = app.schedule_uid;
  if (!app.schedule_uid.empty())
    self->send(st.scheduler, run_shown{app.schedule_uid, app.run});
  if (known.uid.empty())
    st.env->counters->add(counter::applications);
  known.uid = app.uid;
  known.orphans = known.orphans || app.fact.orphan;
  auto& submission = app.fact.submission_id;
  known.foreign_submission = has_our_form(submission) ? "" : submission;
  if (!st.synced) {
    st.waiting[app.key] = app;
    return;
  }
  if (known.quarantined)
    return;
  if (st.live.count(app.uid) > 0)
    tell(self, app.uid, app_seen{app});
  else if (!is_settled(app))
    bring_up(self, app);
}

void app_vanished_from_cluster(pointer self, const object_key& key,
                               const std::string& uid) {
  auto& st = self->state;
  auto it = st.apps.find(key);
  if (it == st.apps.end() || (!uid.empty() && it->second.uid != uid))
    return;
  remove_unowned_driver(self, key, it->second);
  tell(self, it->second.uid, app_fact{app_gone{}});
  run_left(self, key, it->second);
  if (it->second.quarantined)
    st.env->counters->add(gauge::quarantined, -1);
  st.apps.erase(it);
  st.waiting.erase(key);
}

// -- pods ---------------------------------------------------------------------

std::string uid_of_app(const registry_state& st, const object_key& app) {
  auto it = st.apps.find(app);
  return it == st.apps.end() ? std::string{} : it->second.uid;
}

void forget_pod_of(registry_state& st, const object_key& pod,
                   const object_key& app) {
  auto it = st.pods_of.find(app);
  if (it == st.pods_of.end())
    return;
  it->second.erase(pod);
  if (it->second.empty())
    st.pods_of.erase(it);
}

void pod_shown(pointer self, const observed_pod& pod) {
  auto& st = self->state;
  if (pod.app_name.empty())
    return;
  object_key app{pod.key.ns, pod.app_name};
  auto& known = st.pods[pod.key];
  if (known.app != app)
    forget_pod_of(st, pod.key, known.app);
  st.pods_of[app].insert(pod.key);
  known.app = app;
  known.is_driver = pod.is_driver;
  known.submission_id = pod.submission_id;
  known.driver = pod.driver;
  known.executor_state = pod.executor_state;
  known.executor_why = pod.executor_why;
  if (!st.synced)
    return;
  auto uid = uid_of_app(st, app);
  if (pod.is_driver) {
    tell(self, uid, app_fact{driver_observed{pod.driver}});
    return;
  }
  executors_observed fact;
  fact.submission_id = pod.submission_id;
  add_executor(fact, pod.key.name, pod.executor_state, pod.executor_why);
  tell(self, uid, app_fact{std::move(fact)});
}

/// `last` is the pod's final state when a watch showed it.
void pod_vanished(pointer self, const object_key& key,
                  const observed_pod* last) {
  auto& st = self->state;
  auto it = st.pods.find(key);
  if (it == st.pods.end())
    return;
  auto known = it->second;
  st.pods.erase(it);
  forget_pod_of(st, key, known.app);
  if (!st.synced)
    return;
  auto uid = uid_of_app(st, known.app);
  if (known.is_driver) {
    tell(self, uid, app_fact{driver_gone{last ? last->driver : known.driver}});
    return;
  }
  // Its last state may be the first that shows its end.
  executors_observed fact;
  fact.submission_id = known.submission_id;
  auto state = last ? last->executor_state : known.executor_state;
  if (state == "COMPLETED" || state == "FAILED")
    add_executor(fact, key.name, state,
                 last ? last->executor_why : known.executor_why);
  else
    add_executor(fact, key.name, "UNKNOWN", {});
  tell(self, uid, app_fact{std::move(fact)});
}

// -- lists --------------------------------------------------------------------

void begin_if_synced(pointer self) {
  auto& st = self->state;
  if (st.synced || !st.app_lists.complete() || !st.pod_lists.complete())
    return;
  st.synced = true;
  st.env->condition->synced = true;
  spdlog::info("in step with the cluster: {} applications, {} pods",
               st.apps.size(), st.pods.size());
  auto waiting = std::move(st.waiting);
  st.waiting.clear();
  for (auto& [key, app] : waiting)
    if (!is_settled(app))
      bring_up(self, std::move(app));
}

void on_change(pointer self, const apps_change& c) {
  auto& st = self->state;
  bool done = st.app_lists.follow(
      c, st.apps, [self](auto& app) { app_shown(self, app); },
      [self](auto& key, auto* last) {
        app_vanished_from_cluster(self, key, last ? last->uid : "");
      });
  if (done && st.app_lists.complete())
    self->send(st.scheduler, runs_listed{});
  if (done)
    begin_if_synced(self);
}

void on_change(pointer self, const pods_change& c) {
  auto& st = self->state;
  bool done = st.pod_lists.follow(
      c, st.pods, [self](auto& pod) { pod_shown(self, pod); },
      [self](auto& key, auto* last) { pod_vanished(self, key, last); });
  if (done)
    begin_if_synced(self);
}

// -- failures -----------------------------------------------------------------

void retry_later(pointer self) {
  auto& st = self->state;
  if (!st.retry_armed)
    self->delayed_send(self, seconds{10}, wake_up{});
  st.retry_armed = true;
}

/// A live GET of a known application; `use` is told of it, or of nothing when
/// there was no answer. Not called once the application is gone.
template<class F>
void look_at(pointer self, const object_key& key, const std::string& uid,
             F use) {
  auto& st = self->state;
  api_call call;
  call.what = requests::get(application_path(key));
  call.about = key;
  call.resource = "sparkapplications";
  self->request(st.api, caf::infinite, std::move(call))
      .then(
          [self, key, uid, use](const reply& r) {
            auto& s = self->state;
            auto app = parse_bounded(r.body).and_then(
                [&s](auto&& v) { return read_application(v, s.env->facts); });
            auto known = s.apps.find(key);
            bool gone = r.status == 404 || (app && app->uid != uid) ||
                        known == s.apps.end() || known->second.uid != uid;
            if (!gone)
              use(std::move(app));
          },
          [](const caf::error&) {
            // Shutting down.
          });
}

/// A live view first: the new actor must not start from what the failed one
/// saw.
void bring_back(pointer self, const object_key& key, const std::string& uid) {
  self->state.apps[key].to_bring_back = true;
  look_at(self, key, uid, [self, uid](result<observed_application> app) {
    if (app && self->state.live.count(uid) > 0)
      tell(self, uid, app_seen{std::move(*app)}); // a watch was faster
    else if (app)
      bring_up(self, std::move(*app));
    else
      retry_later(self);
  });
}

/// The Event and the log say it too, so one try is enough.
void show_condition(pointer self, const object_key& key, const std::string& uid,
                    const announcement& what) {
  auto& st = self->state;
  condition c{what.reason, "True", "ActorFailed", what.message,
              to_rfc3339(st.env->now())};
  look_at(self, key, uid, [self, c](result<observed_application> app) {
    if (app)
      self->request(self->state.api, caf::infinite, condition_patch(*app, c))
          .then([](const reply&) {}, [](const caf::error&) {});
  });
}

void quarantine(pointer self, const object_key& key, const std::string& uid,
                const std::string& why) {
  auto& st = self->state;
  st.apps[key].quarantined = true;
  st.apps[key].to_bring_back = false;
  st.env->counters->add(gauge::quarantined, 1);
  spdlog::critical("{}: its actor failed {} times within an hour ({}); it is "
                   "left alone until the operator starts again",
                   to_string(key), registry_state::max_failures + 1, why);
  announcement what{"Quarantined", true,
                    "the operator failed repeatedly on this application and "
                    "leaves it alone: " +
                        why};
  show_condition(self, key, uid, what);
  self->request(st.api, caf::infinite,
                event_call(what, {"SparkApplication", key, uid},
                           st.env->instance, key.name + ".quarantined",
                           st.env->now()))
      .then([](const reply&) {}, [](const caf::error&) {});
}

void on_down(pointer self, const caf::down_msg& down) {
  auto& st = self->state;
  auto who = st.uid_of.find(down.source);
  if (who == st.uid_of.end())
    return;
  auto uid = who->second;
  auto key = st.live.at(uid).key;
  st.uid_of.erase(who);
  st.live.erase(uid);
  auto known = st.apps.find(key);
  if (known == st.apps.end() || known->second.uid != uid)
    return;
  auto now = st.env->now();
  auto& failures = known->second.failures;
  std::erase_if(failures,
                [&](time_point t) { return now - t > failure_memory; });
  failures.push_back(now);
  auto why = caf::to_string(down.reason);
  spdlog::error("{}: its actor ended unexpectedly: {}", to_string(key), why);
  st.env->counters->add(counter::actor_respawns);
  if (failures.size() > registry_state::max_failures)
    quarantine(self, key, uid, why);
  else
    bring_back(self, key, uid);
}

/// Applications whose live view could not be had before.
void retry_bring_back(pointer self) {
  auto& st = self->state;
  st.retry_armed = false;
  for (auto& [key, known] : st.apps)
    if (known.to_bring_back && st.live.count(known.uid) == 0)
      bring_back(self, key, known.uid);
}

} // namespace

bool is_settled(const observed_application& app) {
  auto& f = app.fact;
  bool ended = f.state == "COMPLETED" || f.state == "FAILED";
  bool same_spec =
      f.claim_generation == f.generation || f.claim_hash == f.spec_hash;
  // An edit that starts nothing is still to be acknowledged.
  bool acknowledged = app.status.observed_generation == f.generation;
  bool closed = !f.claim_outcome.empty() && acknowledged;
  bool never_ran = f.claim_number == 0 && acknowledged;
  if (f.state == "SUSPENDED") // what it runs next is read when it resumes
    return (closed || never_ran) && f.suspend;
  bool stays = f.time_to_live < 0;
  return ended && closed && same_spec && stays;
}

registry_actor::behavior_type run_registry(pointer self, environment_ptr env,
                                           term leading, journal_actor journal,
                                           api_actor api,
                                           scheduler_actor scheduler) {
  auto& st = self->state;
  st.app_lists = list_progress{env->namespaces};
  st.pod_lists = list_progress{env->namespaces};
  st.scheduler = std::move(scheduler);
  st.env = std::move(env);
  st.leading = std::move(leading);
  st.journal = std::move(journal);
  st.api = std::move(api);
  self->set_down_handler(
      [self](const caf::down_msg& down) { on_down(self, down); });
  // The applications' actors hold us and we hold them: end both.
  self->set_exit_handler([self](const caf::exit_msg& why) {
    self->state.uid_of.clear();
    for (auto& [uid, app] : self->state.live)
      self->send_exit(app.handle, caf::exit_reason::user_shutdown);
    self->state.live.clear();
    self->quit(why.reason);
  });
  return {
      [self](const apps_change& c) { on_change(self, c); },
      [self](const pods_change& c) { on_change(self, c); },
      [self](const retire_app& r) {
        auto it = self->state.live.find(r.uid);
        if (it != self->state.live.end() && it->second.messages == r.messages)
          let_go(self, r.uid);
      },
      [self](const wake_up&) { retry_bring_back(self); },
  };
}

} // namespace spark
