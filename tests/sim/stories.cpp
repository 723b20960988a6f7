#include "tests/sim/stories.hpp"

#include <fmt/format.h>

namespace spark::test {
namespace {

using moment = std::function<bool(const simulation&)>;
using deed = std::function<void(simulation&)>;

// --- moments -----------------------------------------------------------------

moment shows(std::string state) {
  return [state = std::move(state)](const simulation& s) {
    return s.state("ns", "app") == state;
  };
}

bool claimed(const simulation& s) {
  auto app = s.app("ns", "app");
  return app && number(*app, "/status/claim/number") > 0;
}

/// The condition Blocked says so.
moment blocked_by(std::string reason) {
  return [reason = std::move(reason)](const simulation& s) {
    auto app = s.app("ns", "app");
    auto* all = app ? find(*app, "/status/conditions") : nullptr;
    if (!all || !all->is_array())
      return false;
    for (auto& c : all->get_array())
      if (text(c, "/type") == "Blocked" && text(c, "/reason") == reason)
        return true;
    return false;
  };
}

// --- deeds -------------------------------------------------------------------

deed edit(int revision) {
  return [revision](simulation& s) { s.edit_app("ns", "app", revision); };
}

deed remove(std::string policy) {
  return [policy = std::move(policy)](simulation& s) {
    s.delete_app("ns", "app", policy);
  };
}

deed replace(std::string policy) {
  return [policy = std::move(policy)](simulation& s) {
    s.delete_app("ns", "app", policy);
    s.server.collect_garbage();
    s.add_app("ns", "app", 1);
  };
}

void set_mode(simulation& s, const char* mode) {
  s.server.patch(apps_path("ns") + "/app", {{"spec", {{"mode", mode}}}});
}

void take_drivers_name(simulation& s) {
  s.server.create("/api/v1/namespaces/ns/pods",
                  {{"metadata", {{"name", "app-driver"}}}});
}

void delete_driver(simulation& s) { s.delete_pod("ns", "app-driver"); }

/// Its node dies while nobody watches.
void lose_driver(simulation& s) {
  s.server.disconnect(fate::land);
  s.vanish_pod("ns", "app-driver");
  s.server.compact();
}

// --- stories -----------------------------------------------------------------

kubelet_options driver_ends(pod_end how) {
  kubelet_options out;
  out.plan = [how = std::move(how)](const json::value&) { return how; };
  return out;
}

story plain(std::string name, kubelet_options kubelet) {
  story out{std::move(name)};
  out.kubelet = std::move(kubelet);
  out.undisturbed = true;
  return out;
}

kubelet_options with_executors(int count) {
  kubelet_options out;
  out.executors = count;
  return out;
}

pod_end exits(int code) {
  pod_end out;
  out.exit_code = code;
  return out;
}

pod_end cannot_start() {
  pod_end out;
  out.waiting = "ImagePullBackOff";
  return out;
}

pod_end runs_on() {
  pod_end out;
  out.never = true;
  return out;
}

bool posts(const flight& f, const std::string& plural) {
  auto where = parse_api_path(f.what->path);
  return f.what->method == verb::post && where.plural == plural;
}

/// The server refuses every child of this kind.
story refused_child(const char* plural, int status) {
  story out{fmt::format("{} answered to {}", status, plural)};
  out.on_request = [plural, status](simulation&, const flight& f) {
    return posts(f, plural)
               ? fault{fault::kind::answer, status, "the test refuses it"}
               : fault{};
  };
  return out;
}

/// Somebody else's ConfigMap has the name of the first one that we make.
story taken_config() {
  story out{"foreign ConfigMap"};
  out.on_request = [](simulation& s, const flight& f) {
    if (posts(f, "configmaps") && s.server.list("/api/v1/configmaps").empty())
      s.take_name(*f.what);
    return fault{};
  };
  return out;
}

/// The predecessor's driver stands in the way until somebody collects it.
story old_driver() {
  story out{"waiting for an old driver"};
  out.acts = {{shows("RUNNING"),
               [](simulation& s) {
                 s.server.rules().hold_back([](auto&) { return true; });
                 s.delete_app("ns", "app");
                 s.add_app("ns", "app", 1);
               }},
              {blocked_by("WaitingForOldDriver"),
               [](simulation& s) { s.server.rules().hold_back({}); }}};
  return out;
}

/// What a Go operator wrote, and the driver that it may have left.
void leave_go_status(simulation& s, const std::string& state, bool driver) {
  json::object status{{"submissionID", "go-1"},
                      {"applicationState", {{"state", state}}},
                      {"driverInfo", {{"podName", "app-driver"}}},
                      {"executionAttempts", 1},
                      {"submissionAttempts", 1}};
  s.server.patch(apps_path("ns") + "/app/status",
                 {{"status", std::move(status)}});
  if (!driver)
    return;
  json::object labels{
      {"sparkoperator.k8s.io/app-name", "app"},
      {"sparkoperator.k8s.io/submission-id", "go-1"},
      {"sparkoperator.k8s.io/launched-by-spark-operator", "true"},
      {"spark-role", "driver"}};
  json::object meta{{"name", "app-driver"}, {"labels", std::move(labels)}};
  json::object container{{"name", "spark-kubernetes-driver"}};
  s.server.create("/api/v1/namespaces/ns/pods",
                  {{"metadata", std::move(meta)},
                   {"spec", {{"containers", json::array{container}}}}});
}

story go_left(const std::string& state, bool driver) {
  story out{fmt::format("a Go operator left '{}' {} driver", state,
                        driver ? "with a" : "without")};
  out.before = [state, driver](simulation& s) {
    leave_go_status(s, state, driver);
  };
  return out;
}

void add_edits(std::vector<story>& all) {
  all.push_back({"edit after the claim", {{claimed, edit(1)}}});
  all.push_back({"edit while submitted", {{shows("SUBMITTED"), edit(1)}}});
  all.push_back({"edit while running", {{shows("RUNNING"), edit(1)}}});
  all.push_back({"edit after the end", {{shows("COMPLETED"), edit(1)}}});
  all.push_back({"edit, and back, after the claim",
                 {{claimed, edit(1)}, {claimed, edit(0)}}});
  all.push_back(
      {"edit, and back, while running",
       {{shows("RUNNING"), edit(1)}, {shows("INVALIDATING"), edit(0)}}});
  all.push_back(
      {"edit twice", {{shows("SUBMITTED"), edit(1)}, {claimed, edit(2)}}});
  all.push_back(
      {"edit while invalidating",
       {{shows("RUNNING"), edit(1)}, {shows("INVALIDATING"), edit(2)}}});
}

void add_deletions(std::vector<story>& all) {
  all.push_back({"delete after the claim", {{claimed, remove("Background")}}});
  all.push_back(
      {"delete while running", {{shows("RUNNING"), remove("Foreground")}}});
  all.push_back({"orphan", {{shows("RUNNING"), remove("Orphan")}}});
  all.push_back({"orphan after the claim", {{claimed, remove("Orphan")}}});
  all.push_back(
      {"replace while running", {{shows("RUNNING"), replace("Background")}}});
  all.push_back(
      {"orphan, and create again", {{shows("RUNNING"), replace("Orphan")}}});
  all.push_back({"delete the pod", {{shows("SUBMITTED"), delete_driver}}});
  story lost{"lose the driver", {{shows("RUNNING"), lose_driver}}};
  lost.kubelet = driver_ends(runs_on());
  all.push_back(std::move(lost));
  all.push_back(old_driver());
}

void add_refusals(std::vector<story>& all) {
  story refused{"refused spec"};
  refused.before = [](simulation& s) { set_mode(s, "client"); };
  all.push_back(refused);
  refused.name = "refused spec, corrected";
  refused.acts = {
      {shows("FAILED"), [](simulation& s) { set_mode(s, "cluster"); }}};
  all.push_back(std::move(refused));
  for (auto* plural : {"configmaps", "services", "pods"})
    for (int status : {422, 403})
      all.push_back(refused_child(plural, status));
  story stuck{"image that cannot start"};
  stuck.kubelet = driver_ends(cannot_start());
  all.push_back(std::move(stuck));
  all.push_back(taken_config());
  story taken{"foreign pod"};
  taken.before = take_drivers_name;
  all.push_back(taken);
  taken.name = "foreign pod that goes";
  taken.acts = {{blocked_by("NameConflict"), delete_driver}};
  all.push_back(std::move(taken));
}

void add_go_leftovers(std::vector<story>& all) {
  for (auto* state : {"SUBMITTED", "RUNNING", "UNKNOWN", "INVALIDATING"})
    for (bool driver : {true, false})
      all.push_back(go_left(state, driver));
  for (auto* state :
       {"", "SUCCEEDING", "FAILING", "SUBMISSION_FAILED", "PENDING_RERUN"})
    all.push_back(go_left(state, false));
  for (auto* state : {"COMPLETED", "FAILED"}) {
    auto ended = go_left(state, true);
    ended.acts = {{claimed, edit(1)}};
    all.push_back(std::move(ended));
  }
}

} // namespace

const std::vector<story>& stories() {
  static const auto all = [] {
    std::vector<story> out;
    out.push_back(plain("plain", {}));
    out.push_back(plain("fail", driver_ends(exits(1))));
    out.push_back(plain("executors", with_executors(2)));
    add_edits(out);
    add_deletions(out);
    add_refusals(out);
    add_go_leftovers(out);
    return out;
  }();
  return all;
}

} // namespace spark::test
