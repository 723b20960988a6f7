#pragma once

#include "k8s/render/profile.hpp"
#include "k8s/render/settings.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace spark {

/// In which language the main resource is, by its ending as spark-submit does.
enum class app_language { java, python, r };

/// "java", "python" or "r": the value of spark.kubernetes.resource.type.
[[nodiscard]] std::string_view to_string(app_language language) noexcept;

/// spark.kubernetes.memoryOverheadFactor as it applies to driver and executors:
/// what the user set, else 0.1, or 0.4 outside the JVM.
[[nodiscard]] double default_overhead_factor(settings& conf,
                                             app_language language);

/// Request and limit of the driver container in MiB: heap and overhead.
/// Off-heap memory is not counted, as in Spark.
[[nodiscard]] std::int64_t driver_memory_mib(settings& conf,
                                             app_language language,
                                             const version_profile& profile);

/// Double.toString: "0.1", "1.0", "1.0E-5".
[[nodiscard]] std::string java_double(double value);

} // namespace spark
