#include "tests/scenarios/scenario_cluster.hpp"

#include <stdexcept>

namespace spark::scenario {

namespace json = boost::json;

namespace {

void merge(json::object& into, const json::object& patch) {
  for (auto& member : patch) {
    auto& value = member.value();
    if (value.is_null()) {
      into.erase(member.key());
    } else if (value.is_object()) {
      auto& place = into[member.key()];
      if (!place.is_object())
        place = json::object{};
      merge(place.get_object(), value.get_object());
    } else {
      into[member.key()] = value;
    }
  }
}

constexpr auto first_object = R"({
  "apiVersion": "sparkoperator.k8s.io/v1beta2",
  "kind": "SparkApplication",
  "metadata": {"name": "pi", "namespace": "ns", "generation": 1},
  "spec": {
    "type": "Scala", "mode": "cluster", "sparkVersion": "3.5.0",
    "image": "spark:3.5.0", "mainClass": "Pi", "arguments": ["a"],
    "mainApplicationFile": "local:///pi.jar",
    "driver": {"cores": 1, "memory": "512m"},
    "executor": {"cores": 1, "instances": 1, "memory": "512m"}
  }
})";

} // namespace

cluster::cluster() : object_(json::parse(first_object).as_object()) {
  object_["metadata"].as_object()["uid"] = uid;
  touch();
}

void cluster::touch() {
  object_["metadata"].as_object()["resourceVersion"] =
      std::to_string(++version_);
}

void cluster::edit(const command& c) {
  auto& spec = object_["spec"].as_object();
  auto& generation = object_["metadata"].as_object()["generation"];
  generation = generation.as_int64() + 1;
  if (c.options.count("args"))
    spec["arguments"] = json::array{json::string(c.option("args"))};
  if (c.options.count("pod"))
    spec["driver"].as_object()["podName"] = c.option("pod");
  if (c.options.count("ttl"))
    spec["timeToLiveSeconds"] = std::stoi(c.option("ttl"));
  refusal_ = c.option("refusal");
  warning_ = c.option("warning");
  if (c.options.count("start-timeout"))
    start_timeout_ = std::stoi(c.option("start-timeout"));
  touch();
}

void cluster::patch_status(const std::string& patch) {
  auto& status = object_["status"];
  if (!status.is_object())
    status = json::object{};
  merge(status.get_object(), json::parse(patch).as_object());
  touch();
}

void cluster::remove(bool orphan) {
  auto& meta = object_["metadata"].as_object();
  meta["deletionTimestamp"] = "2026-01-01T00:00:00Z";
  if (orphan)
    meta["finalizers"] = json::array{"orphan"};
  touch();
}

observed_application cluster::app() const {
  auto out = read_application(object_, {}).value();
  out.fact.refusal = refusal_;
  out.fact.warning = warning_;
  out.fact.start_timeout = start_timeout_;
  return out;
}

std::string cluster::app_json() const { return json::serialize(object_); }

int cluster::apply(const std::string& body, bool prunes_claim) {
  auto patch = json::parse(body).as_object();
  auto& asked = patch.at("metadata").at("resourceVersion").as_string();
  if (asked != object_["metadata"].at("resourceVersion").as_string())
    return 409;
  auto& status = patch.at("status").as_object();
  if (prunes_claim)
    status.erase("claim");
  patch_status(json::serialize(status));
  return 200;
}

void cluster::make_pod(const std::string& submission) {
  driver_fact d;
  auto seen = app();
  d.name = seen.status.driver_pod_name.empty() ? seen.fact.pod_name
                                               : seen.status.driver_pod_name;
  d.uid = "pod-" + std::to_string(++pods_made_);
  d.owner_uid = uid;
  d.owner_name = "pi";
  d.submission_id = submission;
  d.application_id = "spark-" + d.uid;
  d.phase = "Pending";
  pod = std::move(d);
}

void cluster::change_pod(const command& c) {
  if (!pod)
    throw std::runtime_error("there is no driver pod");
  auto& d = *pod;
  for (auto phase : {"Pending", "Running", "Succeeded", "Failed", "Unknown"}) {
    if (!c.has(phase))
      continue;
    d.phase = phase;
    d.waiting.clear();
    d.waiting_message.clear();
  }
  if (c.options.count("exit")) {
    d.has_exit = true;
    d.exit_code = std::stoi(c.option("exit"));
  }
  d.reason = c.option("reason", d.reason);
  d.message = c.option("message", d.message);
  d.waiting = c.option("waiting", d.waiting);
  d.waiting_message = c.text.empty() ? d.waiting_message : c.text;
  if (c.has("terminating"))
    d.terminating = true;
  d.grace = std::stoi(c.option("grace", std::to_string(d.grace)));
  if (c.option("owner") == "none" || c.option("owner") == "foreign") {
    d.owner_uid = c.option("owner") == "none" ? "" : "somebody";
    d.owner_name.clear();
  } else if (c.option("owner") == "predecessor") {
    d.owner_uid = "an-earlier-pi";
  }
  d.submission_id = c.option("submission", d.submission_id);
}

} // namespace spark::scenario
