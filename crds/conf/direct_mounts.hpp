#pragma once

#include "crds/spark_application.hpp"

#include <boost/json.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace spark {

/// A ConfigMap or Secret that the pods of a role mount past Spark's conf.
struct direct_mount {
  std::string field;          ///< which field asks for it
  std::string volume;         ///< two mounts of one object share their volume
  boost::json::object source; ///< {"configMap": …} or {"secret": …}
  std::string path;
};

/// configMaps, sparkConfigMap, hadoopConfigMap, the ConfigMap of the metrics,
/// and Secrets that Spark's conf cannot mount. `role`: "driver", "executor".
[[nodiscard]] std::vector<direct_mount>
direct_mounts(std::string_view app, const spark_application_spec& spec,
              std::string_view role);

/// Which items of a role's `secrets` spark.kubernetes.<role>.secrets.<name>
/// mounts: Spark calls the volume <name>-volume, which not every name of a
/// Secret allows, and has one path for each name.
[[nodiscard]] std::vector<bool>
secrets_in_conf(const boost::json::array& secrets);

/// The variable that tells programs where the key file is, by secretType.
[[nodiscard]] std::optional<std::pair<std::string, std::string>>
secret_variable(const boost::json::value& secret);

/// What the volume of a mounted ConfigMap is called: <name>-vol where that is
/// the name of a volume, else a shortened one that ends in 8 hex digits of the
/// name's SHA-256. That of a Secret always has such digits, and others.
[[nodiscard]] std::string mounted_volume_name(std::string_view name);

inline constexpr std::string_view spark_map_directory = "/etc/spark/conf";
inline constexpr std::string_view hadoop_map_directory = "/etc/hadoop/conf";

} // namespace spark
