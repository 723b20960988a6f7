#pragma once

#include "crds/spark_application.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace spark {

/// What spark-submit of one minor line does differently from its neighbours.
/// A row says what to build; the code that builds never asks for a version.
/// Another line is another row, and a member for each step it adds (contract
/// §6; the steps are in reference/spark-submit.md §5).
///
/// The members stand in the order of the lines that brought them. What is only
/// a name, or harmless where it is new, is the newest line's for all of them.
struct version_profile {
  int major = 0;
  int minor = 0;
  std::string_view line;      ///< "3.5"
  std::string_view reference; ///< the release whose captures prove the row
  // 3.1
  bool python_interpreters = true; ///< PYSPARK_PYTHON, not a major version
  bool proxy_user = true;          ///< --proxy-user reaches the driver
  bool claims = true;              ///< spark-submit makes PVCs
  bool nfs = true;                 ///< volumes of type nfs
  bool executor_account = true;    ///< conf for executors' service account
  bool archives = true;            ///< spark.archives are unpacked
  // 3.3
  bool name_labels = true; ///< spark-version and spark-app-name
  /// spark.driver.memoryOverheadFactor, and factors of 1 and more.
  bool role_factor = true;
  bool role_scheduling = true; ///< conf driver.node.selector, scheduler.name
  // 3.4
  bool template_ports = true; ///< executors keep the template's ports
  bool ip_families = true;
  // 4.0
  bool label_placeholders = false; ///< {{APP_ID}} in label values
  bool min_overhead_conf = false;  ///< spark.driver.minMemoryOverhead
  bool sub_path_expr = false;      ///< volumes: mount.subPathExpr
  bool host_path_type = false;     ///< volumes: hostPath options.type
  bool size_needs_unit = false;    ///< volumes: sizeLimit below 1024 is refused
  bool claim_labels = false;       ///< PVCs: label.*, annotation.*
  std::string_view claim_access_mode = "ReadWriteOnce";
  // 4.1
  bool image_placeholder = false; ///< {{SPARK_VERSION}} in the image
  bool connect_port = false;      ///< port spark-connect on pod and Service
  bool excludable_steps = false;  ///< driver.pod.excludedFeatureSteps
  bool executor_grace = false;    ///< Spark sets executors' grace period
  // 4.2
  bool network_policy = false;   ///< of executors
  bool connect_protocol = false; ///< Service: appProtocol of spark-connect
  // 4.3
  bool no_escalation = false; ///< driver: allowPrivilegeEscalation is false
};

/// The row that an application gets.
struct chosen_profile {
  const version_profile* row = nullptr; ///< never null
  std::string version; ///< value of the label spark-version, e.g. "3.5.3"
  std::optional<std::string> warning; ///< set when no row fits exactly
};

/// All rows, oldest first; not empty.
[[nodiscard]] std::span<const version_profile> version_profiles() noexcept;

/// The row for a version as users write it: "3.5.3", "v4.1.0-scala", "3.5" or
/// "" (the newest). A version without a row takes the next older one, or the
/// oldest; text that is no version takes the newest. Both warn.
[[nodiscard]] chosen_profile choose_profile(std::string_view requested);

/// The Spark version that a spec asks for, and the field that says so.
struct requested_version {
  std::string text; ///< "": none, that is the newest
  std::string path;
};

/// sparkVersion, else the tag of an image: first of the one that the driver
/// runs, whose pod's shape this decides, then of the one for both roles. A tag
/// is often the application's own version, so it counts only if there is a
/// profile of its major number.
[[nodiscard]] requested_version
requested_spark_version(const spark_application_spec& spec);

/// The row of that version.
[[nodiscard]] const version_profile&
profile_of(const spark_application_spec& spec);

} // namespace spark
