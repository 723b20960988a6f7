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

/// What explains an end, or that there is no news.
void tell_why(driver_fact& d, const command& c) {
  d.node = c.option("node", d.node);
  d.disruption = c.option("disruption", d.disruption);
  d.disruption_message = c.option("disrupted", d.disruption_message);
  d.memory_limit = c.option("limit", d.memory_limit);
  if (c.has("unreachable") || c.has("reachable"))
    d.unreachable = c.has("unreachable");
  if (c.options.count("init")) { // the code is its, not the driver's
    d.init_container = c.option("init");
    d.has_exit = false;
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
  if (c.options.count("suspend"))
    spec["suspend"] = c.option("suspend") == "true";
  if (c.options.count("ui-port"))
    spec["sparkUIOptions"] =
        json::object{{"servicePort", std::stoi(c.option("ui-port"))}};
  if (c.options.count("port"))
    spec["driverIngressOptions"] =
        c.option("port") == "none"
            ? json::array{}
            : json::array{{{"servicePort", std::stoi(c.option("port"))},
                           {"ingressURLFormat", "{{$appName}}.x.org/p"}}};
  if (c.has("budget"))
    spec["driverPodDisruptionBudget"] = true;
  if (c.options.count("executor-disk"))
    spec["executor"].as_object()["nodeSelector"] =
        json::object{{"disk", c.option("executor-disk")}};
  edit_policy(c);
  refusal_ = c.option("refusal");
  warning_ = c.option("warning");
  if (c.options.count("start-timeout"))
    start_timeout_ = std::stoi(c.option("start-timeout"));
  if (c.options.count("scheduling-timeout"))
    scheduling_timeout_ = std::stoi(c.option("scheduling-timeout"));
  touch();
}

/// The restart policy, in words that fit a line.
void cluster::edit_policy(const command& c) {
  static const std::map<std::string, const char*> texts{
      {"restart", "type"}, {"backoff", "retryBackoff"}};
  static const std::map<std::string, const char*> numbers{
      {"retries", "onFailureRetries"},
      {"interval", "onFailureRetryInterval"},
      {"submission-retries", "onSubmissionFailureRetries"},
      {"submission-interval", "onSubmissionFailureRetryInterval"},
      {"infrastructure-retries", "onInfrastructureFailureRetries"},
      {"max-interval", "maxRetryInterval"},
      {"healthy", "healthyRunSeconds"}};
  auto& spec = object_["spec"].as_object();
  auto policy = [&spec]() -> json::object& {
    auto& place = spec["restartPolicy"];
    return place.is_object() ? place.get_object() : place.emplace_object();
  };
  for (auto& [option, value] : c.options) {
    if (auto t = texts.find(option); t != texts.end())
      policy()[t->second] = value;
    if (auto n = numbers.find(option); n != numbers.end())
      policy()[n->second] = std::stoi(value);
  }
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
  out.fact.scheduling_timeout = scheduling_timeout_;
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

driver_fact cluster::looked_at() const {
  auto out = pod.value();
  out.complaint = complaint_;
  out.complaint_message = complaint_message_;
  return out;
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
  if (c.options.count("complaint")) {
    complaint_ = c.option("complaint");
    complaint_message_ = c.text;
  } else if (!c.text.empty()) {
    d.waiting_message = c.text;
  }
  tell_why(d, c);
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

reply cluster::serve_beside(const request& r) {
  auto path = r.path.substr(0, r.path.find('?'));
  auto last = path.rfind('/');
  auto key = path.substr(
      (r.method == verb::post ? last : path.rfind('/', last - 1)) + 1);
  json::object sent;
  if (r.method == verb::post) {
    sent = json::parse(r.body).as_object();
    key += "/" + std::string{sent["metadata"].at("name").as_string()};
  }
  requests_.push_back(std::string{to_string(r.method)} + " " + key);
  auto there = beside_.find(key);
  reply out;
  out.how = sent::answered;
  auto fails = [&out](int status, const char* reason) {
    out.status = status;
    out.body = json::serialize(json::object{{"reason", reason}});
    return out;
  };
  if (r.method == verb::post && there != beside_.end())
    return fails(409, "AlreadyExists");
  if (r.method != verb::post && there == beside_.end())
    return fails(404, "NotFound");
  if (r.method == verb::post) {
    sent["metadata"].as_object()["uid"] =
        "beside-" + std::to_string(++made_beside_);
    if (key.starts_with("services/"))
      sent["spec"].as_object()["clusterIP"] = "10.0.0.9";
    there = beside_.emplace(key, std::move(sent)).first;
  }
  out.status = 200;
  out.body = json::serialize(there->second);
  if (r.method == verb::del)
    beside_.erase(there);
  return out;
}

std::vector<std::string> cluster::take_requests() {
  return std::exchange(requests_, {});
}

void cluster::make_foreign(const std::string& object) {
  beside_[object] = {{"metadata",
                      {{"name", object.substr(object.find('/') + 1)},
                       {"uid", "of-somebody"}}}};
}

} // namespace spark::scenario
