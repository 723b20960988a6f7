#pragma once

#include "crds/conf/language.hpp"
#include "crds/conf/settings.hpp"
#include "k8s/render/executor_template.hpp"
#include "k8s/render/names.hpp"
#include "k8s/render/submission.hpp"

namespace spark {

/// The conf that the Go operator would give to spark-submit. From weak to
/// strong: name of the application, the spec's fields and sparkConf in the
/// order of the field table, what executors and scratch volumes need, and the
/// keys that belong to the operator (namespace, master, deploy mode, driver
/// pod name, its labels).
[[nodiscard]] string_map make_conf(const submission_input& in,
                                   std::string_view driver_pod,
                                   const executor_wishes& executors,
                                   const string_map& driver_volumes);

/// What the driver is told to run, by the rules of SparkSubmit.
struct main_resource {
  app_language language = app_language::java;
  std::string main_class; ///< argument of --class
  std::string uri;        ///< the argument after it, or "spark-internal"
};
[[nodiscard]] main_resource
make_main_resource(const spark_application_spec& spec);

/// Adds what SparkSubmit and the Kubernetes steps write into the properties
/// (reference/spark-submit.md §2.2); these win over the user's.
void add_submit_properties(string_map& conf, const submission_input& in,
                           const child_names& names, const main_resource& main,
                           bool has_executor_template);

} // namespace spark
