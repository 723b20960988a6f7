#pragma once

#include "crds/spark_application.hpp"
#include "k8s/render/role_volumes.hpp"

#include <boost/json.hpp>

#include <optional>
#include <string>

namespace spark {

/// Where the wishes for executors go that are more than a rename: the driver
/// reads both when it makes executors.
struct executor_wishes {
  string_map conf; ///< spark.executorEnv.*, scratch volumes
  std::optional<std::string> pod_template; ///< JSON of a Pod, which is YAML
  std::vector<std::string> refusals;
};

/// Literal environment becomes spark.executorEnv.*. Once an entry needs more
/// (valueFrom, a reference such as $(NAME), text that Spark's properties would
/// not keep) the whole list goes into the pod template, in its order.
[[nodiscard]] executor_wishes
make_executor_wishes(const spark_application_spec& spec,
                     const version_profile& profile);

inline constexpr std::string_view executor_container =
    "spark-kubernetes-executor";
inline constexpr std::string_view template_directory =
    "/opt/spark/pod-template";
inline constexpr std::string_view template_file = "pod-spec-template.yml";
inline constexpr std::string_view template_key = "podspec-configmap-key";

} // namespace spark
