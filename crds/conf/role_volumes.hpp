#pragma once

#include "crds/conf/direct_mounts.hpp"
#include "crds/conf/profile.hpp"
#include "crds/spark_application.hpp"

#include <boost/json.hpp>

#include <string>
#include <string_view>

namespace spark {

/// How the volumes of a spec reach the pods of one role. Scratch volumes
/// (spark-local-dir-*) become Spark conf where Spark can express them, so that
/// Spark uses them as local directories; the rest goes into the pod itself.
struct role_volumes {
  string_map conf;            ///< spark.kubernetes.<role>.volumes.*
  boost::json::array volumes; ///< []core.v1.Volume
  boost::json::array mounts;  ///< []core.v1.VolumeMount
};

/// `role` is "driver" or "executor". Volumes that the role does not mount are
/// left out. A mount without a volume stays: its volume is the template's.
[[nodiscard]] role_volumes split_volumes(std::string_view role,
                                         const boost::json::array& volumes,
                                         const boost::json::array& mounts,
                                         const version_profile& profile);

/// Adds the volumes that only containers beside Spark's mount: sidecars, init
/// containers and those of the role's template.
void add_shared(role_volumes& out, std::string_view role,
                const spark_application_spec& spec);

/// Adds one more volume, unless one of its name is there, and its mount.
void add_direct(role_volumes& out, const direct_mount& direct);

inline constexpr std::string_view local_dir_prefix = "spark-local-dir-";

} // namespace spark
