#pragma once

#include "crds/conf/profile.hpp"
#include "crds/conf/settings.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace spark {

/// One volume that the conf mounts: spark.kubernetes.<role>.volumes.<type>
/// .<name>.*, by the rules of Spark.
struct conf_volume {
  std::string type; ///< hostPath, emptyDir, nfs or persistentVolumeClaim
  std::string name;
  std::string mount_path;
  std::string sub_path;
  std::string sub_path_expr; ///< only where the profile has it
  bool read_only = false;
  string_map options;     ///< claimName, sizeLimit, …
  string_map labels;      ///< of a claim that Spark creates
  string_map annotations; ///< the same
};

/// Sorted by type and name: the index of a volume names on-demand claims.
/// Refuses what Spark would, and names that no pod can have.
std::vector<conf_volume> read_conf_volumes(settings& conf,
                                           std::string_view role,
                                           const version_profile& profile);

/// The option `name`, "" when it is not there.
[[nodiscard]] std::string option_of(const conf_volume& volume,
                                    const std::string& name);

} // namespace spark
