#include "tools/loadgen/load_run.hpp"

#include "tools/loadgen/follower.hpp"
#include "tools/loadgen/manifests.hpp"
#include "tools/loadgen/resources.hpp"

#include <fmt/format.h>

namespace spark::load {
namespace {

using clock = std::chrono::steady_clock;

time_point wall_now() {
  return std::chrono::time_point_cast<milliseconds>(
      std::chrono::system_clock::now());
}

struct reading {
  result<process_usage> process = process_usage{};
  result<request_counts> requests = request_counts{};
};

reading read_operator(const load_options& o) {
  reading out;
  if (o.operator_pid > 0)
    out.process = usage_of(o.operator_pid);
  if (!o.operator_metrics.empty())
    out.requests = fetch_page(o.operator_metrics).map(count_requests);
  return out;
}

operator_figures compare(const load_options& o, const reading& before,
                         const reading& after) {
  operator_figures out;
  auto complain = [&](auto&... readings) {
    ((readings ? void() : out.trouble.push_back(to_string(readings.error()))),
     ...);
  };
  complain(before.process, after.process, before.requests, after.requests);
  if (o.operator_pid > 0 && before.process && after.process) {
    out.cpu_seconds = after.process->cpu_seconds - before.process->cpu_seconds;
    out.peak_mib = after.process->peak_mib;
  }
  if (!o.operator_metrics.empty() && before.requests && after.requests)
    out.requests = difference(*before.requests, *after.requests);
  return out;
}

class load_run {
public:
  load_run(transport& to, const load_options& o, std::string run)
      : traffic_{to, o.concurrency}, options_{o}, run_{std::move(run)},
        applications_{traffic_,
                      fmt::format("{}?labelSelector={}%3D{}",
                                  applications_path(o.ns), run_label, run_),
                      [this](auto& v, instant at) { see_application(v, at); }},
        pods_{traffic_,
              core_path(o.ns, "pods") + "?labelSelector=spark-role%3Ddriver",
              [this](auto& v, instant at) { see_pod(v, at); }} {}

  result<void> prepare() {
    if (auto ready = ensure_namespace(traffic_, options_.ns); !ready)
      return ready;
    auto probe =
        ask(traffic_, get(applications_path(options_.ns) + "?limit=1"));
    if (!success(probe))
      return tl::unexpected(error_of_reply(probe, "list SparkApplications"));
    applications_.start();
    pods_.start();
    auto limit = clock::now() + std::chrono::seconds{60};
    while (!applications_.ready() || !pods_.ready()) {
      if (clock::now() > limit)
        return fail(errc::no_reply, "the watches do not start");
      traffic_.wait(clock::now() + milliseconds{200});
    }
    return {};
  }

  void go(const volatile std::sig_atomic_t& stop) {
    began_ = clock::now();
    create_due();
    while (!stop && clock::now() - began_ < options_.timeout &&
           (created_ < options_.applications || !books_.all_ended()))
      traffic_.wait(clock::now() + milliseconds{200});
  }

  load_outcome outcome() const {
    auto out = outcome_;
    out.load = books_.figures();
    out.unfinished = books_.unfinished();
    out.watch_gaps = applications_.gaps() + pods_.gaps();
    return out;
  }

private:
  /// With a rate the arrivals do not wait for the operator (open loop).
  void create_due() {
    while (created_ < options_.applications) {
      auto due = began_;
      if (options_.rate > 0)
        due += std::chrono::duration_cast<clock::duration>(
            std::chrono::duration<double>(static_cast<double>(created_) /
                                          options_.rate));
      if (due > clock::now()) {
        traffic_.at(due, [this] { create_due(); });
        return;
      }
      create(fmt::format("{}-{:05}", run_, created_++));
    }
  }

  void create(const std::string& name) {
    books_.sent(name, clock::now());
    traffic_.send(post(applications_path(options_.ns),
                       application(options_.ns, name, run_)),
                  [this, name](const reply& r, instant at) {
                    // 409: an earlier try of ours had been executed after all.
                    if (success(r) || r.status == 409)
                      books_.created(name, at);
                    else if (outcome_.create_failures++ == 0)
                      outcome_.first_failure =
                          to_string(error_of_reply(r, "POST " + name));
                  });
  }

  void see_application(const json::value& v, instant at) {
    books_.status_seen(text(v, "/metadata/name"), text(v, "/metadata/uid"),
                       text(v, "/status/applicationState/state"),
                       text(v, "/status/applicationState/errorMessage"), at);
  }

  void see_pod(const json::value& v, instant at) {
    auto app = text(v, "/metadata/labels/sparkoperator.k8s.io~1app-name");
    if (books_.driver_seen(app, at))
      start_pod(app, std::make_shared<const json::value>(v));
  }

  void patch_pod(const json::value& pod, const json::value& patch,
                 std::function<void(instant)> done) {
    auto path = core_path(options_.ns, "pods") + "/" +
                text(pod, "/metadata/name") + "/status";
    traffic_.send_first(
        merge_patch(path, patch),
        [this, path, done = std::move(done)](const reply& r, instant at) {
          if (success(r))
            done(at);
          else if (outcome_.kubelet_failures++ == 0)
            outcome_.first_failure =
                to_string(error_of_reply(r, "PATCH " + path));
        });
  }

  void start_pod(const std::string& app,
                 std::shared_ptr<const json::value> pod) {
    auto started = wall_now();
    patch_pod(*pod, pod_running(*pod, started),
              [this, app, pod, started](instant at) {
                books_.pod_started(app, at);
                traffic_.at(at + options_.run_for, [this, app, pod, started] {
                  finish_pod(app, *pod, started);
                });
              });
  }

  void finish_pod(const std::string& app, const json::value& pod,
                  time_point started) {
    patch_pod(pod, pod_succeeded(pod, started, wall_now()),
              [this, app](instant at) { books_.pod_finished(app, at); });
  }

  traffic traffic_;
  const load_options& options_;
  std::string run_;
  ledger books_;
  load_outcome outcome_;
  std::size_t created_ = 0;
  instant began_{};
  follower applications_;
  follower pods_;
};

} // namespace

result<load_outcome> run_load(transport& to, const load_options& o,
                              const std::string& run,
                              const volatile std::sig_atomic_t& stop) {
  load_run work{to, o, run};
  if (auto ready = work.prepare(); !ready)
    return tl::unexpected(ready.error());
  auto before = read_operator(o);
  work.go(stop);
  auto after = read_operator(o);
  auto out = work.outcome();
  out.spent = compare(o, before, after);
  return out;
}

} // namespace spark::load
