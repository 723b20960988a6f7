#pragma once

#include "tools/loadgen/traffic.hpp"

#include <boost/json.hpp>

#include <string>
#include <string_view>

namespace spark::load {

namespace json = boost::json;

[[nodiscard]] std::string applications_path(std::string_view ns);
/// Core resources: "pods", "services", "configmaps".
[[nodiscard]] std::string core_path(std::string_view ns,
                                    std::string_view plural);

[[nodiscard]] request get(std::string path);
[[nodiscard]] request post(std::string path, const json::value& body);
[[nodiscard]] request merge_patch(std::string path, const json::value& body);
[[nodiscard]] request remove(std::string path);

/// By JSON pointer; "" when absent or not a string.
[[nodiscard]] std::string text(const json::value& v, std::string_view pointer);
[[nodiscard]] bool success(const reply& r);

/// Waits for the one reply, in wait() of `t`.
[[nodiscard]] reply ask(traffic& t, request what, int tries = 5);
/// Makes the namespace unless it is there.
[[nodiscard]] result<void> ensure_namespace(traffic& t, const std::string& ns);
/// Deletes the applications of the run and what they own, which a bare control
/// plane without garbage collector would keep. Best effort; gives how many
/// lists and deletes failed.
std::size_t remove_run(traffic& t, const std::string& ns,
                       const std::string& run);

} // namespace spark::load
