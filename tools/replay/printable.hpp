#pragma once

#include "messages/clock.hpp"

#include <boost/json.hpp>

#include <string>
#include <string_view>

namespace spark::replay {

/// Text that does nothing to a terminal but show. Messages in a journal are the
/// words of pods and servers: control characters, bytes that are no UTF-8, and
/// marks that turn the writing direction come out as escapes such as \x1b.
[[nodiscard]] std::string printable(std::string_view text);

/// JSON of `value` with the same care, still the same value.
[[nodiscard]] std::string json_text(const boost::json::value& value);

/// "2026-11-23T08:44:25.017Z"; "never" for no_time.
[[nodiscard]] std::string precise(time_point t);

} // namespace spark::replay
