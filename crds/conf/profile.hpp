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
struct version_profile {
  int major = 0;
  int minor = 0;
  std::string_view line;           ///< "3.5"
  std::string_view reference;      ///< the release whose captures prove the row
  bool label_placeholders = false; ///< {{APP_ID}} in label values
  bool image_placeholder = false;  ///< {{SPARK_VERSION}} in the image
  bool connect_port = false;       ///< port spark-connect on pod and Service
  bool min_overhead_conf = false;  ///< spark.driver.minMemoryOverhead
  bool excludable_steps = false;   ///< driver.pod.excludedFeatureSteps
  bool sub_path_expr = false;      ///< volumes: mount.subPathExpr
  bool host_path_type = false;     ///< volumes: hostPath options.type
  bool size_needs_unit = false;    ///< volumes: sizeLimit below 1024 is refused
  bool claim_labels = false;       ///< PVCs: label.*, annotation.*
  std::string_view claim_access_mode; ///< of claims that Spark creates
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

} // namespace spark
