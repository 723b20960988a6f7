#include "tools/loadgen/options.hpp"

#include <CLI/CLI.hpp>

#include <cstdlib>

namespace spark::load {
namespace {

constexpr const char* about =
    R"(Measures a Spark operator beside a real API server.

Creates SparkApplications, plays the kubelet for their driver pods, watches both
by itself, and prints rate, latencies and what the operator spent. Then it makes
the same writes with a bare client, without any operator, in another namespace:
that is what the API server itself can take, and the ratio is what counts (with
--rate 0 and enough applications that --run-for does not matter).

Status lag: from the reply to the PATCH that changed a pod's status until our
own watch shows the result in the application's status.)";

constexpr const char* footer = R"(
Exit status: 0 all COMPLETED; 1 not all (they are listed); 2 bad usage or no
usable API server.

  spark-loadgen --kubeconfig F --namespace load --applications 500 \
    --operator-pid $PID --operator-metrics http://127.0.0.1:8080/metrics
  spark-loadgen --kubeconfig F --namespace load --bare-only)";

CLI::Validator duration_text() {
  return CLI::Validator{[](const std::string& text) {
                          return parse_duration(text)
                                     ? std::string{}
                                     : "not a duration such as 2s or 500ms";
                        },
                        "DURATION"};
}

void add_duration(CLI::App& app, const char* name, milliseconds& to,
                  const char* text) {
  app.add_option_function<std::string>(
         name,
         [&to](const std::string& value) {
           to = parse_duration(value).value();
         },
         text)
      ->check(duration_text())
      ->default_str(to.count() % 1000 == 0
                        ? std::to_string(to.count() / 1000) + "s"
                        : std::to_string(to.count()) + "ms");
}

void describe(CLI::App& app, load_options& o) {
  app.add_option("--kubeconfig", o.kubeconfig,
                 "how to reach the API server; default: $KUBECONFIG")
      ->envname("KUBECONFIG")
      ->required()
      ->check(CLI::ExistingFile);
  app.add_option("--namespace,-n", o.ns,
                 "where the applications go; made when absent")
      ->capture_default_str();
  app.add_option("--applications", o.applications, "how many")
      ->capture_default_str()
      ->check(CLI::Range(1, 100'000));
  app.add_option("--rate", o.rate,
                 "applications per second, open loop; 0: all at once")
      ->capture_default_str()
      ->check(CLI::Range(0.0, 10'000.0));
  app.add_option("--concurrency", o.concurrency,
                 "requests of the generator in flight")
      ->capture_default_str()
      ->check(CLI::Range(1, 512));
  add_duration(app, "--run-for", o.run_for, "how long each fake driver runs");
  add_duration(app, "--timeout", o.timeout,
               "give up on applications that are not COMPLETED by then");
  app.add_option("--operator-pid", o.operator_pid,
                 "report CPU and peak memory of this process")
      ->check(CLI::PositiveNumber);
  app.add_option("--operator-metrics", o.operator_metrics,
                 "URL of the operator's metrics: report its API requests");
  app.add_option("--bare-namespace", o.bare_namespace,
                 "of the bare client; the operator must not watch it; default: "
                 "NAMESPACE-bare");
  app.add_option("--bare-applications", o.bare_applications,
                 "how many for the bare client; 0: leave it out")
      ->capture_default_str()
      ->check(CLI::Range(0, 100'000));
  app.add_option("--bare-concurrency", o.bare_concurrency,
                 "applications that the bare client has under way")
      ->capture_default_str()
      ->check(CLI::Range(1, 512));
  app.add_flag("--bare-only", o.bare_only,
               "only the bare client: needs no operator");
  app.add_flag("--keep", o.keep, "leave what was made; default: delete it");
  app.add_flag("--json", o.json, "print the figures as one JSON object");
}

} // namespace

start read_options(int argc, char** argv, load_options& out) {
  CLI::App app{about, "spark-loadgen"};
  app.footer(footer);
  describe(app, out);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? start::done : start::bad_usage;
  }
  if (out.bare_namespace.empty())
    out.bare_namespace = out.ns + "-bare";
  if (out.bare_only && out.bare_applications == 0)
    out.bare_applications = 200;
  return start::go;
}

} // namespace spark::load
