#include "crds/conf/ingress_url.hpp"

#include "crds/text_checks.hpp"

#include <algorithm>

namespace spark {

namespace {

std::string_view without_blanks(std::string_view text) {
  while (!text.empty() && text.front() == ' ')
    text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ')
    text.remove_suffix(1);
  return text;
}

/// Empty `wrong` and the text, or the token that nobody knows.
struct replaced {
  std::string text;
  std::string wrong;
};

replaced replace_tokens(std::string_view format, const ingress_names& of) {
  replaced out;
  while (true) {
    const auto open = format.find("{{");
    out.text += format.substr(0, open);
    if (open == format.npos)
      return out;
    format.remove_prefix(open + 2);
    const auto close = format.find("}}");
    const auto token = without_blanks(format.substr(0, close));
    if (close != format.npos && token == "$appName")
      out.text += of.app;
    else if (close != format.npos && token == "$appNamespace")
      out.text += of.ns;
    else if (close != format.npos && token == "$appId")
      out.text += of.application_id;
    else {
      out.wrong = "may hold {{$appName}}, {{$appNamespace}} and {{$appId}}, "
                  "and not {{" +
                  std::string{token} + "}}";
      return out;
    }
    format.remove_prefix(close + 2);
  }
}

std::string wrong_path(std::string_view path) {
  const bool odd = std::ranges::any_of(path, [](unsigned char c) {
    return c <= ' ' || c >= 127 || c == '?' || c == '#' || c == '"';
  });
  return odd ? "must have a path without blanks, '?', '#' and quotes; is " +
                   quoted(path)
             : std::string{};
}

} // namespace

ingress_url expand_ingress_url(std::string_view format,
                               const ingress_names& of) {
  ingress_url out;
  auto [text, wrong] = replace_tokens(format, of);
  if (!wrong.empty()) {
    out.wrong = std::move(wrong);
    return out;
  }
  std::string_view rest = text;
  const auto mark = rest.find("://");
  out.scheme = mark == rest.npos ? "http" : rest.substr(0, mark);
  if (mark != rest.npos)
    rest.remove_prefix(mark + 3);
  const auto slash = std::min(rest.find('/'), rest.size());
  out.host = rest.substr(0, slash);
  out.path = rest.substr(slash);
  while (out.path.ends_with('/'))
    out.path.pop_back();
  std::string_view name = out.host;
  if (name.starts_with("*."))
    name.remove_prefix(2);
  if (out.scheme != "http" && out.scheme != "https")
    out.wrong = "must be a URL of http or https; is " + quoted(text);
  else if (auto odd = check_pod_name(name); !odd.empty())
    out.wrong = "must begin with the name of a host, without a port: " + odd;
  else
    out.wrong = wrong_path(out.path);
  return out;
}

std::string check_ingress_url(std::string_view format) {
  return expand_ingress_url(
             format, {.app = "app", .ns = "ns", .application_id = "spark-0"})
      .wrong;
}

} // namespace spark
