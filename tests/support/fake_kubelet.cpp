#include "tests/support/fake_kubelet.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace spark::test {
namespace {

constexpr std::string_view driver_container = "spark-kubernetes-driver";

std::string pod_path(const json::value& pod) {
  return fmt::format("/api/v1/namespaces/{}/pods/{}",
                     text(pod, "/metadata/namespace"),
                     text(pod, "/metadata/name"));
}

std::string role_of(const json::value& pod) {
  return text(pod, "/metadata/labels/spark-role");
}

std::vector<std::string> container_names(const json::value& pod) {
  std::vector<std::string> out;
  auto* list = find(pod, "/spec/containers");
  if (list && list->is_array())
    for (auto& c : list->get_array())
      out.push_back(text(c, "/name"));
  if (out.empty())
    out.emplace_back(driver_container);
  return out;
}

/// Spark's own container when it has its usual name, else the first.
std::string main_container(const json::value& pod) {
  auto names = container_names(pod);
  auto it = std::find(names.begin(), names.end(), driver_container);
  return it == names.end() ? names.front() : *it;
}

json::object container_status(const std::string& name, json::object state,
                              bool ready) {
  return {{"name", name},
          {"ready", ready},
          {"started", ready},
          {"restartCount", 0},
          {"image", "spark"},
          {"imageID", "sha256:0"},
          {"state", std::move(state)}};
}

std::string started_at(const json::value& pod, time_point now) {
  auto at = text(pod, "/status/startTime");
  return at.empty() ? to_rfc3339(now) : at;
}

bool waits(const json::value& pod) {
  return find(pod, "/status/containerStatuses/0/state/waiting") != nullptr;
}

bool refused_a_node(const json::value& pod) {
  return text(pod, "/status/conditions/0/reason") == "Unschedulable";
}

bool ended(const json::value& pod) {
  auto phase = text(pod, "/status/phase");
  return phase == "Succeeded" || phase == "Failed";
}

} // namespace

json::object running_status(const json::value& pod, time_point now) {
  json::array containers;
  auto at = to_rfc3339(now);
  for (auto& name : container_names(pod))
    containers.push_back(
        container_status(name, {{"running", {{"startedAt", at}}}}, true));
  return {
      {"phase", "Running"},
      {"podIP", "10.0.0.1"},
      {"startTime", at},
      {"conditions",
       {{{"type", "Ready"}, {"status", "True"}, {"lastTransitionTime", at}}}},
      {"containerStatuses", std::move(containers)}};
}

json::object waiting_status(const json::value& pod, const std::string& reason) {
  json::array containers;
  for (auto& name : container_names(pod))
    containers.push_back(container_status(
        name,
        {{"waiting", {{"reason", reason}, {"message", "the test says so"}}}},
        false));
  return {{"phase", "Pending"}, {"containerStatuses", std::move(containers)}};
}

json::object ended_status(const json::value& pod, time_point now,
                          const pod_end& how) {
  json::array containers;
  auto main = main_container(pod);
  for (auto& name : container_names(pod)) {
    auto code = name == main ? how.exit_code : 0;
    auto reason = name == main && !how.reason.empty() ? how.reason
                  : code == 0                         ? "Completed"
                                                      : "Error";
    json::object state{{"exitCode", code},
                       {"reason", reason},
                       {"startedAt", started_at(pod, now)},
                       {"finishedAt", to_rfc3339(now)}};
    if (name == main && !how.message.empty())
      state["message"] = how.message;
    containers.push_back(
        container_status(name, {{"terminated", std::move(state)}}, false));
  }
  json::object out{{"phase", how.exit_code == 0 ? "Succeeded" : "Failed"},
                   {"containerStatuses", std::move(containers)}};
  if (!how.pod_reason.empty()) {
    out["reason"] = how.pod_reason;
    out["message"] = "the test says so";
  }
  return out;
}

pod_end fake_kubelet::planned(const json::value& pod) const {
  bool by_plan = options_.plan && role_of(pod) == "driver";
  return by_plan ? options_.plan(pod) : pod_end{};
}

void fake_kubelet::offer(std::vector<step>& out, const json::value& pod) const {
  auto path = pod_path(pod);
  auto add = [&](step_kind kind, std::string_view doing) {
    out.push_back({kind, 0, path, fmt::format("{} {}", doing, path)});
  };
  bool bound = !text(pod, "/spec/nodeName").empty();
  bool running = text(pod, "/status/phase") == "Running";
  if (find(pod, "/metadata/deletionTimestamp")) {
    bool must_report = running && options_.report_before_removal;
    if (running)
      add(step_kind::stop_pod, "stop");
    if (!must_report)
      add(step_kind::remove_pod, "remove");
  } else if (!bound) {
    if (!planned(pod).unschedulable || !refused_a_node(pod))
      add(step_kind::bind_pod, "bind");
  } else if (!running && !ended(pod) &&
             (planned(pod).waiting.empty() || !waits(pod))) {
    add(step_kind::start_pod, "start");
  }
  if (running)
    offer_running(out, pod);
}

void fake_kubelet::offer_running(std::vector<step>& out,
                                 const json::value& pod) const {
  auto path = pod_path(pod);
  auto add = [&](step_kind kind, std::string_view doing) {
    out.push_back({kind, 0, path, fmt::format("{} {}", doing, path)});
  };
  if (role_of(pod) != "driver") {
    if (driver_ended(pod))
      add(step_kind::finish_pod, "finish");
    return;
  }
  // A terminating driver may still come to its own end first.
  if (!planned(pod).never)
    add(step_kind::finish_pod, "finish");
  if (options_.failures > 0)
    add(step_kind::fail_pod, "fail");
  if (!find(pod, "/metadata/deletionTimestamp") &&
      !missing_executor(pod).empty())
    add(step_kind::start_executor, "executor of");
}

/// It gets a node, or it is said why it does not.
bool fake_kubelet::place(const std::string& path, const json::value& pod) {
  json::object word{{"type", "PodScheduled"},
                    {"status", "True"},
                    {"lastTransitionTime", to_rfc3339(server_.now())}};
  bool refused = planned(pod).unschedulable;
  if (refused) {
    word["status"] = "False";
    word["reason"] = "Unschedulable";
    word["message"] = "the test says so";
  }
  if (refused || refused_a_node(pod))
    set_status(path, {{"phase", "Pending"},
                      {"conditions", json::array{std::move(word)}}});
  return refused || server_.bind_pod(path, "node-1").ok();
}

/// Its containers run, or it is said why they cannot.
void fake_kubelet::start(const std::string& path, const json::value& pod) {
  auto how = planned(pod);
  set_status(path, how.waiting.empty() ? running_status(pod, server_.now())
                                       : waiting_status(pod, how.waiting));
}

/// Executors exit when their driver has.
bool fake_kubelet::driver_ended(const json::value& executor) const {
  auto owner = text(executor, "/metadata/ownerReferences/0/name");
  auto driver =
      server_.get(fmt::format("/api/v1/namespaces/{}/pods/{}",
                              text(executor, "/metadata/namespace"), owner));
  return !driver || ended(*driver);
}

std::vector<step> fake_kubelet::runnable() const {
  std::vector<step> out;
  for (auto& pod : server_.list("/api/v1/pods"))
    offer(out, *pod);
  return out;
}

void fake_kubelet::set_status(const std::string& path, json::object status) {
  server_.patch(path + "/status", {{"status", std::move(status)}}, "kubelet");
}

void fake_kubelet::lose_sight(const std::string& path) {
  auto pod = server_.get(path);
  if (pod && text(*pod, "/status/phase") == "Running")
    set_status(path, {{"phase", "Unknown"}});
}

void fake_kubelet::end_containers(const std::string& path,
                                  const json::value& pod, const pod_end& how) {
  set_status(path, ended_status(pod, server_.now(), how));
}

bool fake_kubelet::run(const step& what) {
  auto pod = server_.get(what.subject);
  if (!pod)
    return false;
  std::vector<step> possible;
  offer(possible, *pod);
  if (std::none_of(possible.begin(), possible.end(),
                   [&](const step& s) { return s.kind == what.kind; }))
    return false;
  switch (what.kind) {
  case step_kind::bind_pod:
    return place(what.subject, *pod);
  case step_kind::start_pod:
    start(what.subject, *pod);
    return true;
  case step_kind::finish_pod:
    end_containers(what.subject, *pod, planned(*pod));
    return true;
  case step_kind::fail_pod:
    --options_.failures;
    end_containers(what.subject, *pod, {1, "Error", "the test failed it"});
    return true;
  case step_kind::stop_pod:
    end_containers(what.subject, *pod, {options_.stopped_exit_code, "Error"});
    return true;
  case step_kind::remove_pod:
    server_.remove(what.subject, {{"gracePeriodSeconds", 0}}, "kubelet");
    return true;
  case step_kind::start_executor:
    return create_executor(*pod);
  default:
    return false;
  }
}

/// The name of the next executor that this driver has yet to create, or "".
std::string fake_kubelet::missing_executor(const json::value& driver) const {
  for (int i = 1; i <= options_.executors; ++i) {
    auto name = fmt::format("{}-exec-{}", text(driver, "/metadata/name"), i);
    auto path = fmt::format("/api/v1/namespaces/{}/pods/{}",
                            text(driver, "/metadata/namespace"), name);
    if (!server_.get(path))
      return name;
  }
  return {};
}

bool fake_kubelet::create_executor(const json::value& driver) {
  auto name = missing_executor(driver);
  auto ns = text(driver, "/metadata/namespace");
  json::object labels;
  if (auto* given = find(driver, "/metadata/labels"))
    labels = given->as_object();
  labels["spark-role"] = "executor";
  labels["spark-exec-id"] = name.substr(name.rfind('-') + 1);
  labels["spark-exec-resourceprofile-id"] = "0";
  json::object owner{{"apiVersion", "v1"},
                     {"kind", "Pod"},
                     {"name", text(driver, "/metadata/name")},
                     {"uid", text(driver, "/metadata/uid")},
                     {"controller", true}};
  json::object container{{"name", "spark-kubernetes-executor"}};
  json::value pod{
      {"metadata",
       {{"name", name},
        {"labels", std::move(labels)},
        {"ownerReferences", json::array{std::move(owner)}}}},
      {"spec", {{"containers", json::array{std::move(container)}}}}};
  return server_
      .create("/api/v1/namespaces/" + ns + "/pods", std::move(pod), "driver")
      .ok();
}

} // namespace spark::test
