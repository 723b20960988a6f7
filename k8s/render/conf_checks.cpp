#include "crds/parse.hpp"
#include "k8s/render/conf.hpp"

#include <algorithm>
#include <array>

namespace spark {
namespace {

struct refused_key {
  std::string_view key;
  std::string_view why;
};

constexpr std::string_view unreadable =
    "names a file on the disk of whoever submits, which the operator does not "
    "read";
constexpr std::string_view no_token =
    "is not supported: use spec.driver.serviceAccount";

constexpr std::array refused_keys{
    refused_key{
        "spark.driver.bindAddress",
        "is not supported in Kubernetes mode: the driver binds to the IP "
        "of its pod"},
    refused_key{"spark.kubernetes.driver.pod.featureSteps",
                "names classes that only a JVM could run at submission"},
    refused_key{"spark.kubernetes.driver.podTemplateFile", unreadable},
    refused_key{"spark.kubernetes.executor.podTemplateFile", unreadable},
    refused_key{"spark.kubernetes.authenticate.driver.oauthToken", no_token},
    refused_key{"spark.kubernetes.authenticate.driver.caCertFile", no_token},
    refused_key{"spark.kubernetes.authenticate.driver.clientKeyFile", no_token},
    refused_key{"spark.kubernetes.authenticate.driver.clientCertFile",
                no_token},
    refused_key{"spark.kubernetes.kerberos.krb5.path", unreadable},
    refused_key{"spark.kubernetes.kerberos.krb5.configMapName",
                "is not supported yet"},
    refused_key{"spark.kubernetes.kerberos.tokenSecret.name",
                "is not supported yet"},
    refused_key{"spark.kubernetes.kerberos.tokenSecret.itemKey",
                "is not supported yet"},
};

void one_of(settings& conf, std::string_view key,
            std::initializer_list<std::string_view> allowed) {
  auto value = conf.text(key);
  if (!value || std::ranges::find(allowed, *value) != allowed.end())
    return;
  std::string list;
  for (auto word : allowed)
    list.append(list.empty() ? "" : " or ").append(word);
  conf.refuse(std::string{key} + "=" + *value + ": should be " + list);
}

void positive(settings& conf, std::string_view key) {
  if (conf.integer(key, 1) <= 0)
    conf.refuse(std::string{key} + "=" + conf.text_or(key, "") +
                ": should be a positive number");
}

/// SparkSubmit looks at the heap in bytes, whatever the pod makes of it.
void positive_size(settings& conf, std::string_view key) {
  static_cast<void>(conf.mebibytes(key, 1));
  auto value = conf.text(key);
  if (value && parse_java_size(*value, 1) == 0)
    conf.refuse(std::string{key} + "=" + *value +
                ": should be a positive size");
}

void check_labels(settings& conf) {
  for (std::string role : {"driver", "executor"})
    for (const auto& [key, value] :
         conf.with_prefix("spark.kubernetes." + role + ".label."))
      if (is_reserved_label(role, key))
        conf.refuse("label " + key + " of the " + role +
                    " is not allowed: it is reserved for Spark bookkeeping "
                    "operations");
}

void check_executors(settings& conf) {
  positive_size(conf, "spark.executor.memory");
  positive(conf, "spark.executor.cores");
  if (!conf.flag("spark.dynamicAllocation.enabled", false))
    positive(conf, "spark.executor.instances");
  else
    static_cast<void>(conf.integer("spark.executor.instances", 1));
  static_cast<void>(conf.mebibytes("spark.executor.memoryOverhead", 0));
}

void check_factors(settings& conf) {
  for (std::string_view key : {"spark.driver.memoryOverheadFactor",
                               "spark.executor.memoryOverheadFactor"})
    if (conf.factor(key, 1) == 0)
      conf.refuse(std::string{key} + ": should be greater than 0");
}

} // namespace

void check_uri(settings& conf, std::string_view what, std::string_view uri) {
  auto colon = uri.find(':');
  auto scheme = uri.substr(0, colon == uri.npos ? 0 : colon);
  bool bare = scheme.empty() || scheme.find('/') != scheme.npos;
  if (bare || scheme == "file")
    conf.refuse(std::string{what} + ": " + std::string{uri} +
                " would be read from the operator's own disk; use local:// "
                "for a file in the image, or a URI that the driver can "
                "fetch");
}

void check_conf(settings& conf, const version_profile& profile) {
  if (!conf.has("spark.kubernetes.container.image") &&
      !conf.has("spark.kubernetes.driver.container.image"))
    conf.refuse("spec.image or spec.driver.image is needed: there is no image "
                "for the driver container");
  for (const auto& [key, why] : refused_keys)
    if (conf.has(key))
      conf.refuse(std::string{key} + " " + std::string{why});
  if (profile.excludable_steps &&
      !conf.text_or("spark.kubernetes.driver.pod.excludedFeatureSteps", "")
           .empty())
    conf.refuse("spark.kubernetes.driver.pod.excludedFeatureSteps is not "
                "supported");
  if (auto keytab = conf.text("spark.kerberos.keytab");
      keytab && !keytab->starts_with("local:"))
    conf.refuse("spark.kerberos.keytab " + std::string{unreadable});
  one_of(conf, "spark.kubernetes.container.image.pullPolicy",
         {"Always", "Never", "IfNotPresent"});
  one_of(conf, "spark.kubernetes.driver.service.ipFamilyPolicy",
         {"SingleStack", "PreferDualStack", "RequireDualStack"});
  one_of(conf, "spark.kubernetes.driver.service.ipFamilies",
         {"IPv4", "IPv6", "IPv4,IPv6", "IPv6,IPv4"});
  positive_size(conf, "spark.driver.memory");
  positive(conf, "spark.driver.cores");
  check_executors(conf);
  check_factors(conf);
  check_labels(conf);
  for (std::string_view key :
       {"spark.jars", "spark.files", "spark.archives", "spark.submit.pyFiles"})
    for (const auto& uri : conf.list(key))
      check_uri(conf, key, uri);
}

} // namespace spark
