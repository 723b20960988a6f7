// Random SparkApplications against a real API server: what the parser accepts
// and the renderer makes of it, the server must accept. Nothing is stored.

#include "actors/app/procedure.hpp"
#include "crds/parse.hpp"
#include "k8s/paths.hpp"
#include "k8s/render/submission.hpp"
#include "k8s/requests.hpp"
#include "tests/integration/executor_pod.hpp"
#include "tests/support/random_spec.hpp"
#include "tools/loadgen/connect.hpp"
#include "tools/loadgen/resources.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <chrono>
#include <map>
#include <string>

namespace {

namespace json = boost::json;
using namespace spark;
using std::chrono::seconds;
using std::chrono::steady_clock;

struct options {
  std::string kubeconfig;
  std::string ns = "default";
  std::uint64_t seed = 1;
  std::uint64_t count = 10'000;
  std::size_t concurrency = 32;
  std::size_t shown = 10;
};

class dry_run {
public:
  dry_run(transport& to, options o)
      : options_{std::move(o)}, traffic_{to, options_.concurrency} {}

  /// Whether nothing was refused.
  bool run() {
    const auto began = steady_clock::now();
    for (auto n = options_.seed; n < options_.seed + options_.count; ++n) {
      application(n);
      // Enough waits to keep the window full, not more.
      while (traffic_.unanswered() > 2 * options_.concurrency)
        traffic_.wait(steady_clock::now() + seconds{1});
    }
    while (traffic_.unanswered() > 0)
      traffic_.wait(steady_clock::now() + seconds{1});
    report(steady_clock::now() - began);
    return refused_ == 0;
  }

private:
  void application(std::uint64_t seed) {
    auto object = test::random_application(seed);
    auto& metadata = object.at("metadata").as_object();
    metadata["namespace"] = options_.ns;
    const auto parsed = parse_application(object);
    if (!parsed.problems.empty())
      return refuse(seed, object, to_text(parsed.problems));
    const std::string uid = "00000000-0000-4000-8000-000000000000";
    submission_input in{
        .app = {options_.ns, std::string{metadata.at("name").as_string()}},
        .app_uid = uid,
        .claim_number = 1,
        .submission_id = submission_id(uid, 1),
        .spec = &parsed.spec};
    auto made = render(in);
    if (!made)
      return refuse(seed, object, to_string(made.error()));
    post_all(seed, *made);
  }

  void post_all(std::uint64_t seed, submission& made) {
    post(seed, "pods", test::executor_pod(made), "executor Pods");
    for (auto& map : made.config_maps)
      post(seed, "configmaps", std::move(map));
    if (made.metrics_map)
      post(seed, "configmaps", std::move(*made.metrics_map));
    post(seed, "services", std::move(made.service));
    for (auto& claim : made.claims)
      post(seed, "persistentvolumeclaims", std::move(claim));
    if (made.network_policy)
      post(seed, "networkpolicies", std::move(*made.network_policy));
    post(seed, "pods", std::move(made.driver), "driver Pods");
  }

  void post(std::uint64_t seed, const std::string& plural, json::object object,
            std::string kind = {}) {
    auto what = requests::create(namespaced_path(options_.ns, plural), object,
                                 seconds{30});
    what.path += "&dryRun=All&fieldValidation=Strict";
    auto& sent = sent_[kind.empty() ? plural : kind];
    traffic_.send(std::move(what), [this, seed, &sent,
                                    object = std::move(object)](const reply& r,
                                                                load::instant) {
      ++sent;
      if (r.status != 201)
        refuse(seed, object,
               r.how == sent::answered ? r.body : to_string(r.why));
    });
  }

  void refuse(std::uint64_t seed, const json::object& object,
              std::string_view words) {
    if (++refused_ > options_.shown)
      return;
    fmt::print("seed {}: {}\n  {}\n", seed, words, json::serialize(object));
    std::fflush(stdout);
  }

  void report(steady_clock::duration took) const {
    fmt::print("{} applications from seed {}:", options_.count, options_.seed);
    for (const auto& [kind, number] : sent_)
      fmt::print(" {} {},", number, kind);
    fmt::print(" {} refused, {:.1f} s\n", refused_,
               std::chrono::duration<double>(took).count());
  }

  options options_;
  load::traffic traffic_;
  std::map<std::string, std::uint64_t> sent_; ///< by kind
  std::uint64_t refused_ = 0;
};

} // namespace

int main(int argc, char** argv) {
  options o;
  CLI::App app{"Has an API server judge, without storing anything, what is "
               "rendered from random SparkApplications.",
               "dry_run"};
  app.add_option("--kubeconfig", o.kubeconfig)
      ->envname("KUBECONFIG")
      ->required()
      ->check(CLI::ExistingFile);
  app.add_option("--namespace,-n", o.ns, "must exist")->capture_default_str();
  app.add_option("--seed", o.seed, "the first one")->capture_default_str();
  app.add_option("--count", o.count, "applications")->capture_default_str();
  app.add_option("--concurrency", o.concurrency, "requests in flight")
      ->capture_default_str()
      ->check(CLI::Range(1, 512));
  app.add_option("--show", o.shown, "refusals in full")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  auto to = load::connect(o.kubeconfig);
  if (!to) {
    fmt::print(stderr, "dry_run: {}\n", to_string(to.error()));
    return 2;
  }
  return dry_run{**to, o}.run() ? 0 : 1;
}
