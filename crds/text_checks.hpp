#pragma once

#include <string>
#include <string_view>

namespace spark {

/// A value as messages show it: in quotes, at most 80 bytes of it.
[[nodiscard]] std::string quoted(std::string_view value);

// Each returns "" when the value is fine, else what is wrong with it in words
// that say what would be right. They match `text_check` of the field table.

/// A Java size such as 512m or 2g: whole number, optional unit, not zero.
[[nodiscard]] std::string check_java_size(std::string_view value);
/// The same where zero means something: memoryOverhead.
[[nodiscard]] std::string check_java_size_or_zero(std::string_view value);
/// A Kubernetes quantity such as 500m, 0.5 or 2, not negative.
[[nodiscard]] std::string check_quantity(std::string_view value);
/// DNS-1123 subdomain of at most 253 bytes: what pods can be called.
[[nodiscard]] std::string check_pod_name(std::string_view value);
/// DNS-1123 label of at most 63 bytes: what volumes can be called.
[[nodiscard]] std::string check_volume_name(std::string_view value);
[[nodiscard]] std::string check_label_key(std::string_view value);
/// At most 63 bytes. Values with "{{" pass: Spark substitutes them.
[[nodiscard]] std::string check_label_value(std::string_view value);
/// The same where Spark substitutes nothing.
[[nodiscard]] std::string check_plain_label_value(std::string_view value);
/// An extended resource such as nvidia.com/gpu.
[[nodiscard]] std::string check_device_name(std::string_view value);
/// What Kubernetes lets an environment variable be called: printable ASCII
/// without '='.
[[nodiscard]] std::string check_variable_name(std::string_view value);
[[nodiscard]] std::string check_application_type(std::string_view value);
[[nodiscard]] std::string check_mode(std::string_view value);
[[nodiscard]] std::string check_pull_policy(std::string_view value);
[[nodiscard]] std::string check_restart_policy(std::string_view value);
[[nodiscard]] std::string check_concurrency_policy(std::string_view value);
[[nodiscard]] std::string check_backoff(std::string_view value);
[[nodiscard]] std::string check_ip_family_policy(std::string_view value);
[[nodiscard]] std::string check_ip_families(std::string_view value);
/// A URI that a driver pod can read: not file: and not without a scheme,
/// which spark-submit would take from the submitter's own disk.
[[nodiscard]] std::string check_uri(std::string_view value);
/// A path that begins with a slash and has no colon, which a mount path may
/// not have.
[[nodiscard]] std::string check_absolute_path(std::string_view value);
/// A key of a Secret or ConfigMap.
[[nodiscard]] std::string check_secret_key(std::string_view value);
/// A quantity such as 2Gi, or a Java size such as 2g.
[[nodiscard]] std::string check_memory_limit(std::string_view value);
/// At most 15 lower-case letters, digits and single dashes, with a letter.
[[nodiscard]] std::string check_port_name(std::string_view value);
[[nodiscard]] std::string check_protocol(std::string_view value);
/// ClusterIP, NodePort or LoadBalancer.
[[nodiscard]] std::string check_service_type(std::string_view value);
/// Maven coordinates group:artifact:version.
[[nodiscard]] std::string check_package(std::string_view value);
/// The same without the version.
[[nodiscard]] std::string check_package_name(std::string_view value);
[[nodiscard]] std::string check_python_version(std::string_view value);
/// A decimal number that is not negative, such as 0.2.
[[nodiscard]] std::string check_factor(std::string_view value);
/// What a repository is called: no blanks.
[[nodiscard]] std::string check_word(std::string_view value);
/// Generic, GCPServiceAccount or HadoopDelegationToken; other text is Generic.
inline constexpr std::string_view gcp_secret = "GCPServiceAccount";
inline constexpr std::string_view hadoop_secret = "HadoopDelegationToken";

} // namespace spark
