#include "crds/text_checks.hpp"

#include "crds/cut_text.hpp"
#include "crds/parse.hpp"

#include <algorithm>

namespace spark {

namespace {

// <cctype> depends on the locale; names in Kubernetes are ASCII.
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_alnum(char c) {
  return is_digit(c) || is_lower(c) || (c >= 'A' && c <= 'Z');
}

std::string one_of(std::string_view value,
                   std::initializer_list<std::string_view> allowed) {
  std::string names;
  for (const auto name : allowed) {
    if (name == value)
      return {};
    names += names.empty() ? "" : ", ";
    names += name;
  }
  return "must be one of " + names + "; is " + quoted(value);
}

/// Letters, digits, '-', '_' and '.', beginning and ending with one of the
/// first two kinds.
bool is_qualified_name(std::string_view text) {
  const auto inner = [](char c) {
    return is_alnum(c) || c == '-' || c == '_' || c == '.';
  };
  return !text.empty() && text.size() <= 63 && is_alnum(text.front()) &&
         is_alnum(text.back()) && std::all_of(text.begin(), text.end(), inner);
}

bool is_dns_label_text(std::string_view label) {
  return !label.empty() && label.front() != '-' && label.back() != '-' &&
         std::all_of(label.begin(), label.end(), [](char c) {
           return is_lower(c) || is_digit(c) || c == '-';
         });
}

bool is_dns_subdomain(std::string_view text) {
  if (text.empty() || text.size() > 253)
    return false;
  while (true) {
    const auto dot = text.find('.');
    if (!is_dns_label_text(text.substr(0, dot)))
      return false;
    if (dot == std::string_view::npos)
      return true;
    text.remove_prefix(dot + 1);
  }
}

} // namespace

std::string quoted(std::string_view value) {
  // An endless value would make an endless message.
  return '"' + cut_text(value, 80) + '"';
}

std::string check_java_size(std::string_view value) {
  const auto bytes = parse_java_size(value);
  if (bytes > 0)
    return {};
  if (bytes == 0)
    return "must be more than zero; is " + quoted(value);
  if (value.find('.') != std::string_view::npos)
    return "must be a whole number with a unit: use an integer such as 1536m "
           "instead of " +
           quoted(value);
  return "must be a whole number with one of the units k, m, g, t, p, such as "
         "512m or 2g; is " +
         quoted(value);
}

std::string check_java_size_or_zero(std::string_view value) {
  return parse_java_size(value) == 0 ? std::string{} : check_java_size(value);
}

std::string check_quantity(std::string_view value) {
  if (parse_quantity(value))
    return {};
  return "must be a Kubernetes quantity such as 500m, 0.5 or 2; is " +
         quoted(value);
}

std::string check_pod_name(std::string_view value) {
  if (is_dns_subdomain(value))
    return {};
  if (value.size() > 253)
    return "must be at most 253 characters long; has " +
           std::to_string(value.size());
  return "must be made of lower-case letters, digits, '-' and '.', and begin "
         "and end with a letter or digit; is " +
         quoted(value);
}

std::string check_volume_name(std::string_view value) {
  if (value.size() <= 63 && is_dns_label_text(value))
    return {};
  return "must be made of at most 63 lower-case letters, digits and '-', and "
         "begin and end with a letter or digit; is " +
         quoted(value);
}

std::string check_label_key(std::string_view value) {
  const auto slash = value.find('/');
  const bool has_prefix = slash != std::string_view::npos;
  if ((!has_prefix || is_dns_subdomain(value.substr(0, slash))) &&
      is_qualified_name(has_prefix ? value.substr(slash + 1) : value))
    return {};
  return "is not a valid key: a name of at most 63 letters, digits, '-', '_' "
         "and '.', optionally after a DNS name and a slash; is " +
         quoted(value);
}

std::string check_label_value(std::string_view value) {
  return value.find("{{") == value.npos ? check_plain_label_value(value)
                                        : std::string{};
}

std::string check_plain_label_value(std::string_view value) {
  if (value.empty() || is_qualified_name(value))
    return {};
  return "is not a valid label value: at most 63 letters, digits, '-', '_' and "
         "'.', beginning and ending with a letter or digit; is " +
         quoted(value);
}

std::string check_device_name(std::string_view value) {
  if (value.find('/') != value.npos && check_label_key(value).empty())
    return {};
  return "must be the name of an extended resource such as nvidia.com/gpu; "
         "is " +
         quoted(value);
}

std::string check_variable_name(std::string_view value) {
  const bool fits = std::all_of(value.begin(), value.end(), [](char c) {
    return c >= ' ' && c <= '~' && c != '=';
  });
  return fits && !value.empty()
             ? std::string{}
             : "is not the name of an environment variable: printable ASCII "
               "without '='; is " +
                   quoted(value);
}

std::string check_application_type(std::string_view value) {
  return one_of(value, {"Scala", "Java", "Python", "R"});
}

std::string check_mode(std::string_view value) {
  if (value == "client" || value == "in-cluster-client")
    return "is " + quoted(value) +
           ", which is not supported: the driver always runs in a pod of its "
           "own, so write cluster or leave it out";
  return one_of(value, {"cluster"});
}

std::string check_pull_policy(std::string_view value) {
  return one_of(value, {"Always", "Never", "IfNotPresent"});
}

std::string check_restart_policy(std::string_view value) {
  return one_of(value, {"Never", "OnFailure", "Always"});
}

std::string check_concurrency_policy(std::string_view value) {
  return one_of(value, {"Allow", "Forbid", "Replace"});
}

std::string check_backoff(std::string_view value) {
  return one_of(value, {"Linear", "Exponential"});
}

std::string check_ip_family_policy(std::string_view value) {
  return one_of(value, {"SingleStack", "PreferDualStack", "RequireDualStack"});
}

std::string check_ip_families(std::string_view value) {
  for (std::string_view allowed : {"IPv4", "IPv6", "IPv4,IPv6", "IPv6,IPv4"})
    if (value == allowed)
      return {};
  return "must be IPv4, IPv6, or both with a comma between them; is " +
         quoted(value);
}

std::string check_uri(std::string_view value) {
  // What Spark puts in place of a jar when the class is on the class path.
  if (value == "spark-internal")
    return {};
  const auto colon = value.find(':');
  const auto scheme =
      colon == std::string_view::npos ? "" : value.substr(0, colon);
  const bool named = !scheme.empty() && !is_digit(scheme.front()) &&
                     std::all_of(scheme.begin(), scheme.end(), [](char c) {
                       return is_alnum(c) || c == '+' || c == '-' || c == '.';
                     });
  std::string lower{scheme};
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  if (named && lower != "file")
    return {};
  return "must be a URI that the driver pod can read, such as "
         "local:///opt/app/app.jar (a path inside the image), https://, "
         "hdfs:// or s3a://; " +
         quoted(value) +
         (named ? " would be a file of whoever submits"
                : " has no scheme and would be a file of whoever submits");
}

std::string check_absolute_path(std::string_view value) {
  if (value.starts_with('/') && value.find(':') == value.npos)
    return {};
  return "must be a path that begins with / and has no colon; is " +
         quoted(value);
}

std::string check_secret_key(std::string_view value) {
  const bool fits = value.size() <= 253 && value != "." &&
                    !value.starts_with("..") &&
                    std::all_of(value.begin(), value.end(), [](char c) {
                      return is_alnum(c) || c == '-' || c == '_' || c == '.';
                    });
  return fits ? std::string{}
              : "must be a key of at most 253 letters, digits, '-', '_' and "
                "'.', not beginning with two dots; is " +
                    quoted(value);
}

std::string check_memory_limit(std::string_view value) {
  if (parse_quantity(value).value_or(0) > 0 || parse_java_size(value) > 0)
    return {};
  return "must be a size such as 2Gi or 2g; is " + quoted(value);
}

std::string check_port_name(std::string_view value) {
  if (!value.empty() && value.size() <= 15 && is_dns_label_text(value) &&
      value.find("--") == value.npos &&
      std::any_of(value.begin(), value.end(), is_lower))
    return {};
  return "must be made of at most 15 lower-case letters, digits and single "
         "'-', with a letter, and begin and end with a letter or digit; is " +
         quoted(value);
}

std::string check_service_type(std::string_view value) {
  return one_of(value, {"ClusterIP", "NodePort", "LoadBalancer"});
}

std::string check_protocol(std::string_view value) {
  return one_of(value, {"TCP", "UDP", "SCTP"});
}

/// As many non-empty parts as `wanted`, with colons between them.
static bool has_parts(std::string_view value, int wanted) {
  int parts = 1;
  std::size_t length = 0;
  for (const char c : value) {
    if (c <= ' ' || (c == ':' && length == 0))
      return false;
    length = c == ':' ? 0 : length + 1;
    parts += c == ':' ? 1 : 0;
  }
  return parts == wanted && length > 0;
}

std::string check_package(std::string_view value) {
  if (has_parts(value, 3))
    return {};
  return "must be Maven coordinates, group:artifact:version; is " +
         quoted(value);
}

std::string check_package_name(std::string_view value) {
  if (has_parts(value, 2))
    return {};
  return "must be a Maven package without version, group:artifact; is " +
         quoted(value);
}

std::string check_python_version(std::string_view value) {
  return one_of(value, {"2", "3"});
}

std::string check_factor(std::string_view value) {
  const auto digits = std::count_if(value.begin(), value.end(), is_digit);
  const auto dots = std::count(value.begin(), value.end(), '.');
  if (digits > 0 && dots <= 1 &&
      static_cast<std::size_t>(digits + dots) == value.size() && digits < 100)
    return {};
  return "must be a decimal number such as 0.2; is " + quoted(value);
}

std::string check_word(std::string_view value) {
  const bool blank = std::any_of(value.begin(), value.end(), [](char c) {
    return static_cast<unsigned char>(c) <= ' ';
  });
  return blank ? "must not hold blanks; is " + quoted(value) : std::string{};
}

} // namespace spark
