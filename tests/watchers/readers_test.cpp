// What others make of the statuses that we write.
#include "tests/sim/stories.hpp"
#include "tests/watchers/readers.hpp"

#include <catch2/catch.hpp>

using namespace spark;
using namespace spark::test;
using namespace std::chrono_literals;

namespace {

/// Every version of an application, in order.
std::vector<object_ptr> versions(const simulation& sim) {
  std::vector<object_ptr> out;
  for (auto& c : sim.server.commits())
    if (c.after && c.id.collection == "sparkapplications.sparkoperator.k8s.io")
      out.push_back(c.after);
  return out;
}

std::string state_of(const json::value& app) {
  return text(app, "/status/applicationState/state");
}

bool is_finished(const json::value& app) {
  auto* all = find(app, "/status/conditions");
  if (all && all->is_array())
    for (auto& c : all->get_array())
      if (text(c, "/type") == "Finished")
        return text(c, "/status") == "True";
  return false;
}

void run(simulation& sim, const story& what) {
  std::size_t acted = 0;
  sim.on_request = [&](const flight& f) {
    return what.on_request ? what.on_request(sim, f) : fault{};
  };
  sim.after_step = [&](const step&) {
    if (acted < what.acts.size() && what.acts[acted].when(sim))
      what.acts[acted++].what(sim);
  };
  sim.add_app("ns", "app");
  if (what.before)
    what.before(sim);
  sim.start("a");
  sim.finish();
}

/// An end that others take for final is one that the policy is done with.
void check_ends(const json::value& app) {
  auto outcome = text(app, "/status/claim/outcome");
  bool final = state_of(app) == "COMPLETED" || state_of(app) == "FAILED";
  auto seen = airflow_pokes(app);
  CHECK((seen != poked::waits) == (final || state_of(app) == "UNKNOWN"));
  CHECK(kueue_reads(app).finished ==
        (final || state_of(app) == "SUBMISSION_FAILED"));
  if (!final)
    return;
  CHECK(is_finished(app));
  CHECK((seen == poked::succeeded) == (outcome == "Completed"));
  CHECK((argo_judges(app).status == "Healthy") == (outcome == "Completed"));
  CHECK_FALSE(airflow_log_of(app).empty());
}

} // namespace

TEST_CASE("the readers read as their sources do") {
  auto app = json::parse(R"({"spec": {"executor": {"instances": 2}}})");
  CHECK(airflow_pokes(app) == poked::waits);
  CHECK(argo_judges(app).status == "Progressing");
  auto& o = app.as_object();
  o["status"] = {{"submissionID", "x"}};
  CHECK(argo_judges(app).crashed);
  o["status"] = json::parse(R"({"applicationState": {"state": "RUNNING"},
    "executorState": {"a": "RUNNING", "b": "PENDING"}})");
  CHECK(argo_judges(app).status == "Progressing");
  CHECK_FALSE(kueue_reads(app).pods_ready);
  o["status"].as_object()["executorState"].as_object()["b"] = "RUNNING";
  CHECK(argo_judges(app).status == "Healthy");
  CHECK(kueue_reads(app).pods_ready);
  o["spec"] = json::parse(R"({"executor": {}, "sparkConf": {
    "spark.dynamicAllocation.enabled": "true",
    "spark.dynamicAllocation.minExecutors": "3"}})");
  CHECK(argo_judges(app).status == "Progressing");
  o["status"] = {{"applicationState", {{"state", "UNKNOWN"}}}};
  CHECK(airflow_pokes(app) == poked::failed);
}

TEST_CASE("others can read every status that we write") {
  for (auto& what : stories()) {
    INFO(what.name);
    simulation_options options;
    options.kubelet = what.kubelet;
    simulation sim{options};
    REQUIRE_NOTHROW(run(sim, what));
    int ours = 0;
    for (auto& app : versions(sim)) {
      if (number(*app, "/status/claim/number") == 0)
        continue; // not written by us yet
      ++ours;
      INFO(json::serialize(app->at("status")));
      CHECK_FALSE(argo_judges(*app).crashed);
      check_ends(*app);
    }
    CHECK(ours > 0);
  }
}

TEST_CASE("a sensor that attaches the log finds the driver at the end") {
  for (int code : {0, 1}) {
    simulation_options options;
    options.kubelet.plan = [code](auto&) { return pod_end{code}; };
    simulation sim{options};
    bool ended = false;
    sim.after_step = [&](const step&) {
      auto app = sim.app("ns", "app");
      if (!app || airflow_pokes(*app) == poked::waits)
        return;
      ended = true;
      auto pod = "/api/v1/namespaces/ns/pods/" + airflow_log_of(*app);
      CHECK(sim.server.get(pod));
    };
    sim.add_app("ns", "app");
    sim.start("a");
    sim.finish();
    CHECK(ended);
  }
}

namespace {

/// Kueue's half of the sequence: one write each, as its job framework does it.
class queue {
public:
  explicit queue(simulation& sim) : sim_(sim) {}

  /// Its webhook sets this before anybody sees the application.
  void take_in() { change(json::parse(R"({"suspend": true})")); }

  void admit() {
    change(json::parse(R"({"suspend": false, "driver": {
      "nodeSelector": {"pool": "spot"},
      "labels": {"kueue.x-k8s.io/podset": "driver"},
      "template": {"spec": {"containers": [
        {"name": "spark-kubernetes-driver"}]}}}})"));
  }

  void evict() {
    change(json::parse(R"({"suspend": true, "driver": {
      "nodeSelector": null, "labels": null}})"));
  }

private:
  void change(const json::value& spec) {
    auto done = sim_.server.patch(apps_path("ns") + "/app", {{"spec", spec}});
    REQUIRE(done.ok());
  }

  simulation& sim_;
};

object_ptr driver_in(const simulation& sim) {
  return sim.server.get("/api/v1/namespaces/ns/pods/app-driver");
}

void kueue_life(std::uint64_t seed) {
  bool may_end = false;
  simulation_options options;
  options.seed = seed;
  options.kubelet.executors = 1;
  options.kubelet.plan = [&may_end](auto&) {
    pod_end how;
    how.never = !may_end;
    return how;
  };
  simulation sim{options};
  queue kueue{sim};
  auto sees = [&sim] { return kueue_reads(*sim.app("ns", "app")); };
  auto rests = [&sim] { return sim.state("ns", "app") == "SUSPENDED"; };
  sim.after_step = [&](const step&) {
    auto pod = driver_in(sim);
    bool uses_quota = pod && !find(*pod, "/metadata/deletionTimestamp");
    // Not a moment with a driver that nobody is about to remove.
    if (uses_quota && sees().suspended)
      CHECK_FALSE(rests());
  };
  auto uid = sim.add_app("ns", "app");
  kueue.take_in();
  sim.start("a");
  REQUIRE(sim.run_until(rests));
  sim.run_for(10min);
  CHECK(sim.rules.of(uid).drivers == 0);

  kueue.admit();
  REQUIRE(sim.run_until([&] { return sees().pods_ready; }));
  CHECK(text(*driver_in(sim), "/spec/nodeSelector/pool") == "spot");
  kueue.evict();
  // The quota goes to somebody else as soon as this is no longer active.
  REQUIRE(sim.run_until([&] { return !sees().active; }));
  REQUIRE(sim.run_until(rests));
  CHECK_FALSE(driver_in(sim));
  CHECK_FALSE(sees().finished);

  kueue.admit();
  may_end = true;
  REQUIRE(sim.run_until([&] { return sees().finished; }));
  sim.finish();
  CHECK(sees().succeeded);
  CHECK(sim.rules.of(uid).drivers == 2);
  CHECK(number(*sim.app("ns", "app"), "/status/claim/number") == 2);
  for (auto& app : versions(sim)) {
    CHECK(state_of(*app) != "INVALIDATING");
    CHECK_FALSE(argo_judges(*app).crashed);
  }
}

} // namespace

TEST_CASE("Kueue admits, evicts and admits again") {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    INFO("seed " << seed);
    REQUIRE_NOTHROW(kueue_life(seed));
  }
}
