#include "tools/loadgen/manifests.hpp"

#include <fmt/format.h>

namespace spark::load {
namespace {

json::object metadata(const std::string& ns, const std::string& name,
                      const std::string& run) {
  return {{"name", name}, {"namespace", ns}, {"labels", {{run_label, run}}}};
}

std::vector<std::string> container_names(const json::value& pod) {
  std::vector<std::string> out;
  json::error_code ec;
  auto* list = pod.find_pointer("/spec/containers", ec);
  if (list && list->is_array())
    for (auto& container : list->get_array())
      if (auto* name = container.find_pointer("/name", ec);
          name && name->is_string())
        out.emplace_back(name->get_string().c_str());
  return out;
}

/// The name of an object takes no capitals.
std::string lower(std::string_view text) {
  std::string out{text};
  for (auto& c : out)
    if (c >= 'A' && c <= 'Z')
      c = static_cast<char>(c - 'A' + 'a');
  return out;
}

json::object container_status(const std::string& name, bool running,
                              json::object state) {
  return {{"name", name},
          {"ready", running},
          {"started", running},
          {"restartCount", 0},
          {"image", "spark"},
          {"imageID", ""},
          {"state", std::move(state)}};
}

/// A shape that the operator's status has at that point of its life.
json::value status_patch(const std::string& name, std::string_view state,
                         time_point now) {
  auto at = to_rfc3339(now);
  json::object condition{{"type", "Finished"},
                         {"status", state == "COMPLETED" ? "True" : "False"},
                         {"reason", "AttemptRuns"},
                         {"message", "the driver pod decides"},
                         {"lastTransitionTime", at},
                         {"observedGeneration", 1}};
  json::array conditions;
  conditions.push_back(std::move(condition));
  json::object claim{{"number", 1},
                     {"generation", 1},
                     {"specHash", "1:" + std::string(64, 'a')},
                     {"epoch", 1}};
  if (state == "COMPLETED")
    claim["outcome"] = "Completed";
  return {{"status",
           {{"claim", std::move(claim)},
            {"submissionID", "0f8fad5b-d9cb-469f-a165-70867728950e"},
            {"sparkApplicationId", "spark-" + std::string(32, '0')},
            {"driverInfo", {{"podName", name + "-driver"}}},
            {"applicationState", {{"state", state}}},
            {"lastSubmissionAttemptTime", at},
            {"submissionAttempts", 1},
            {"executionAttempts", 1},
            {"observedGeneration", 1},
            {"conditions", std::move(conditions)}}}};
}

json::object owned(const std::string& ns, const std::string& app,
                   const std::string& name, const std::string& run) {
  auto out = metadata(ns, name, run);
  json::object owner{{"apiVersion", "sparkoperator.k8s.io/v1beta2"},
                     {"kind", "SparkApplication"},
                     {"name", app},
                     {"uid", "{uid}"},
                     {"controller", true},
                     {"blockOwnerDeletion", true}};
  json::array owners;
  owners.push_back(std::move(owner));
  out["ownerReferences"] = std::move(owners);
  return out;
}

json::value config_map(const std::string& ns, const std::string& app,
                       const std::string& run) {
  std::string properties;
  for (int i = 0; i < 24; ++i)
    properties +=
        fmt::format("spark.kubernetes.some.setting.{}=value-{}\n", i, i);
  return {{"apiVersion", "v1"},
          {"kind", "ConfigMap"},
          {"metadata", owned(ns, app, app + "-conf-map", run)},
          {"immutable", true},
          {"data", {{"spark.properties", properties}}}};
}

json::value service(const std::string& ns, const std::string& app,
                    const std::string& run) {
  json::array ports;
  for (auto& [name, port] :
       {std::pair{"driver-rpc-port", 7078}, std::pair{"blockmanager", 7079},
        std::pair{"spark-ui", 4040}})
    ports.push_back({{"name", name}, {"port", port}, {"targetPort", port}});
  return {{"apiVersion", "v1"},
          {"kind", "Service"},
          {"metadata", owned(ns, app, app + "-svc", run)},
          {"spec",
           {{"clusterIP", "None"},
            {"selector", {{"spark-role", "driver"}, {"app", app}}},
            {"ports", std::move(ports)}}}};
}

json::value driver_pod(const std::string& ns, const std::string& app,
                       const std::string& run) {
  json::array arguments;
  for (std::string_view word :
       {"driver", "--properties-file", "/opt/spark/conf/spark.properties",
        "--class", "org.apache.spark.examples.SparkPi", "spark-internal"})
    arguments.emplace_back(word);
  json::array environment;
  for (int i = 0; i < 6; ++i)
    environment.push_back(
        {{"name", fmt::format("SPARK_SETTING_{}", i)}, {"value", "value"}});
  json::object container{
      {"name", "spark-kubernetes-driver"},
      {"image", "spark:latest"},
      {"args", std::move(arguments)},
      {"env", std::move(environment)},
      {"resources", {{"requests", {{"cpu", "1"}, {"memory", "896Mi"}}}}}};
  json::array containers;
  containers.push_back(std::move(container));
  auto meta = owned(ns, app, app + "-driver", run);
  // Not the role `driver`: an operator or a kubelet of ours must not take it.
  meta["labels"].as_object()["spark-role"] = "bare-driver";
  return {
      {"apiVersion", "v1"},
      {"kind", "Pod"},
      {"metadata", std::move(meta)},
      {"spec",
       {{"restartPolicy", "Never"}, {"containers", std::move(containers)}}}};
}

json::value event(const std::string& ns, const std::string& app,
                  const std::string& run, std::string_view reason,
                  time_point now) {
  auto at = to_rfc3339(now);
  return {
      {"apiVersion", "v1"},
      {"kind", "Event"},
      {"metadata", metadata(ns, fmt::format("{}.{}", app, lower(reason)), run)},
      {"involvedObject",
       {{"apiVersion", "sparkoperator.k8s.io/v1beta2"},
        {"kind", "SparkApplication"},
        {"namespace", ns},
        {"name", app},
        {"uid", "{uid}"}}},
      {"reason", reason},
      {"message", fmt::format("SparkApplication {}: {}", app, reason)},
      {"type", "Normal"},
      {"source", {{"component", "spark-operator"}}},
      {"reportingComponent", "spark-operator"},
      {"reportingInstance", "spark-loadgen"},
      {"firstTimestamp", at},
      {"lastTimestamp", at},
      {"count", 1}};
}

} // namespace

json::value application(const std::string& ns, const std::string& name,
                        const std::string& run) {
  json::array arguments;
  arguments.emplace_back("10");
  json::object driver{{"cores", 1},
                      {"memory", "512m"},
                      {"serviceAccount", "default"},
                      {"labels", {{run_label, run}}}};
  json::object executor{{"cores", 1}, {"instances", 1}, {"memory", "512m"}};
  return {{"apiVersion", "sparkoperator.k8s.io/v1beta2"},
          {"kind", "SparkApplication"},
          {"metadata", metadata(ns, name, run)},
          {"spec",
           {{"type", "Scala"},
            {"mode", "cluster"},
            {"image", "spark:3.5.7"},
            {"imagePullPolicy", "IfNotPresent"},
            {"sparkVersion", "3.5.7"},
            {"mainClass", "org.apache.spark.examples.SparkPi"},
            {"mainApplicationFile",
             "local:///opt/spark/examples/jars/spark-examples.jar"},
            {"arguments", std::move(arguments)},
            {"restartPolicy", {{"type", "Never"}}},
            {"driver", std::move(driver)},
            {"executor", std::move(executor)}}}};
}

json::value pod_running(const json::value& pod, time_point now) {
  auto at = to_rfc3339(now);
  json::array containers;
  for (auto& name : container_names(pod))
    containers.push_back(
        container_status(name, true, {{"running", {{"startedAt", at}}}}));
  json::array conditions;
  for (std::string_view type : {"PodScheduled", "Initialized", "Ready"})
    conditions.push_back(
        {{"type", type}, {"status", "True"}, {"lastTransitionTime", at}});
  return {{"status",
           {{"phase", "Running"},
            {"startTime", at},
            {"conditions", std::move(conditions)},
            {"containerStatuses", std::move(containers)}}}};
}

json::value pod_succeeded(const json::value& pod, time_point started,
                          time_point now) {
  json::array containers;
  for (auto& name : container_names(pod))
    containers.push_back(
        container_status(name, false,
                         {{"terminated",
                           {{"exitCode", 0},
                            {"reason", "Completed"},
                            {"startedAt", to_rfc3339(started)},
                            {"finishedAt", to_rfc3339(now)}}}}));
  return {
      {"status",
       {{"phase", "Succeeded"}, {"containerStatuses", std::move(containers)}}}};
}

std::vector<bare_write> bare_writes(const std::string& ns,
                                    const std::string& name,
                                    const std::string& run, time_point now) {
  using target = bare_write::target;
  auto pod = driver_pod(ns, name, run);
  auto told = [&](std::string_view reason) {
    return bare_write{target::event, event(ns, name, run, reason, now)};
  };
  return {{target::application, application(ns, name, run)},
          told("SparkApplicationAdded"),
          {target::status, status_patch(name, "", now)},
          {target::config_map, config_map(ns, name, run)},
          {target::service, service(ns, name, run)},
          {target::pod, pod},
          told("SparkApplicationSubmitted"),
          told("SparkDriverPending"),
          {target::status, status_patch(name, "SUBMITTED", now)},
          {target::pod_status, pod_running(pod, now)},
          told("SparkDriverRunning"),
          {target::status, status_patch(name, "RUNNING", now)},
          {target::pod_status, pod_succeeded(pod, now, now)},
          told("SparkDriverCompleted"),
          told("SparkApplicationCompleted"),
          {target::status, status_patch(name, "COMPLETED", now)}};
}

} // namespace spark::load
