#include "crds/text_checks.hpp"
#include "crds/validation.hpp"

#include <array>

namespace spark {

namespace {

struct refused_property {
  std::string_view key;
  std::string_view why;
};

constexpr std::string_view template_file =
    "is not supported: it names a file of whoever submits, and here that is "
    "the operator; use the fields of the spec";
constexpr std::string_view submitter_file =
    "is not supported: it names a file of whoever submits, and here that is "
    "the operator";

// spark-submit would act on these by itself or with classes of a JVM that the
// operator does not have. Silently doing less would be worse than refusing.
constexpr std::array<refused_property, 9> refused = {{
    {"spark.kubernetes.driver.podTemplateFile", template_file},
    {"spark.kubernetes.executor.podTemplateFile", template_file},
    {"spark.kubernetes.driver.pod.excludedFeatureSteps",
     "is not supported: the driver pod is not made by feature steps"},
    {"spark.driver.bindAddress",
     "is not supported: the driver binds to the address of its pod"},
    {"spark.kubernetes.kerberos.krb5.path", submitter_file},
    {"spark.kubernetes.authenticate.driver.caCertFile", submitter_file},
    {"spark.kubernetes.authenticate.driver.clientKeyFile", submitter_file},
    {"spark.kubernetes.authenticate.driver.clientCertFile", submitter_file},
    {"spark.kubernetes.authenticate.driver.oauthTokenFile", submitter_file},
}};

constexpr std::string_view volcano_step =
    "org.apache.spark.deploy.k8s.features.VolcanoFeatureStep";

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view spaces = " \t\r\n";
  const auto first = text.find_first_not_of(spaces);
  if (first == std::string_view::npos)
    return {};
  return text.substr(first, text.find_last_not_of(spaces) - first + 1);
}

/// Calls visit with each item of a comma list, without empty ones.
template<class F>
void for_each_item(std::string_view list, F visit) {
  while (true) {
    const auto comma = list.find(',');
    if (const auto item = trimmed(list.substr(0, comma)); !item.empty())
      visit(item);
    if (comma == std::string_view::npos)
      return;
    list.remove_prefix(comma + 1);
  }
}

void validate_feature_steps(parsed_application& out) {
  constexpr std::string_view key = "spark.kubernetes.driver.pod.featureSteps";
  const auto* steps = find_conf(out.spec, key);
  if (!steps)
    return;
  for_each_item(*steps, [&](std::string_view step) {
    const auto path = entry_path("spec.sparkConf", key);
    if (step == volcano_step)
      out.warnings.push_back(
          {path, "Volcano is not supported yet: the step is ignored"});
    else
      out.problems.push_back(
          {path,
           "custom feature steps are not supported: they are classes that "
           "run in a JVM at submission, and the operator has none"});
  });
}

void validate_dependencies(parsed_application& out) {
  for (const auto* key :
       {"spark.jars", "spark.files", "spark.submit.pyFiles", "spark.archives"})
    if (const auto* list = find_conf(out.spec, key))
      for_each_item(*list, [&](std::string_view uri) {
        if (auto wrong = check_uri(uri); !wrong.empty())
          out.problems.push_back(
              {entry_path("spec.sparkConf", key), std::move(wrong)});
      });
}

} // namespace

void validate_conf(parsed_application& out) {
  for (const auto& [key, why] : refused)
    if (find_conf(out.spec, key))
      out.problems.push_back(
          {entry_path("spec.sparkConf", key), std::string{why}});
  const auto* keytab = find_conf(out.spec, "spark.kerberos.keytab");
  if (keytab && !keytab->starts_with("local:"))
    out.problems.push_back(
        {entry_path("spec.sparkConf", "spark.kerberos.keytab"),
         std::string{submitter_file} +
             "; local:///path is a file in the image"});
  constexpr std::string_view policy =
      "spark.kubernetes.container.image.pullPolicy";
  if (const auto* value = find_conf(out.spec, policy))
    if (auto wrong = check_pull_policy(*value); !wrong.empty())
      out.problems.push_back(
          {entry_path("spec.sparkConf", policy), std::move(wrong)});
  validate_feature_steps(out);
  validate_dependencies(out);
  for (const auto& [key, value] : out.spec.spark_conf)
    if (!key.starts_with("spark."))
      out.warnings.push_back({entry_path("spec.sparkConf", key),
                              "does not begin with spark. and is ignored by "
                              "Spark"});
}

} // namespace spark
