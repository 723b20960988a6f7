#pragma once

#include "messages/app_events.hpp"

#include <string>
#include <string_view>

/// Facts and events in words. Pure. The texts hold what pods and servers said,
/// unchanged: whoever prints them escapes them (printable.hpp).
namespace spark::replay {

/// Why a row was written, e.g. "driver pod pi-driver: Running".
[[nodiscard]] std::string sentence_of(const app_stimulus& s);
/// What was concluded, with the members that matter, on one line.
[[nodiscard]] std::string sentence_of(const app_event& e);

/// "Failed, exit code 1, reason Error: out of heap"
[[nodiscard]] std::string condition_of(const driver_fact& d);
/// "pi-driver"; by uid if the name is not known.
[[nodiscard]] std::string name_of(const driver_fact& d);
/// The first characters of an identifier, enough to tell it from others.
[[nodiscard]] std::string brief(std::string_view identifier);
/// "2 RUNNING (pi-exec-1, pi-exec-2), 1 FAILED (pi-exec-3)"
[[nodiscard]] std::string
group_executors(const std::map<std::string, std::string>& by_pod);

} // namespace spark::replay
