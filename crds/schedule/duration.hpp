#pragma once

#include "crds/schedule/misread.hpp"

#include <tl/expected.hpp>

#include <chrono>
#include <string_view>

namespace spark {

/// A duration above zero as Go's time.ParseDuration takes it: "1h30m", "1.5h",
/// "250ms"; units ns, us (or µs), ms, s, m, h; at most 292 years.
[[nodiscard]] tl::expected<std::chrono::nanoseconds, misread>
parse_duration(std::string_view text);

} // namespace spark
