#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace spark {

// What the runs of a ScheduledSparkApplication are called, and found by. For
// every name that Kubernetes lets a schedule have, the results are valid; for
// two names, or two ticks, they differ.

/// "<scheduled>-<tick>": the SparkApplication that is the run. Where that does
/// not fit into the label of its pods' application,
/// "<beginning of it>-<tick>-h<hash of all of it>".
/// `tick`: when the run was due, in nanoseconds since 1970.
[[nodiscard]] std::string run_name(std::string_view scheduled,
                                   std::int64_t tick);

/// The label of the run that names its schedule.
inline constexpr std::string_view schedule_label =
    "sparkoperator.k8s.io/scheduled-app-name";
/// Its value: the name itself, or "<beginning>_<hash>" where that is too long.
[[nodiscard]] std::string schedule_label_value(std::string_view scheduled);

} // namespace spark
