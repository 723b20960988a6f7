#pragma once

#include "crds/conf/language.hpp"
#include "crds/conf/profile.hpp"
#include "crds/conf/settings.hpp"

#include <cstdint>
#include <string>

namespace spark {

/// spark.kubernetes.memoryOverheadFactor as it applies to driver and executors:
/// what the user set, else 0.1, or 0.4 outside the JVM.
[[nodiscard]] double default_overhead_factor(settings& conf,
                                             app_language language);

/// Request and limit of the driver container in MiB: heap and overhead.
/// Off-heap memory is not counted, as in Spark.
std::int64_t driver_memory_mib(settings& conf, app_language language,
                               const version_profile& profile);

/// Double.toString: "0.1", "1.0", "1.0E-5".
[[nodiscard]] std::string java_double(double value);

} // namespace spark
