#include "crds/field_rows.hpp"
#include "crds/text_checks.hpp"

namespace spark {

using enum value_kind;
using app = spark_application_spec;

std::vector<field> image_rows() {
  return {
      {.path = "spec.image",
       .member = &app::image,
       .conf = "spark.kubernetes.container.image",
       .since = "guide",
       .example = "registry.example.com/spark:3.5.7",
       .description = "Container image of driver and executors. Needed unless "
                      "both driver.image and executor.image are given."},
      {.path = "spec.imagePullPolicy",
       .member = &app::image_pull_policy,
       .conf = "spark.kubernetes.container.image.pullPolicy",
       .check = check_pull_policy,
       .since = "guide",
       .example = "Always",
       .description =
           "When the image is pulled: Always, Never or IfNotPresent, "
           "in exactly this spelling."},
      {.path = "spec.imagePullSecrets",
       .kind = text_list,
       .member = &app::image_pull_secrets,
       .conf = "spark.kubernetes.container.image.pullSecrets",
       .check = check_pod_name,
       .since = "guide",
       .example = "[registry-login]",
       .description = "Names of Secrets to pull the images with."},
      {.path = "spec.pythonVersion",
       .kind = int_or_text,
       .member = &app::python_version,
       .conf = "spark.kubernetes.pyspark.pythonVersion",
       .check = check_python_version,
       .since = "guide",
       .example = "\"2\"",
       .description = "Major version of Python, 2 or 3. Spark 3.0 reads it; "
                      "newer ones take the python3 of the image. Typed Go "
                      "clients fail on a number: prefer a string."},
      {.path = "spec.memoryOverheadFactor",
       .member = &app::memory_overhead_factor,
       .conf = "spark.kubernetes.memoryOverheadFactor",
       .check = check_factor,
       .since = "1.0",
       .example = "\"0.2\"",
       .description = "Part of the heap that pods get on top of it, as "
                      "decimal text. Absent: 0.1, or 0.4 for Python and R."},
  };
}

static std::vector<field> type_rows() {
  return {
      // The one field that the CRD requires: v1beta2 also does for
      // sparkVersion,
      // driver and executor, but the guide leaves them out and there are good
      // answers without them, while nobody can guess the type.
      {.path = "spec.type",
       .member = &app::type,
       .required = true,
       .check = check_application_type,
       .since = "guide",
       .example = "Scala",
       .lands = "validation only: Spark goes by the name of the main file",
       .description = "Language of the application: Scala, Java, Python or R."},
      {.path = "spec.mode",
       .member = &app::mode,
       .default_value = "cluster",
       .check = check_mode,
       .since = "guide",
       .example = "cluster",
       .lands = "validation only",
       .description = "How the driver runs: cluster, that is in a pod of its "
                      "own. The only mode there is."},
      {.path = "spec.deployMode",
       .member = &app::mode,
       .alias_of = "spec.mode",
       .check = check_mode,
       .since = "guide",
       .example = "cluster",
       .lands = "as mode",
       .description = "Another spelling of mode, from the user guide. Typed Go "
                      "clients drop it: prefer mode."},
      {.path = "spec.sparkVersion",
       .member = &app::spark_version,
       .since = "1.0",
       .example = "3.5.7",
       .lands = "choice of what the driver pod looks like",
       .description = "Version of Spark in the image. Absent: taken from the "
                      "image's tag if that looks like a version of Spark, "
                      "else the newest supported line."},
  };
}

static std::vector<field> main_rows() {
  return {
      {.path = "spec.mainClass",
       .member = &app::main_class,
       .since = "guide",
       .example = "org.apache.spark.examples.SparkPi",
       .lands = "driver Pod: argument --class",
       .description = "Class with the main method. Needed for Scala and Java."},
      {.path = "spec.mainApplicationFile",
       .member = &app::main_application_file,
       .check = check_uri,
       .since = "guide",
       .example = "local:///opt/spark/examples/jars/spark-examples.jar",
       .lands = "driver Pod: argument",
       .description =
           "URI of the jar, .py or .R file to run, as the driver pod "
           "sees it. local:// is a path inside the image."},
      {.path = "spec.arguments",
       .kind = text_list,
       .member = &app::arguments,
       .since = "guide",
       .example = "[\"1000\"]",
       .lands = "driver Pod: arguments",
       .description = "Arguments of the application, each at most 128 KiB."},
      {.path = "spec.sparkConf",
       .kind = text_map,
       .member = &app::spark_conf,
       .since = "guide",
       .example = "{\"spark.eventLog.enabled\": \"true\"}",
       .lands = "Spark conf, keys as they are",
       .description = "Spark configuration properties. Fields of this spec win "
                      "over the property that they stand for; image, "
                      "imagePullPolicy, imagePullSecrets, pythonVersion "
                      "and memoryOverheadFactor do not."},
      {.path = "spec.hadoopConf",
       .kind = loose_map,
       .member = &app::hadoop_conf,
       .conf = "spark.hadoop.",
       .since = "guide",
       .example = "{fs.gs.project.id: spark}",
       .description = "Hadoop configuration properties, without the prefix "
                      "spark.hadoop. Booleans and numbers are taken as text; "
                      "typed Go clients fail on them, so prefer strings."},
      {.path = "spec.volumes",
       .kind = opaque_list,
       .member = &app::volumes,
       .core_type = "Volume",
       .since = "guide",
       .example = "[{name: work, emptyDir: {}}]",
       .lands = "driver Pod and executor Pod template: volumes",
       .description = "Kubernetes volumes that driver and executors mount with "
                      "their volumeMounts."},
      {.path = "spec.restartPolicy",
       .kind = object,
       .since = "guide",
       .example = "{type: Never}",
       .lands = "life cycle",
       .description = "Whether the application runs again when it has ended."},
      {.path = "spec.restartPolicy.type",
       .member = &restart_policy_spec::type,
       .default_value = "Never",
       .check = check_restart_policy,
       .since = "guide",
       .example = "Never",
       .lands = "life cycle",
       .description = "Never, OnFailure (again when an attempt has failed, as "
                      "often as the retries below allow) or Always (again "
                      "after every end, without a limit)."},
  };
}

std::vector<field> program_rows() {
  auto rows = type_rows();
  auto more = main_rows();
  rows.insert(rows.end(), more.begin(), more.end());
  return rows;
}

} // namespace spark
