#pragma once

#include <string>
#include <string_view>

namespace spark {

/// What -ingress-url-format and ingressURLFormat say for one application.
struct ingress_url {
  std::string scheme; ///< "http" where the format has none
  std::string host;   ///< may begin with "*."
  std::string path;   ///< begins with a slash, or is empty; never just "/"
  /// Empty: the URL can be used. Else what the format should be like.
  std::string wrong;

  /// As users open it.
  [[nodiscard]] std::string address() const {
    return scheme + "://" + host + path;
  }
};

/// What the tokens of a format stand for.
struct ingress_names {
  std::string_view app;
  std::string_view ns;
  std::string_view application_id; ///< "spark-…"
};

/// Replaces {{$appName}}, {{$appNamespace}} and {{$appId}} (blanks inside the
/// braces are fine) and takes the URL apart.
[[nodiscard]] ingress_url expand_ingress_url(std::string_view format,
                                             const ingress_names& of);

/// A check of a format, for any application.
[[nodiscard]] std::string check_ingress_url(std::string_view format);

} // namespace spark
