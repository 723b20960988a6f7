#include "tests/watchers/readers.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <utility>

namespace spark::test {
namespace {

std::string state_of(const json::value& app) {
  return text(app, "/status/applicationState/state");
}

bool is_one_of(const std::string& state,
               std::initializer_list<const char*> all) {
  return std::find(all.begin(), all.end(), state) != all.end();
}

std::int64_t executors_in(const json::value& app,
                          std::initializer_list<const char*> states) {
  auto* all = find(app, "/status/executorState");
  std::int64_t n = 0;
  if (all && all->is_object())
    for (auto& one : all->get_object())
      n += one.value().is_string() &&
           is_one_of(one.value().as_string().c_str(), states);
  return n;
}

// --- Argo CD -----------------------------------------------------------------

using bounds = std::pair<double, double>;

constexpr double no_limit = std::numeric_limits<double>::infinity();

/// A number, or the text of one as sparkConf has it.
double number_or(const json::value& of, const std::string& pointer,
                 double otherwise) {
  auto* v = find(of, pointer);
  if (v && v->is_int64())
    return static_cast<double>(v->as_int64());
  return v && v->is_string() ? std::stod(v->as_string().c_str()) : otherwise;
}

std::optional<bounds> bounds_by_conf(const json::value& app,
                                     const std::string& prefix) {
  auto key = "/spec/sparkConf/" + prefix;
  if (text(app, key + ".enabled") != "true")
    return std::nullopt;
  return bounds{number_or(app, key + ".minExecutors", 0),
                number_or(app, key + ".maxExecutors", no_limit)};
}

/// How many executors dynamic allocation may have.
std::optional<bounds> dynamic_bounds(const json::value& app) {
  auto* enabled = find(app, "/spec/dynamicAllocation/enabled");
  if (enabled && *enabled == json::value(true))
    return bounds{
        number_or(app, "/spec/dynamicAllocation/minExecutors", 0),
        number_or(app, "/spec/dynamicAllocation/maxExecutors", no_limit)};
  if (auto streaming = bounds_by_conf(app, "spark.streaming.dynamicAllocation"))
    return streaming;
  return bounds_by_conf(app, "spark.dynamicAllocation");
}

bool enough_executors(const json::value& app) {
  if (!find(app, "/status/executorState"))
    return false;
  auto running = executors_in(app, {"RUNNING"});
  auto* instances = find(app, "/spec/executor/instances");
  if (instances && *instances == json::value(running))
    return true;
  if (auto range = dynamic_bounds(app))
    return static_cast<double>(running) >= range->first &&
           static_cast<double>(running) <= range->second;
  return !instances && !find(app, "/spec/dynamicAllocation") && running >= 1;
}

} // namespace

poked airflow_pokes(const json::value& app) {
  auto state = state_of(app);
  if (is_one_of(state, {"FAILED", "UNKNOWN"}))
    return poked::failed;
  return state == "COMPLETED" ? poked::succeeded : poked::waits;
}

std::string airflow_log_of(const json::value& app) {
  return text(app, "/status/driverInfo/podName");
}

argo_health argo_judges(const json::value& app) {
  static const std::map<std::string, const char*> words{
      {"", "Progressing"},           {"SUBMITTED", "Progressing"},
      {"COMPLETED", "Healthy"},      {"FAILED", "Degraded"},
      {"FAILING", "Degraded"},       {"SUBMISSION_FAILED", "Degraded"},
      {"INVALIDATING", "Missing"},   {"PENDING_RERUN", "Progressing"},
      {"SUCCEEDING", "Progressing"}, {"UNKNOWN", "Progressing"}};
  auto* status = find(app, "/status");
  if (status && !find(*status, "/applicationState"))
    return {"Unknown", "attempt to index a nil value", true};
  auto* state = status ? find(*status, "/applicationState/state") : nullptr;
  auto word = state ? words.find(state_of(app)) : words.end();
  if (word != words.end())
    return {word->second, text(app, "/status/applicationState/errorMessage")};
  if (state_of(app) == "RUNNING" && enough_executors(app))
    return {"Healthy", "SparkApplication is Running"};
  return {"Progressing", "Waiting for Executor pods"};
}

kueue_view kueue_reads(const json::value& app) {
  kueue_view out;
  auto state = state_of(app);
  auto* suspend = find(app, "/spec/suspend");
  out.suspended = suspend && *suspend == json::value(true);
  out.active = state == "RUNNING";
  out.finished = is_one_of(state, {"COMPLETED", "FAILED", "SUBMISSION_FAILED"});
  out.succeeded = state == "COMPLETED";
  out.pods_ready = out.active && executors_in(app, {"RUNNING", "COMPLETED"}) >=
                                     number(app, "/spec/executor/instances");
  return out;
}

} // namespace spark::test
