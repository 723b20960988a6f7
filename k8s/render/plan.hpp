#pragma once

#include "crds/conf/profile.hpp"
#include "k8s/render/base_pod.hpp"
#include "k8s/render/conf.hpp"

#include <boost/json.hpp>

#include <string>
#include <vector>

namespace spark {

/// What the builders of the single objects share while one submission is
/// rendered. Lives inside render() only.
struct submission_plan {
  const submission_input& in;
  const version_profile& profile;
  std::string spark_version; ///< value of the label spark-version
  child_names names;
  main_resource main;
  settings& conf; ///< before add_submit_properties; collects problems
  base_pod base;  ///< what the driver's template has
  boost::json::array volumes; ///< that go straight into the driver pod
  boost::json::array mounts;
  bool has_executor_template = false;
};

/// Labels that Spark puts on the driver pod, which are also the selector of
/// its Service: the user's, overlaid by Spark's own. None of the operator.
[[nodiscard]] string_map spark_driver_labels(const submission_plan& plan);
/// Labels that the operator finds its objects by.
[[nodiscard]] string_map operator_labels(const submission_input& in);

/// metadata of a child: name, namespace, labels, the SparkApplication as owner.
[[nodiscard]] boost::json::object metadata_of(const submission_input& in,
                                              std::string_view name,
                                              const string_map& labels);
[[nodiscard]] boost::json::object to_json(const string_map& map);

/// Adds the annotation sparkoperator.k8s.io/content-hash: hex SHA-256 of the
/// canonical JSON of the object as it is now.
void add_content_hash(boost::json::object& object);

inline constexpr std::string_view driver_container = "spark-kubernetes-driver";

/// Volumes and mounts of the Spark container in Spark's order, with the claims
/// that Spark would create for them.
struct driver_volumes {
  boost::json::array volumes;
  boost::json::array mounts;
  std::vector<boost::json::object> claims;
  std::string local_dirs; ///< value of SPARK_LOCAL_DIRS
};
[[nodiscard]] driver_volumes make_driver_volumes(submission_plan& plan);

/// Takes plan.base, which is moved from afterwards.
[[nodiscard]] boost::json::object
make_driver_pod(submission_plan& plan, const driver_volumes& volumes);
[[nodiscard]] boost::json::object make_service(submission_plan& plan);
/// Executors hear only from pods of their own application.
[[nodiscard]] boost::json::object
make_network_policy(const submission_plan& plan);
[[nodiscard]] boost::json::object make_conf_map(const submission_plan& plan,
                                                std::string_view properties);
[[nodiscard]] boost::json::object make_template_map(const submission_plan& plan,
                                                    std::string_view text);
/// <app>-prom-conf, which lives as long as the application.
[[nodiscard]] boost::json::object make_metrics_map(const submission_plan& plan);

} // namespace spark
