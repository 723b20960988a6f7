#include "crds/status.hpp"

#include "crds/status_json.hpp"

#include <string_view>

namespace spark {

namespace json = boost::json;

namespace {

claim_status parse_claim(const json::value* in) {
  return {.number = integer_at(in, "number"),
          .generation = integer_at(in, "generation"),
          .spec_hash = text_at(in, "specHash"),
          .epoch = integer_at(in, "epoch"),
          .outcome = text_at(in, "outcome")};
}

template<class T>
json::object to_object(const std::map<std::string, T>& values) {
  json::object out;
  for (const auto& [key, value] : values)
    out[key] = value;
  return out;
}

json::object to_object(const claim_status& claim) {
  json::object out;
  if (claim.number == 0)
    return out;
  out["number"] = claim.number;
  out["generation"] = claim.generation;
  out["specHash"] = claim.spec_hash;
  out["epoch"] = claim.epoch;
  put(out, "outcome", claim.outcome);
  return out;
}

json::object to_object(const application_status& status) {
  json::object out;
  put(out, "sparkApplicationId", status.spark_application_id);
  put(out, "submissionID", status.submission_id);
  put(out, "lastSubmissionAttemptTime", status.last_submission_attempt_time);
  put(out, "terminationTime", status.termination_time);
  json::object driver;
  put(driver, "podName", status.driver_pod_name);
  put(driver, "webUIServiceName", status.web_ui.service);
  put(driver, "webUIPort", status.web_ui.port);
  put(driver, "webUIAddress", status.web_ui.address);
  put(driver, "webUIIngressName", status.web_ui.ingress);
  put(driver, "webUIIngressAddress", status.web_ui.ingress_address);
  out["driverInfo"] = std::move(driver);
  json::object state{{"state", status.state}};
  put(state, "errorMessage", status.error_message);
  out["applicationState"] = std::move(state);
  put(out, "executorState", to_object(status.executor_state));
  put(out, "executorCounts", to_object(status.executor_counts));
  put(out, "executionAttempts", status.execution_attempts);
  put(out, "submissionAttempts", status.submission_attempts);
  put(out, "observedGeneration", status.observed_generation);
  json::object failures;
  put(failures, "application", status.failures_application);
  put(failures, "infrastructure", status.failures_infrastructure);
  put(out, "failureCounts", std::move(failures));
  put(out, "claim", to_object(status.claim));
  put(out, "conditions", status.conditions);
  return out;
}

} // namespace

application_status parse_status(const json::value& status) {
  application_status out;
  const auto* in = &status;
  out.spark_application_id = text_at(in, "sparkApplicationId");
  out.submission_id = text_at(in, "submissionID");
  out.last_submission_attempt_time = text_at(in, "lastSubmissionAttemptTime");
  out.termination_time = text_at(in, "terminationTime");
  const auto* driver = member_at(in, "driverInfo");
  out.driver_pod_name = text_at(driver, "podName");
  out.web_ui = {.service = text_at(driver, "webUIServiceName"),
                .port = integer_at(driver, "webUIPort"),
                .address = text_at(driver, "webUIAddress"),
                .ingress = text_at(driver, "webUIIngressName"),
                .ingress_address = text_at(driver, "webUIIngressAddress")};
  const auto* state = member_at(in, "applicationState");
  out.state = text_at(state, "state");
  out.error_message = text_at(state, "errorMessage");
  if (const auto* executors = member_at(in, "executorState");
      executors && executors->is_object())
    for (const auto& member : executors->get_object())
      if (const auto* text = member.value().if_string())
        out.executor_state.emplace(member.key(), *text);
  if (const auto* counts = member_at(in, "executorCounts");
      counts && counts->is_object())
    for (const auto& member : counts->get_object())
      if (member.value().is_int64())
        out.executor_counts.emplace(member.key(), member.value().get_int64());
  out.execution_attempts = integer_at(in, "executionAttempts");
  out.submission_attempts = integer_at(in, "submissionAttempts");
  out.observed_generation = integer_at(in, "observedGeneration");
  const auto* failures = member_at(in, "failureCounts");
  out.failures_application = integer_at(failures, "application");
  out.failures_infrastructure = integer_at(failures, "infrastructure");
  out.claim = parse_claim(member_at(in, "claim"));
  out.conditions = conditions_at(in, "conditions");
  return out;
}

json::object status_patch(const application_status& observed,
                          const application_status& wanted) {
  auto patch = merge_patch(to_object(observed), to_object(wanted));
  if (patch.empty())
    return patch;
  // v1beta2 requires driverInfo, be it empty; whether the stored status has
  // one, an application_status does not say.
  if (!patch.contains("driverInfo"))
    patch["driverInfo"] = json::object{};
  // It requires the state of an applicationState, too, and Argo CD's health
  // check reads one of any status without asking whether it is there.
  if (wanted.state.empty()) {
    auto& state = patch["applicationState"];
    if (!state.is_object())
      state = json::object{};
    state.get_object()["state"] = "";
  }
  return patch;
}

} // namespace spark
