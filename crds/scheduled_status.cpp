#include "crds/scheduled_status.hpp"

#include "crds/status_json.hpp"

namespace spark {

namespace json = boost::json;

namespace {

std::vector<std::string> names_at(const json::value* in, std::string_view key) {
  std::vector<std::string> out;
  const auto* value = member_at(in, key);
  const auto* list = value ? value->if_array() : nullptr;
  if (!list)
    return out;
  for (const auto& item : *list)
    if (const auto* text = item.if_string())
      out.emplace_back(*text);
  return out;
}

void put_names(json::object& out, std::string_view key,
               const std::vector<std::string>& names) {
  if (!names.empty())
    out[key] = json::array(names.begin(), names.end());
}

json::object to_object(const scheduled_status& status) {
  json::object out;
  put(out, "lastRun", status.last_run);
  put(out, "nextRun", status.next_run);
  put(out, "lastRunName", status.last_run_name);
  put_names(out, "pastSuccessfulRunNames", status.past_successful_run_names);
  put_names(out, "pastFailedRunNames", status.past_failed_run_names);
  put(out, "scheduleState", status.schedule_state);
  put(out, "reason", status.reason);
  json::object pending;
  put(pending, "name", status.pending.name);
  put(pending, "tick", status.pending.tick);
  put(out, "pendingRun", std::move(pending));
  put(out, "conditions", status.conditions);
  put(out, "observedGeneration", status.observed_generation);
  return out;
}

} // namespace

scheduled_status parse_scheduled_status(const json::value& status) {
  const auto* in = &status;
  const auto* pending = member_at(in, "pendingRun");
  return {.last_run = text_at(in, "lastRun"),
          .next_run = text_at(in, "nextRun"),
          .last_run_name = text_at(in, "lastRunName"),
          .past_successful_run_names = names_at(in, "pastSuccessfulRunNames"),
          .past_failed_run_names = names_at(in, "pastFailedRunNames"),
          .schedule_state = text_at(in, "scheduleState"),
          .reason = text_at(in, "reason"),
          .pending = {text_at(pending, "name"), text_at(pending, "tick")},
          .conditions = conditions_at(in, "conditions"),
          .observed_generation = integer_at(in, "observedGeneration")};
}

json::object scheduled_status_patch(const scheduled_status& observed,
                                    const scheduled_status& wanted) {
  return merge_patch(to_object(observed), to_object(wanted));
}

} // namespace spark
