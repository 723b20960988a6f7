#include "tools/loadgen/connect.hpp"
#include "tools/loadgen/report.hpp"
#include "tools/loadgen/resources.hpp"

#include <fmt/format.h>

#include <csignal>
#include <cstdio>
#include <random>

namespace {

using namespace spark;
using namespace spark::load;

volatile std::sig_atomic_t stop_asked = 0;

void ask_to_stop(int) {
  // A second signal ends the program at once, without cleaning up.
  stop_asked = 1;
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
}

int complain(const error& e) {
  fmt::print(stderr, "spark-loadgen: {}\n", to_string(e));
  return 2;
}

/// Names of two runs must not meet, also when one was kept.
std::string new_run() {
  std::random_device dice;
  return fmt::format("load-{:08x}", dice());
}

void clean_up(transport& to, const load_options& o, const run_report& report) {
  traffic t{to, o.concurrency};
  std::size_t failed = 0;
  if (report.load)
    failed += remove_run(t, o.ns, report.run);
  if (report.bare)
    failed += remove_run(t, o.bare_namespace, report.run);
  if (failed > 0)
    fmt::print(stderr,
               "spark-loadgen: {} lists or deletes failed; what is left "
               "belongs to SparkApplications labelled spark-loadgen={}\n",
               failed, report.run);
}

int run(const load_options& o) {
  auto to = connect(o.kubeconfig);
  if (!to)
    return complain(to.error());
  run_report report;
  report.run = new_run();
  if (!o.bare_only) {
    auto load = run_load(**to, o, report.run, stop_asked);
    if (!load)
      return complain(load.error());
    report.load = std::move(*load);
    // The load's objects must not slow the bare client's lists and watches.
    if (!o.keep) {
      traffic t{**to, o.concurrency};
      remove_run(t, o.ns, report.run);
    }
  }
  if (o.bare_applications > 0 && !stop_asked)
    report.bare = run_bare(**to, o, report.run, stop_asked);
  report.interrupted = stop_asked != 0;
  if (!o.keep)
    clean_up(**to, o, report);
  if (o.json)
    fmt::print("{}\n", boost::json::serialize(as_json(report)));
  else
    fmt::print("{}", as_text(report));
  return report.complete() ? 0 : 1;
}

} // namespace

int main(int argc, char** argv) {
  load_options options;
  switch (read_options(argc, argv, options)) {
  case start::done:
    return 0;
  case start::bad_usage:
    return 2;
  case start::go:
    break;
  }
  std::signal(SIGINT, ask_to_stop);
  std::signal(SIGTERM, ask_to_stop);
  std::signal(SIGPIPE, SIG_IGN);
  return run(options);
}
