#pragma once

#include "messages/app_events.hpp"
#include "messages/schedule_events.hpp"

#include <string>
#include <string_view>

/// Facts and events in words. Pure. The texts hold what pods and servers said,
/// unchanged: whoever prints them escapes them (printable.hpp).
namespace spark::replay {

/// Why a row was written, e.g. "driver pod pi-driver: Running".
[[nodiscard]] std::string sentence_of(const app_stimulus& s);
[[nodiscard]] std::string sentence_of(const schedule_stimulus& s);
/// What was concluded, with the members that matter, on one line.
[[nodiscard]] std::string sentence_of(const app_event& e);
[[nodiscard]] std::string sentence_of(const schedule_event& e);

/// Worth telling of where there is room for few: executors and runs come and go
/// by the thousand.
[[nodiscard]] bool is_news(const app_event& e);
[[nodiscard]] bool is_news(const schedule_event& e);

/// "had no effect, to be tried again"
[[nodiscard]] std::string_view words_of(ending how);

/// "Failed, exit code 1, reason Error: out of heap"
[[nodiscard]] std::string condition_of(const driver_fact& d);
/// "pi-driver"; by uid if the name is not known.
[[nodiscard]] std::string name_of(const driver_fact& d);
/// The first characters of an identifier, enough to tell it from others.
[[nodiscard]] std::string brief(std::string_view identifier);
/// "2 RUNNING (pi-exec-1, pi-exec-2), 1 FAILED (pi-exec-3)",
/// and why the first of the failed ones failed.
[[nodiscard]] std::string
grouped(const std::map<std::string, std::string>& states,
        const std::map<std::string, std::string>& why = {});

/// "RUNNING, being deleted"
[[nodiscard]] std::string condition_of(const run_fact& r);
/// Their names, grouped by condition.
[[nodiscard]] std::string words_of(const std::vector<run_fact>& runs);
/// `"@every 10m" in UTC, concurrencyPolicy Allow, …`
[[nodiscard]] std::string words_of(const schedule_rules& r);
/// "last run s-1 of 2026-…Z, next tick 2026-…Z"
[[nodiscard]] std::string words_of(const schedule_record& r);
/// Ticks are whole seconds; "none" for no_time.
[[nodiscard]] std::string tick_text(time_point t);

} // namespace spark::replay
