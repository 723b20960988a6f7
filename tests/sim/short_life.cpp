#include "tests/sim/short_life.hpp"

#include <fmt/format.h>

namespace spark::test {
namespace {

std::int64_t signed_draw(simulation& sim, std::uint64_t below) {
  return static_cast<std::int64_t>(sim.draw(below));
}

pod_end fails(int code, std::string reason) {
  pod_end out;
  out.exit_code = code;
  out.reason = std::move(reason);
  return out;
}

pod_end fails_with_its_node(std::string reason) {
  pod_end out;
  out.exit_code = 137;
  out.pod_reason = std::move(reason);
  return out;
}

pod_end waits_for(std::string reason) {
  pod_end out;
  out.waiting = std::move(reason);
  return out;
}

} // namespace

pod_end short_life::end_of(const json::value& pod, std::uint64_t seed,
                           bool calm) {
  auto id = text(pod, "/metadata/labels/sparkoperator.k8s.io~1submission-id");
  pod_end runs_on;
  runs_on.never = !calm;
  pod_end has_no_node;
  has_no_node.unschedulable = !calm;
  switch (jitter(id, static_cast<std::int64_t>(seed), 20)) {
  case 0:
  case 1:
  case 2:
    return fails(1, "Error");
  case 3:
    return fails(137, "OOMKilled");
  case 4:
  case 5:
    return fails_with_its_node("Evicted");
  case 6:
    return fails_with_its_node("NodeShutdown");
  case 7:
    return waits_for("ImagePullBackOff");
  case 8:
    return waits_for("CreateContainerConfigError");
  case 9:
    return has_no_node;
  case 10:
  case 11:
    return runs_on;
  default:
    return {};
  }
}

simulation_options short_life::options(std::uint64_t seed) {
  simulation_options out;
  out.seed = seed;
  out.kubelet.executors = seed % 3 == 0 ? 1 : 0;
  out.kubelet.report_before_removal = seed % 5 != 0;
  auto calm = std::make_shared<bool>(false);
  out.kubelet.plan = [seed, calm](const json::value& pod) {
    return end_of(pod, seed, *calm);
  };
  out.calm = calm;
  return out;
}

short_life::short_life(simulation& sim)
    : adversary{sim,
                1 + static_cast<int>(sim.draw(sim.draw(4) == 0 ? 9 : 4)),
                {{"ns", "app-0"}},
                {20 + sim.draw(60), 10 + sim.draw(40),
                 sim.draw(3) == 0 ? 20000U : 1500U}} {
  if (sim_.draw(6) == 0)
    apps_.push_back({"ns", "app-1"});
}

// --- what users want ---------------------------------------------------------

json::object short_life::draw_policy() {
  static const std::vector<const char*> types{
      "Never",     "Never",     "OnFailure", "OnFailure",
      "OnFailure", "OnFailure", "Always"};
  std::string type = types[sim_.draw(types.size())];
  json::object out{{"type", type}};
  auto maybe = [&](const char* name, std::int64_t least, std::uint64_t range,
                   std::uint64_t in) {
    if (sim_.draw(in) == 0)
      out[name] = least + signed_draw(sim_, range);
  };
  if (type == "OnFailure") {
    out["onFailureRetries"] = signed_draw(sim_, 4);
    maybe("onSubmissionFailureRetries", 0, 3, 2);
    maybe("onInfrastructureFailureRetries", 0, 3, 4);
  }
  if (type == "Never")
    return out;
  maybe("onFailureRetryInterval", 1, 15, 2);
  maybe("onSubmissionFailureRetryInterval", 1, 10, 2);
  maybe("maxRetryInterval", 1, 12, 4);
  maybe("healthyRunSeconds", 1, 5, 4);
  if (sim_.draw(3) == 0)
    out["retryBackoff"] = "Exponential";
  return out;
}

json::value short_life::draw_time_to_live() {
  if (sim_.draw(3) != 0)
    return nullptr;
  return signed_draw(sim_, 3) * signed_draw(sim_, 30);
}

void short_life::create(const object_key& app) {
  json::object spec{{"restartPolicy", draw_policy()}};
  if (auto ttl = draw_time_to_live(); !ttl.is_null())
    spec["timeToLiveSeconds"] = std::move(ttl);
  if (sim_.draw(10) == 0)
    spec["suspend"] = true;
  if (sim_.draw(3) == 0)
    spec["driverStartTimeoutSeconds"] = 5 + signed_draw(sim_, 30);
  // Whose fault it was that no node was found, a later leader cannot tell.
  if (sim_.draw(6) == 0 &&
      !find(json::value(spec), "/restartPolicy/onInfrastructureFailureRetries"))
    spec["driverSchedulingTimeoutSeconds"] = 5 + signed_draw(sim_, 90);
  sim_.add_app(app.ns, app.name, revision_++, spec);
}

void short_life::change_app(const object_key& app) {
  switch (sim_.draw(12)) {
  case 0:
  case 1:
  case 2:
    return edit(app);
  case 3:
    return edit_quietly(app);
  case 4:
  case 5:
  case 6:
  case 7: {
    auto now = sim_.app(app.ns, app.name);
    auto* flag = find(*now, "/spec/suspend");
    bool suspended = flag && *flag == json::value(true);
    return sim_.change_spec(app.ns, app.name, {{"suspend", !suspended}});
  }
  case 8:
    return remove(app);
  default:
    return strike(app);
  }
}

/// To something new, or back, or twice before anybody can look.
void short_life::edit(const object_key& app) {
  auto& [ns, name] = app;
  switch (sim_.draw(5)) {
  case 0:
    return sim_.edit_app(ns, name, 0);
  case 1:
    sim_.edit_app(ns, name, revision_++);
    return sim_.edit_app(ns, name, sim_.draw(2) == 0 ? 0 : revision_++);
  case 2:
    // Taken as a whole: nothing of the old one stays.
    sim_.change_spec(ns, name, {{"restartPolicy", nullptr}});
    return sim_.change_spec(ns, name, {{"restartPolicy", draw_policy()}});
  default:
    return sim_.edit_app(ns, name, revision_++);
  }
}

void short_life::edit_quietly(const object_key& app) {
  if (sim_.draw(2) == 0)
    sim_.change_spec(app.ns, app.name,
                     {{"timeToLiveSeconds", draw_time_to_live()}});
  else
    sim_.change_spec(
        app.ns, app.name,
        {{"executor",
          {{"nodeSelector", {{"zone", std::to_string(revision_++)}}}}}});
}

void short_life::remove(const object_key& app) {
  static const std::vector<const char*> policies{"Background", "Foreground",
                                                 "Orphan"};
  sim_.delete_app(app.ns, app.name, policies[sim_.draw(policies.size())]);
  if (sim_.draw(2) == 0 && !sim_.app(app.ns, app.name))
    create(app);
}

/// At its driver, by hand or by a node.
void short_life::strike(const object_key& app) {
  auto pod = app.name + "-driver";
  switch (sim_.draw(3)) {
  case 0:
    return sim_.delete_pod(app.ns, pod);
  case 1:
    return sim_.vanish_pod(app.ns, pod);
  default:
    sim_.say("the node of " + pod + " does not report");
    sim_.kubelet.lose_sight("/api/v1/namespaces/" + app.ns + "/pods/" + pod);
  }
}

// --- the end -----------------------------------------------------------------

void short_life::calm() {
  adversary::calm();
  for (auto& app : apps_)
    if (sim_.app(app.ns, app.name))
      say_last_words(app);
}

/// What is to run for ever has no end unless its user asks for one.
void short_life::say_last_words(const object_key& app) {
  auto now = sim_.app(app.ns, app.name);
  if (text(*now, "/spec/restartPolicy/type") != "Always")
    return;
  switch (sim_.draw(3)) {
  case 0:
    return sim_.change_spec(app.ns, app.name, {{"suspend", true}});
  case 1:
    return sim_.delete_app(app.ns, app.name);
  default:
    return sim_.change_spec(app.ns, app.name,
                            {{"restartPolicy", {{"type", "Never"}}}});
  }
}

} // namespace spark::test
