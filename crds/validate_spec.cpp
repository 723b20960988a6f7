#include "crds/conf/language.hpp"
#include "crds/conf/profile.hpp"
#include "crds/conf/spark_names.hpp"
#include "crds/spec_rules.hpp"
#include "crds/text_checks.hpp"
#include "crds/validation.hpp"

namespace spark {

namespace {

app_language language_of_type(std::string_view type) {
  if (type == "Python")
    return app_language::python;
  return type == "R" ? app_language::r : app_language::java;
}

std::string_view file_ending(app_language language) {
  switch (language) {
  case app_language::java:
    return "a jar";
  case app_language::python:
    return "a file that ends in .py";
  case app_language::r:
    return "a file that ends in .R";
  }
  return {};
}

/// As long as the part of names that tells submissions apart.
constexpr std::string_view any_id = "0123456789abcdef";

void validate_name(std::string_view app, parsed_application& out) {
  if (app.empty())
    return; // already said
  // The name is the value of a label of every pod, by which they are found.
  if (app.size() > 63)
    out.problems.push_back(
        {"metadata.name", "is too long: has " + std::to_string(app.size()) +
                              " characters, and at most 63 fit into the label "
                              "by which the pods are found"});
  else if (auto wrong = check_pod_name(app); !wrong.empty())
    out.problems.push_back({"metadata.name", std::move(wrong)});
  const auto* name = find_conf(out.spec, "spark.app.name");
  if (!fits_service(service_name(name ? *name : app, any_id)))
    out.warnings.push_back(
        {name ? entry_path("spec.sparkConf", "spark.app.name")
              : "metadata.name",
         "is too long for the name of the driver's Service, which is called "
         "spark-<id>-driver-svc instead"});
  const auto* pod = find_conf(out.spec, "spark.kubernetes.driver.pod.name");
  if (pod && !pod->empty() && !out.spec.driver.pod_name)
    if (auto wrong = check_pod_name(*pod); !wrong.empty())
      out.problems.push_back(
          {entry_path("spec.sparkConf", "spark.kubernetes.driver.pod.name"),
           std::move(wrong)});
}

bool has_conf(const spark_application_spec& spec, std::string_view key) {
  const auto* value = find_conf(spec, key);
  return value && !value->empty();
}

void validate_image(parsed_application& out) {
  const auto& spec = out.spec;
  if (spec.image || has_conf(spec, "spark.kubernetes.container.image"))
    return;
  const bool driver = spec.driver.image ||
                      has_conf(spec, "spark.kubernetes.driver.container.image");
  const bool executor =
      spec.executor.image ||
      has_conf(spec, "spark.kubernetes.executor.container.image");
  if (!driver && !executor)
    report_missing("spec.image",
                   "is missing: give an image, or both "
                   "driver.image and executor.image",
                   out.problems);
  else if (!driver)
    report_missing("spec.driver.image",
                   "is missing, and there is no spec.image either",
                   out.problems);
  else if (!executor)
    report_missing("spec.executor.image",
                   "is missing, and there is no spec.image either",
                   out.problems);
}

void validate_program(parsed_application& out) {
  const auto& spec = out.spec;
  if (!spec.main_application_file) {
    report_missing(
        "spec.mainApplicationFile",
        "is missing: give the URI of the jar, .py or .R file to run, such as "
        "local:///opt/app/app.jar; for a class that is in the image's jars "
        "already, write spark-internal",
        out.problems);
    return;
  }
  const auto by_file = language_of(*spec.main_application_file);
  if (by_file == app_language::java && !spec.main_class)
    report_missing("spec.mainClass",
                   "is missing: a jar needs the name of the class "
                   "whose main method is to run",
                   out.problems);
  if (!check_application_type(spec.type).empty())
    return;
  const auto by_type = language_of_type(spec.type);
  if (by_type != by_file)
    out.warnings.push_back(
        {"spec.type",
         "is " + spec.type + ", which calls for " +
             std::string{file_ending(by_type)} +
             "; Spark goes by the file's name and will run it as " +
             std::string{file_ending(by_file)}});
}

/// Retries that the policy's type never comes to ask for.
void warn_of_idle_retries(parsed_application& out) {
  const auto& p = out.spec.restart_policy;
  const std::string at = "spec.restartPolicy.";
  const auto warn = [&](const char* field, const char* why) {
    out.warnings.push_back({at + field, why});
  };
  if (p.type == "OnFailure" && !p.failure_retries && !p.submission_retries &&
      !p.infrastructure_retries)
    warn("type", "OnFailure without onFailureRetries or "
                 "onSubmissionFailureRetries never retries");
  if (p.type == "Never" &&
      (p.failure_retries || p.submission_retries || p.infrastructure_retries))
    warn("type", "Never retries nothing, whatever the retries say");
  if (p.type == "Always" &&
      (p.failure_retries || p.submission_retries || p.infrastructure_retries))
    warn("type", "Always has no limit, whatever the retries say");
}

} // namespace

void validate_spec(std::string_view app, parsed_application& out) {
  validate_name(app, out);
  if (out.spec.type.empty())
    report_missing("spec.type", "is missing: Scala, Java, Python or R",
                   out.problems);
  validate_image(out);
  validate_program(out);
  for (const auto& rule : spec_rules())
    if (!rule.holds(out.spec))
      out.problems.push_back(
          {std::string{rule.path}, std::string{rule.message}});
  if (out.spec.proxy_user && has_conf(out.spec, "spark.kerberos.principal"))
    out.problems.push_back({"spec.proxyUser",
                            "excludes spark.kerberos.principal: Spark takes "
                            "only one of them"});
  warn_of_idle_retries(out);
  const auto& version = out.spec.spark_version;
  if (version &&
      requested_spark_version({.spark_version = version}).text.empty())
    out.warnings.push_back(
        {"spec.sparkVersion", "is not a version such as 3.5.7 and is ignored"});
}

} // namespace spark
