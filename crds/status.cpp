#include "crds/status.hpp"

#include <string_view>

namespace spark {

namespace json = boost::json;

namespace {

const json::value* find(const json::value* in, std::string_view key) {
  const auto* object = in ? in->if_object() : nullptr;
  return object ? object->if_contains(key) : nullptr;
}

std::string text_at(const json::value* in, std::string_view key) {
  const auto* value = find(in, key);
  const auto* text = value ? value->if_string() : nullptr;
  return text ? std::string{*text} : std::string{};
}

std::int64_t integer(const json::value* value) {
  const auto* number = value ? value->if_int64() : nullptr;
  return number ? *number : 0;
}

std::int64_t integer_at(const json::value* in, std::string_view key) {
  return integer(find(in, key));
}

claim_status parse_claim(const json::value* in) {
  return {.number = integer_at(in, "number"),
          .generation = integer_at(in, "generation"),
          .spec_hash = text_at(in, "specHash"),
          .epoch = integer_at(in, "epoch"),
          .outcome = text_at(in, "outcome")};
}

std::vector<condition> parse_conditions(const json::value* in) {
  std::vector<condition> out;
  const auto* list = in ? in->if_array() : nullptr;
  if (!list)
    return out;
  for (const auto& item : *list) {
    condition one{.type = text_at(&item, "type"),
                  .status = text_at(&item, "status"),
                  .reason = text_at(&item, "reason"),
                  .message = text_at(&item, "message"),
                  .last_transition_time = text_at(&item, "lastTransitionTime"),
                  .observed_generation =
                      integer_at(&item, "observedGeneration")};
    if (!one.type.empty())
      out.push_back(std::move(one));
  }
  return out;
}

// What is empty or zero is left out, as the Go types of v1beta2 do.

void put(json::object& out, std::string_view key, const std::string& text) {
  if (!text.empty())
    out[key] = text;
}

void put(json::object& out, std::string_view key, std::int64_t number) {
  if (number != 0)
    out[key] = number;
}

void put(json::object& out, std::string_view key, json::object members) {
  if (!members.empty())
    out[key] = std::move(members);
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

json::value to_value(const condition& one) {
  json::object out;
  out["type"] = one.type;
  out["status"] = one.status;
  out["reason"] = one.reason;
  out["message"] = one.message;
  put(out, "lastTransitionTime", one.last_transition_time);
  put(out, "observedGeneration", one.observed_generation);
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
  out["driverInfo"] = std::move(driver);
  json::object state;
  put(state, "state", status.state);
  put(state, "errorMessage", status.error_message);
  // v1beta2 requires the state wherever there is an applicationState.
  if (!state.empty())
    state["state"] = status.state;
  put(out, "applicationState", std::move(state));
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
  if (!status.conditions.empty()) {
    json::array conditions;
    for (const auto& one : status.conditions)
      conditions.push_back(to_value(one));
    out["conditions"] = std::move(conditions);
  }
  return out;
}

/// RFC 7386: applied to `from`, the result makes `to`. Lists are replaced.
json::object merge_patch(const json::object& from, const json::object& to) {
  json::object patch;
  for (const auto& member : from)
    if (!to.contains(member.key()))
      patch[member.key()] = nullptr;
  for (const auto& member : to) {
    const auto* old = from.if_contains(member.key());
    if (old && *old == member.value())
      continue;
    if (old && old->is_object() && member.value().is_object())
      patch[member.key()] =
          merge_patch(old->get_object(), member.value().get_object());
    else
      patch[member.key()] = member.value();
  }
  return patch;
}

} // namespace

application_status parse_status(const json::value& status) {
  application_status out;
  const auto* in = &status;
  out.spark_application_id = text_at(in, "sparkApplicationId");
  out.submission_id = text_at(in, "submissionID");
  out.last_submission_attempt_time = text_at(in, "lastSubmissionAttemptTime");
  out.termination_time = text_at(in, "terminationTime");
  out.driver_pod_name = text_at(find(in, "driverInfo"), "podName");
  const auto* state = find(in, "applicationState");
  out.state = text_at(state, "state");
  out.error_message = text_at(state, "errorMessage");
  if (const auto* executors = find(in, "executorState");
      executors && executors->is_object())
    for (const auto& member : executors->get_object())
      if (const auto* text = member.value().if_string())
        out.executor_state.emplace(member.key(), *text);
  if (const auto* counts = find(in, "executorCounts");
      counts && counts->is_object())
    for (const auto& member : counts->get_object())
      if (member.value().is_int64())
        out.executor_counts.emplace(member.key(), integer(&member.value()));
  out.execution_attempts = integer_at(in, "executionAttempts");
  out.submission_attempts = integer_at(in, "submissionAttempts");
  out.observed_generation = integer_at(in, "observedGeneration");
  const auto* failures = find(in, "failureCounts");
  out.failures_application = integer_at(failures, "application");
  out.failures_infrastructure = integer_at(failures, "infrastructure");
  out.claim = parse_claim(find(in, "claim"));
  out.conditions = parse_conditions(find(in, "conditions"));
  return out;
}

json::object status_patch(const application_status& observed,
                          const application_status& wanted) {
  auto patch = merge_patch(to_object(observed), to_object(wanted));
  // v1beta2 requires driverInfo, be it empty; whether the stored status has
  // one, an application_status does not say.
  if (!patch.empty() && !patch.contains("driverInfo"))
    patch["driverInfo"] = json::object{};
  return patch;
}

} // namespace spark
