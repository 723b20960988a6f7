#include "crds/field_rows.hpp"
#include "crds/text_checks.hpp"

namespace spark {

using enum value_kind;
using pod = pod_role_spec;

static std::vector<field> resource_rows() {
  return {
      {.path = "spec.{role}.cores",
       .kind = number,
       .member = &pod::cores,
       .conf = "spark.{role}.cores",
       .fraction_conf = "spark.kubernetes.{role}.request.cores",
       .default_value = "1",
       .since = "guide",
       .example = "2",
       .description = "CPU cores of the {role}. A fraction such as 0.1 runs as "
                      "the next whole number of cores and requests just the "
                      "fraction, unless coreRequest says otherwise; typed Go "
                      "clients fail on fractions."},
      {.path = "spec.{role}.coreRequest",
       .member = &pod::core_request,
       .conf = "spark.kubernetes.{role}.request.cores",
       .check = check_quantity,
       .since = "1.0",
       .example = "500m",
       .description = "CPU request of the {role} pod, a Kubernetes quantity. "
                      "Absent: cores, but not more than coreLimit."},
      {.path = "spec.{role}.coreLimit",
       .member = &pod::core_limit,
       .conf = "spark.kubernetes.{role}.limit.cores",
       .check = check_quantity,
       .since = "guide",
       .example = "1200m",
       .description = "CPU limit of the {role} pod, a Kubernetes quantity. "
                      "Absent: no limit."},
      {.path = "spec.{role}.memory",
       .member = &pod::memory,
       .conf = "spark.{role}.memory",
       .default_value = "1g",
       .check = check_java_size,
       .since = "guide",
       .example = "512m",
       .description = "Heap of the {role}, a whole number with a unit as Java "
                      "writes it: 512m is 512 MiB. The pod gets memoryOverhead "
                      "on top."},
      {.path = "spec.{role}.memoryOverhead",
       .member = &pod::memory_overhead,
       .conf = "spark.{role}.memoryOverhead",
       .check = check_java_size_or_zero,
       .since = "guide",
       .example = "512m",
       .description =
           "Memory of the {role} pod beyond the heap. Absent: Spark's "
           "factor of the heap, at least 384 MiB."},
  };
}

static std::vector<field> pod_rows() {
  return {
      {.path = "spec.{role}.image",
       .member = &pod::image,
       .conf = "spark.kubernetes.{role}.container.image",
       .since = "guide",
       .example = "registry.example.com/spark:3.5.7",
       .description = "Container image of the {role}, instead of spec.image."},
      {.path = "spec.{role}.serviceAccount",
       .member = &pod::service_account,
       .conf = "spark.kubernetes.authenticate.{role}.serviceAccountName",
       .check = check_pod_name,
       .since = "guide",
       .example = "spark",
       .description =
           "Service account of the {role} pod. That of the driver "
           "must be allowed to create pods, Services and ConfigMaps."},
      {.path = "spec.{role}.javaOptions",
       .member = &pod::java_options,
       .conf = "spark.{role}.extraJavaOptions",
       .since = "guide",
       .example = "-XX:+UseG1GC",
       .description = "Options for the JVM of the {role}; no heap size here."},
      {.path = "spec.{role}.labels",
       .kind = text_map,
       .member = &pod::labels,
       .conf = "spark.kubernetes.{role}.label.",
       .since = "guide",
       .example = "{team: data}",
       .description =
           "Labels of the {role} pod, over those of the application's "
           "metadata. Those that Spark sets itself are refused."},
      {.path = "spec.{role}.annotations",
       .kind = text_map,
       .member = &pod::annotations,
       .conf = "spark.kubernetes.{role}.annotation.",
       .since = "guide",
       .example = "{example.com/owner: data}",
       .description = "Annotations of the {role} pod."},
      {.path = "spec.{role}.env",
       .kind = opaque_list,
       .member = &pod::env,
       .core_type = "EnvVar",
       .since = "guide",
       .example = "[{name: MODE, value: fast}]",
       .lands = "{role} Pod: env",
       .description = "Environment variables of the {role} container, as in a "
                      "Kubernetes container. In the driver they come last and "
                      "so win over Spark's own; in executors a list with "
                      "more than plain values comes before Spark's own."},
      {.path = "spec.{role}.volumeMounts",
       .kind = opaque_list,
       .member = &pod::volume_mounts,
       .core_type = "VolumeMount",
       .since = "guide",
       .example = "[{name: work, mountPath: /work}]",
       .lands = "{role} Pod: volumeMounts",
       .description = "Where the {role} container mounts volumes of "
                      "spec.volumes."},
  };
}

static std::vector<field> own_rows() {
  return {
      {.path = "spec.driver.podName",
       .member = &driver_spec::pod_name,
       .conf = "spark.kubernetes.driver.pod.name",
       .check = check_pod_name,
       .since = "guide",
       .example = "my-driver",
       .description = "Name of the driver pod, the same in every attempt. "
                      "Absent: the application's name and -driver."},
      {.path = "spec.driver.envVars",
       .kind = text_map,
       .member = &pod::env_vars,
       .conf = "spark.kubernetes.driverEnv.",
       .since = "guide",
       .example = "{MODE: fast}",
       .description = "Environment variables of the driver. Deprecated: prefer "
                      "env."},
      {.path = "spec.executor.envVars",
       .kind = text_map,
       .member = &pod::env_vars,
       .conf = "spark.executorEnv.",
       .since = "guide",
       .example = "{MODE: fast}",
       .description = "Environment variables of the executors. Deprecated: "
                      "prefer env."},
      {.path = "spec.executor.instances",
       .kind = integer,
       .member = &executor_spec::instances,
       .conf = "spark.executor.instances",
       .default_value = "1",
       .since = "guide",
       .example = "2",
       .description =
           "Number of executors. With dynamic allocation: the number "
           "it starts with, if larger than its own settings."},
  };
}

std::vector<field> role_rows() {
  std::vector<field> rows{
      {.path = "spec.{role}",
       .kind = object,
       .since = "guide",
       .example = "{cores: 1, memory: 512m}",
       .lands = "{role} Pod",
       .description = "What the {role} runs with."},
  };
  for (auto part : {resource_rows(), pod_rows(), own_rows()})
    rows.insert(rows.end(), part.begin(), part.end());
  return rows;
}

} // namespace spark
