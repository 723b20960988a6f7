#include "crds/conf/settings.hpp"
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
constexpr std::string_view not_yet = "is not supported yet";

// spark-submit would act on these by itself or with classes of a JVM that the
// operator does not have. Silently doing less would be worse than refusing.
constexpr std::array<refused_property, 12> refused = {{
    {"spark.kubernetes.driver.podTemplateFile", template_file},
    {"spark.kubernetes.executor.podTemplateFile", template_file},
    {"spark.driver.bindAddress",
     "is not supported: the driver binds to the address of its pod"},
    {"spark.kubernetes.kerberos.krb5.path", submitter_file},
    {"spark.kubernetes.kerberos.krb5.configMapName", not_yet},
    {"spark.kubernetes.kerberos.tokenSecret.name", not_yet},
    {"spark.kubernetes.kerberos.tokenSecret.itemKey", not_yet},
    {"spark.kubernetes.authenticate.driver.caCertFile", submitter_file},
    {"spark.kubernetes.authenticate.driver.clientKeyFile", submitter_file},
    {"spark.kubernetes.authenticate.driver.clientCertFile", submitter_file},
    {"spark.kubernetes.authenticate.driver.oauthTokenFile", submitter_file},
    {"spark.kubernetes.authenticate.driver.oauthToken",
     "is not supported: use driver.serviceAccount"},
}};

/// What a submission sets by itself. A value that begins like `same` means the
/// same, so there is nothing to say.
struct owned_property {
  std::string_view key;
  std::string_view same = {};
};

constexpr std::array<owned_property, 7> owned = {{
    {"spark.master", "k8s://"},
    {"spark.submit.deployMode", "cluster"},
    {"spark.kubernetes.submission.waitAppCompletion", "false"},
    {"spark.kubernetes.submitInDriver", "true"},
    {"spark.kubernetes.resource.type"},
    {"spark.app.id"},
    {"spark.driver.host"},
}};

void ignore(std::string_view key, std::string_view why,
            parsed_application& out) {
  out.warnings.push_back(
      {entry_path("spec.sparkConf", key), "is ignored: " + std::string{why}});
}

/// Takes out what will not get to the driver, so that nobody else has to know.
void drop_ignored(std::string_view ns, parsed_application& out) {
  auto& conf = out.spec.spark_conf;
  std::erase_if(conf, [&](const auto& entry) {
    if (entry.first.starts_with("spark."))
      return false;
    ignore(entry.first, "Spark takes only keys that begin with spark.", out);
    return true;
  });
  const auto drop = [&](std::string_view key, std::string_view same) {
    const auto at = conf.find(std::string{key});
    if (at == conf.end())
      return;
    if (same.empty() || !at->second.starts_with(same))
      ignore(key, "the operator sets it", out);
    conf.erase(at);
  };
  for (const auto& [key, same] : owned)
    drop(key, same);
  drop("spark.kubernetes.namespace", ns);
}

constexpr std::string_view volcano_step =
    "org.apache.spark.deploy.k8s.features.VolcanoFeatureStep";

void validate_feature_steps(parsed_application& out) {
  constexpr std::string_view key = "spark.kubernetes.driver.pod.featureSteps";
  const auto* steps = find_conf(out.spec, key);
  if (!steps)
    return;
  for (const auto& step : split_list(*steps))
    if (step != volcano_step) {
      out.problems.push_back(
          {entry_path("spec.sparkConf", key),
           "custom feature steps are not supported: they are classes that "
           "run in a JVM at submission, and the operator has none"});
      return;
    }
  ignore(key, "Volcano is not supported yet", out);
  out.spec.spark_conf.erase(std::string{key});
}

void validate_kerberos_pair(parsed_application& out) {
  constexpr std::string_view keytab = "spark.kerberos.keytab";
  constexpr std::string_view principal = "spark.kerberos.principal";
  const bool has_keytab = find_conf(out.spec, keytab) != nullptr;
  const bool has_principal = find_conf(out.spec, principal) != nullptr;
  if (has_keytab != has_principal)
    out.problems.push_back(
        {entry_path("spec.sparkConf", has_keytab ? keytab : principal),
         "needs " + std::string{has_keytab ? principal : keytab} +
             " beside it: Spark takes both or neither"});
}

void validate_dependencies(parsed_application& out) {
  for (const auto* key :
       {"spark.jars", "spark.files", "spark.submit.pyFiles", "spark.archives"})
    if (const auto* list = find_conf(out.spec, key))
      for (const auto& uri : split_list(*list))
        if (auto wrong = check_uri(uri); !wrong.empty())
          out.problems.push_back(
              {entry_path("spec.sparkConf", key), std::move(wrong)});
}

} // namespace

void validate_conf(std::string_view ns, parsed_application& out) {
  drop_ignored(ns, out);
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
  validate_kerberos_pair(out);
  validate_feature_steps(out);
  validate_dependencies(out);
}

} // namespace spark
