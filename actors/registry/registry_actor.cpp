#include "actors/registry/registry_actor.hpp"

#include "actors/app/app_actor.hpp"
#include "actors/app/procedure.hpp"
#include "k8s/bounded_json.hpp"
#include "k8s/requests.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

namespace spark {
namespace {

using pointer = registry_actor::stateful_pointer<registry_state>;

constexpr std::chrono::hours failure_memory{1};

// -- actors
// ----------------------------------------------------------------------

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

executors_observed executors_of(const registry_state& st, const object_key& app,
                                const std::string& submission) {
  executors_observed out;
  out.submission_id = submission;
  for_each_pod(st, app, [&](auto& key, auto& pod) {
    if (!pod.is_driver && pod.submission_id == submission)
      out.changed.emplace(key.name, pod.executor_state);
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

// -- applications
// ------------------------------------------------------------------

void app_shown(pointer self, const observed_application& app) {
  auto& st = self->state;
  auto& known = st.apps[app.key];
  if (!known.uid.empty() && known.uid != app.uid) {
    tell(self, known.uid, app_fact{app_gone{}});
    known = {};
  }
  if (known.uid.empty())
    st.env->counters->add(counter::applications);
  known.uid = app.uid;
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
  tell(self, it->second.uid, app_fact{app_gone{}});
  if (it->second.quarantined)
    st.env->counters->add(gauge::quarantined, -1);
  st.apps.erase(it);
  st.waiting.erase(key);
}

// -- pods
// ------------------------------------------------------------------------

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
  if (!st.synced)
    return;
  auto uid = uid_of_app(st, app);
  if (pod.is_driver)
    tell(self, uid, app_fact{driver_observed{pod.driver}});
  else
    tell(self, uid,
         app_fact{executors_observed{pod.submission_id,
                                     {{pod.key.name, pod.executor_state}}}});
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
  auto state = last ? last->executor_state : known.executor_state;
  if (state != "COMPLETED" && state != "FAILED")
    tell(self, uid,
         app_fact{
             executors_observed{known.submission_id, {{key.name, "UNKNOWN"}}}});
}

// -- lists
// -----------------------------------------------------------------------

/// Does this watch cover the namespace?
bool covers(const registry_state& st, std::size_t source,
            const std::string& ns) {
  return st.env->namespaces.empty() || st.env->namespaces[source] == ns;
}

template<class Map, class Gone>
void drop_absent(registry_state& st, registry_state::source_list& list,
                 std::size_t source, const Map& known, Gone gone) {
  std::vector<object_key> absent;
  for (auto& [key, value] : known)
    if (covers(st, source, key.ns) && list.seen.count(key) == 0)
      absent.push_back(key);
  for (auto& key : absent)
    gone(key);
  list.seen.clear();
}

bool all_complete(const std::vector<registry_state::source_list>& lists) {
  return std::all_of(lists.begin(), lists.end(),
                     [](auto& l) { return l.complete; });
}

void begin_if_synced(pointer self) {
  auto& st = self->state;
  if (st.synced || !all_complete(st.app_sources) ||
      !all_complete(st.pod_sources))
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
  auto& list = st.app_sources.at(c.source);
  if (c.list_begins)
    list.seen.clear();
  for (auto& app : c.objects) {
    if (c.use == object_use::deleted) {
      app_vanished_from_cluster(self, app.key, app.uid);
      continue;
    }
    if (c.use == object_use::initial)
      list.seen.insert(app.key);
    app_shown(self, app);
  }
  if (c.list_complete) {
    drop_absent(st, list, c.source, st.apps, [self](const object_key& key) {
      app_vanished_from_cluster(self, key, "");
    });
    list.complete = true;
    begin_if_synced(self);
  }
}

void on_change(pointer self, const pods_change& c) {
  auto& st = self->state;
  auto& list = st.pod_sources.at(c.source);
  if (c.list_begins)
    list.seen.clear();
  for (auto& pod : c.objects) {
    if (c.use == object_use::deleted) {
      pod_vanished(self, pod.key, &pod);
      continue;
    }
    if (c.use == object_use::initial)
      list.seen.insert(pod.key);
    pod_shown(self, pod);
  }
  if (c.list_complete) {
    drop_absent(st, list, c.source, st.pods, [self](const object_key& key) {
      pod_vanished(self, key, nullptr);
    });
    list.complete = true;
    begin_if_synced(self);
  }
}

// -- failures
// --------------------------------------------------------------------

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
                event_call(what, key, uid, st.env->instance,
                           key.name + ".quarantined", st.env->now()))
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
  return ended && !f.claim_outcome.empty() && same_spec && acknowledged;
}

registry_actor::behavior_type run_registry(pointer self, environment_ptr env,
                                           term leading, journal_actor journal,
                                           api_actor api) {
  auto& st = self->state;
  auto sources = std::max<std::size_t>(1, env->namespaces.size());
  st.app_sources.resize(sources);
  st.pod_sources.resize(sources);
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
