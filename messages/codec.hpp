#pragma once

#include "messages/app_state.hpp"
#include "messages/schedule_state.hpp"

#include <boost/json.hpp>

/// JSON of everything that is journaled. Members with their default value are
/// left out, so that a new field breaks no old history and no hash.
namespace spark {

[[nodiscard]] boost::json::object to_json(const app_stimulus& s);
[[nodiscard]] boost::json::object to_json(const app_event& e);
[[nodiscard]] boost::json::object to_json(const app_state& s);
[[nodiscard]] boost::json::array to_json(const std::vector<app_event>& e);

[[nodiscard]] boost::json::object to_json(const schedule_stimulus& s);
[[nodiscard]] boost::json::object to_json(const schedule_event& e);
[[nodiscard]] boost::json::object to_json(const schedule_state& s);
[[nodiscard]] boost::json::array to_json(const std::vector<schedule_event>& e);

[[nodiscard]] result<app_stimulus> stimulus_from(const boost::json::value& v);
[[nodiscard]] result<std::vector<app_event>>
events_from(const boost::json::value& v);
[[nodiscard]] result<app_state> state_from(const boost::json::value& v);
[[nodiscard]] result<schedule_stimulus>
schedule_stimulus_from(const boost::json::value& v);
[[nodiscard]] result<std::vector<schedule_event>>
schedule_events_from(const boost::json::value& v);
[[nodiscard]] result<schedule_state>
schedule_state_from(const boost::json::value& v);

/// The name of what happened, e.g. "driver_created".
[[nodiscard]] std::string_view kind_of(const app_stimulus& s);
[[nodiscard]] std::string_view kind_of(const app_event& e);
[[nodiscard]] std::string_view kind_of(const schedule_stimulus& s);
[[nodiscard]] std::string_view kind_of(const schedule_event& e);

/// Hex SHA-256 of the canonical JSON, first 16 digits: enough to notice a
/// difference, short enough to keep in every row.
[[nodiscard]] std::string state_hash(const app_state& s);
[[nodiscard]] std::string state_hash(const schedule_state& s);

[[nodiscard]] std::string_view to_string(phase p);
[[nodiscard]] std::string_view to_string(schedule_phase p);
/// A row with this phase is of a schedule, else of an application.
[[nodiscard]] bool is_schedule_phase(std::string_view name);

} // namespace spark
