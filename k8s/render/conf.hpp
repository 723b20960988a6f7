#pragma once

#include "k8s/render/executor_template.hpp"
#include "k8s/render/memory.hpp"
#include "k8s/render/names.hpp"
#include "k8s/render/settings.hpp"
#include "k8s/render/submission.hpp"

namespace spark {

/// The conf that the Go operator would give to spark-submit.
struct wanted_conf {
  string_map conf;
  std::vector<std::string> warnings;
};

/// From weak to strong: name of the application, its own labels, the spec's
/// fields and sparkConf in the order of the field table, what executors and
/// scratch volumes need, and the keys that belong to the operator (namespace,
/// master, deploy mode, driver pod name, its labels). Those cannot be
/// overridden: another value for one gets a warning.
[[nodiscard]] wanted_conf make_conf(const submission_input& in,
                                    std::string_view driver_pod,
                                    const executor_wishes& executors,
                                    const string_map& driver_volumes);

/// What the driver is told to run, by the rules of SparkSubmit.
struct main_resource {
  app_language language = app_language::java;
  std::string main_class; ///< argument of --class
  std::string uri;        ///< the argument after it, or "spark-internal"
};

/// Notes a refusal in `conf` when there is nothing to run, or when a file would
/// be read from the operator's own disk.
[[nodiscard]] main_resource
make_main_resource(const spark_application_spec& spec, settings& conf);

/// Adds what SparkSubmit and the Kubernetes steps write into the properties
/// (reference/spark-submit.md §2.2); these win over the user's.
void add_submit_properties(string_map& conf, const submission_input& in,
                           const child_names& names, const main_resource& main,
                           bool has_executor_template);

/// Notes a refusal for everything that Spark would refuse, and for what needs
/// a JVM or a disk at submission. `conf` is what make_conf gave.
void check_conf(settings& conf, const version_profile& profile);

/// Refuses a URI that spark-submit would take from its own disk.
void check_uri(settings& conf, std::string_view what, std::string_view uri);

/// Labels that only Spark sets on a pod of the role ("driver", "executor").
[[nodiscard]] bool is_reserved_label(std::string_view role,
                                     std::string_view key);
/// Labels that only the operator sets.
[[nodiscard]] bool is_operator_label(std::string_view key);

inline constexpr int default_driver_port = 7078;
inline constexpr int default_block_manager_port = 7079;

} // namespace spark
