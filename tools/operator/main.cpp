#include "actors/api/api_actor.hpp"
#include "actors/journal/journal_actor.hpp"
#include "actors/lease/elector_actor.hpp"
#include "actors/supervisor/guard_actor.hpp"
#include "actors/supervisor/supervisor_actor.hpp"
#include "crds/schedule/time_zone.hpp"
#include "k8s/client/curl_transport.hpp"
#include "k8s/client/kubeconfig.hpp"
#include "tools/operator/flags.hpp"
#include "tools/operator/http_listener.hpp"
#include "tools/operator/journal_start.hpp"
#include "tools/operator/render_command.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scoped_actor.hpp>
#include <spdlog/spdlog.h>

#include <csignal>
#include <cstdio>
#include <iostream>
#include <random>
#include <thread>
#include <unistd.h>

namespace {

using namespace spark;

constexpr const char* version = SPARK_VERSION;
/// Longer than any copy of a journal of its largest size takes.
constexpr std::chrono::seconds export_limit{120};

time_point wall_clock() {
  return std::chrono::time_point_cast<milliseconds>(
      std::chrono::system_clock::now());
}

std::string host_name() {
  char name[256] = {};
  gethostname(name, sizeof(name) - 1);
  return name;
}

void set_up_log(const std::string& level) {
  spdlog::set_level(spdlog::level::from_str(level));
  spdlog::set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l %v",
                      spdlog::pattern_time_type::utc);
  spdlog::flush_on(spdlog::level::info);
}

/// True when somebody asked us to end; waits for it up to `most`.
bool asked_to_end(const sigset_t& signals, milliseconds most) {
  auto whole = std::chrono::duration_cast<seconds>(most);
  timespec limit{whole.count(), (most - whole).count() * 1'000'000};
  return sigtimedwait(&signals, nullptr, &limit) > 0;
}

result<std::shared_ptr<transport>> connect(const options& o) {
  kubeconfig_options how;
  how.allow_insecure = o.allow_insecure_api_server;
  auto access = o.kubeconfig.empty() ? in_cluster_access()
                                     : load_kubeconfig(o.kubeconfig, how);
  if (!access)
    return tl::unexpected(access.error());
  if (!o.master.empty())
    access->recipe.server = o.master;
  auto source = open_credentials(std::move(access->recipe));
  if (!source)
    return tl::unexpected(source.error());
  spdlog::info("API server {}", (*source)->current()->server);
  curl_options wire;
  wire.user_agent = std::string{"spark-operator/"} + version;
  return std::shared_ptr<transport>{
      make_curl_transport(std::move(*source), wire)};
}

/// Blocks SIGTERM and SIGINT in every thread that starts later, so that main
/// can wait for them.
sigset_t block_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  signal(SIGPIPE, SIG_IGN);
  return set;
}

http_response readiness_of(const readiness& r, const journal_door& door) {
  if (std::string why; !door.enter(why))
    return {503, "not ready: " + why + "\n"};
  if (r.claims_pruned)
    return {503, "not ready: the installed SparkApplication CRD drops "
                 "status.claim; apply crds/generated/sparkapplications.yaml\n"};
  // Not an error: a rollout waits for this one before it ends the leader.
  if (r.standby)
    return {200, "standby\n"};
  if (!r.synced)
    return {503, "not ready: the first lists are not complete\n"};
  return {200, "ok\n"};
}

void add_metrics(http_listener& http, const std::string& path,
                 const environment_ptr& env) {
  http.route(path, [env] {
    return http_response{200, env->counters->text(),
                         std::string{metrics::content_type}};
  });
}

void add_routes(http_listener& http, caf::actor_system& sys,
                const environment_ptr& env, const journal_door& door) {
  http.route("/healthz", [] { return http_response{200, "ok\n"}; });
  http.route("/readyz",
             [env, &door] { return readiness_of(*env->condition, door); });
  add_metrics(http, "/metrics", env);
  http.file_route("/journal", "spark-operator-journal.db",
                  [&sys, &door](const std::stop_token& stop) {
                    return export_to_file(sys, door, stop, export_limit);
                  });
}

environment_ptr make_environment(const options& o) {
  metrics_settings numbers;
  numbers.version = version;
  numbers.prefix = o.metrics_prefix;
  numbers.submit_buckets = o.submit_buckets;
  numbers.start_buckets = o.start_buckets;
  auto env = std::make_shared<environment>();
  env->now = wall_clock;
  env->counters = std::make_shared<metrics>(numbers);
  env->companions = o.companions;
  env->facts.start_timeout = o.driver_start_timeout;
  env->facts.scheduling_timeout = o.driver_scheduling_timeout;
  env->facts.resync = o.resync_interval;
  env->facts.time_to_live = o.default_time_to_live;
  env->facts.local_zone = local_zone_name();
  env->namespaces = o.namespaces;
  env->label_selector = o.label_selector_filter;
  env->instance = "spark-operator-" + host_name();
  return env;
}

caf::actor_system_config actor_settings(const options& o) {
  caf::actor_system_config cfg;
  // "sharing" sleeps when there is nothing to do; CAF counts the host's cores
  // and not the container's, hence the explicit number.
  cfg.set("scheduler.policy", caf::atom("sharing"));
  auto threads = o.controller_threads > 0
                     ? static_cast<unsigned>(o.controller_threads)
                     : std::max(2u, std::thread::hardware_concurrency());
  cfg.set("scheduler.max-threads", static_cast<std::size_t>(threads));
  return cfg;
}

result<void> listen(http_listener& http, const listen_address& where) {
  if (where.how == listen_address::kind::off)
    return {};
  auto started = http.start(where);
  if (started)
    spdlog::info("listening on {}", to_string(http.address()));
  return started;
}

result<void> listen_for_metrics(http_listener& http, const options& o,
                                const environment_ptr& env) {
  if (!o.enable_metrics)
    return {};
  add_metrics(http, o.metrics_endpoint, env);
  listen_address where;
  where.how = listen_address::kind::tcp;
  where.port = static_cast<std::uint16_t>(o.metrics_port);
  return listen(http, where);
}

/// No two processes may share one, or each would take the other's lease for
/// its own; and in containers neither the host's name nor the pid tells them
/// apart.
std::string lease_identity() {
  std::random_device dice;
  return fmt::format("{}_{:08x}{:08x}", host_name(), dice(), dice());
}

/// Leads at once, or when the lease is won.
elector_actor lead(caf::actor_system& sys, const options& o,
                   const environment_ptr& env, const api_actor& api,
                   const supervisor_actor& supervisor) {
  if (!o.leader_election) {
    caf::anon_send(supervisor, begin_term{});
    return {};
  }
  lease_timing timing;
  timing.duration = o.lease_duration;
  timing.renew_deadline = o.renew_deadline;
  timing.retry_period = o.retry_period;
  return sys.spawn(run_elector, lease_identity(),
                   object_key{o.lock_namespace, o.lock_name}, timing, env, api,
                   supervisor);
}

void hand_over(caf::actor_system& sys, elector_actor& elector) {
  if (!elector)
    return;
  {
    caf::scoped_actor self{sys};
    // It always answers, and in time.
    self->request(elector, caf::infinite, release_lease{})
        .receive([](const lease_released&) {}, [](const caf::error&) {});
  }
  caf::anon_send_exit(elector, caf::exit_reason::user_shutdown);
  elector = nullptr;
}

std::vector<vital_actor> vital(const journal_actor& journal,
                               const api_actor& api,
                               const supervisor_actor& supervisor,
                               const elector_actor& elector) {
  std::vector<vital_actor> all{
      {"journal actor", caf::actor_cast<caf::actor>(journal)},
      {"api actor", caf::actor_cast<caf::actor>(api)},
      {"supervisor", caf::actor_cast<caf::actor>(supervisor)}};
  if (elector)
    all.push_back({"elector", caf::actor_cast<caf::actor>(elector)});
  return all;
}

/// Ends the process as a signal would, so that there is one way out.
caf::actor guard(caf::actor_system& sys, const std::vector<vital_actor>& those,
                 std::shared_ptr<std::atomic<bool>> failed) {
  return sys.spawn(run_guard, those, [failed = std::move(failed)] {
    *failed = true;
    kill(getpid(), SIGTERM);
  });
}

/// What answers before there is a journal, and until there is none any more.
struct front_desk {
  journal_door door;
  http_listener pages;
  http_listener for_prometheus;

  result<void> begin(const options& o, caf::actor_system& sys,
                     const environment_ptr& env) {
    add_routes(pages, sys, env, door);
    auto ready = listen(pages, o.listen);
    return ready ? listen_for_metrics(for_prometheus, o, env) : ready;
  }
  void end() {
    for_prometheus.stop();
    pages.stop();
    door.close("shutting down");
  }
};

/// From the first lists to the signal that ends us; an error if it was one of
/// our own actors that did.
result<void> serve(const options& o, const sigset_t& signals,
                   caf::actor_system& sys, const environment_ptr& env,
                   front_desk& desk, std::shared_ptr<journal> store,
                   std::shared_ptr<transport> out) {
  auto journal = sys.spawn<caf::detached>(run_journal, std::move(store), env);
  auto api = sys.spawn(run_api, out, env, o.api_window);
  auto supervisor = sys.spawn(run_supervisor, env, out, journal, api);
  desk.door.open(journal);
  auto elector = lead(sys, o, env, api, supervisor);
  auto failed = std::make_shared<std::atomic<bool>>(false);
  auto watcher = guard(sys, vital(journal, api, supervisor, elector), failed);
  int signal = 0;
  sigwait(&signals, &signal);
  spdlog::info("signal {}: shutting down", signal);
  caf::anon_send(supervisor, end_term{});
  hand_over(sys, elector);
  caf::anon_send_exit(watcher, caf::exit_reason::user_shutdown);
  // Whatever was under way ends now; the next start asks the cluster.
  desk.end();
  caf::anon_send_exit(supervisor, caf::exit_reason::user_shutdown);
  caf::anon_send_exit(api, caf::exit_reason::user_shutdown);
  caf::anon_send_exit(journal, caf::exit_reason::user_shutdown);
  if (*failed)
    return fail(errc::internal, "ended because one of its own parts did");
  return {};
}

result<void> work(const options& o, const sigset_t& signals,
                  caf::actor_system& sys, const environment_ptr& env,
                  front_desk& desk) {
  auto store = wait_for_journal(
      o, *env->counters, [&](const std::string& why) { desk.door.close(why); },
      [&](milliseconds most) { return asked_to_end(signals, most); });
  if (!store)
    return tl::unexpected(store.error());
  auto out = connect(o);
  if (!out)
    return tl::unexpected(out.error());
  return serve(o, signals, sys, env, desk, std::move(*store), std::move(*out));
}

int run(const options& o, const sigset_t& signals) {
  auto env = make_environment(o);
  auto cfg = actor_settings(o);
  caf::actor_system sys{cfg};
  front_desk desk;
  // First of all: a probe must not kill who waits for the journal's lock.
  auto done = desk.begin(o, sys, env);
  if (done)
    done = work(o, signals, sys, env, desk);
  desk.end();
  sys.await_all_actors_done();
  if (!done && done.error().code != errc::cancelled) {
    spdlog::critical("{}", to_string(done.error()));
    return 1;
  }
  spdlog::info("done");
  return 0;
}

} // namespace

int main(int argc, char** argv) {
  if (argc > 1 && std::string_view{argv[1]} == "render")
    return run_render({argv + 2, argv + argc}, std::cout, std::cerr);
  auto line = parse_flags({argv + 1, argv + argc}, version);
  if (!line) {
    std::fprintf(stderr, "spark-operator: %s\n",
                 to_string(line.error()).c_str());
    return 2;
  }
  if (!line->print.empty()) {
    std::fputs(line->print.c_str(), stdout);
    return 0;
  }
  auto signals = block_signals();
  set_up_log(line->wanted.log_level);
  return run(line->wanted, signals);
}
