#pragma once

#include "crds/conf/role_volumes.hpp"
#include "crds/spark_application.hpp"

#include <boost/json.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace spark {

/// Where the wishes for executors go that are more than a rename: the driver
/// reads both when it makes executors.
struct executor_wishes {
  string_map conf; ///< spark.executorEnv.*, scratch volumes
  std::optional<std::string> pod_template; ///< JSON of a Pod, which is YAML
  /// Names in the template's environment. Spark appends spark.executorEnv.* to
  /// it, where the last one wins: no property may say the same name.
  std::vector<std::string> template_variables;
};

inline constexpr std::string_view executor_variable = "spark.executorEnv.";

/// Literal environment becomes spark.executorEnv.*. Once an entry needs more
/// (valueFrom, a reference such as $(NAME), text that Spark's properties would
/// not keep) the whole list goes into the pod template, in its order. So does
/// all else that Spark's conf has no word for. `beside_services`: see
/// companion_settings::ui_service.
[[nodiscard]] executor_wishes
make_executor_wishes(std::string_view app, const spark_application_spec& spec,
                     const version_profile& profile, bool beside_services);

inline constexpr std::string_view executor_container =
    "spark-kubernetes-executor";
inline constexpr std::string_view template_directory =
    "/opt/spark/pod-template";
inline constexpr std::string_view template_file = "pod-spec-template.yml";
inline constexpr std::string_view template_key = "podspec-configmap-key";

} // namespace spark
