#include "crds/conf/spark_names.hpp"

namespace spark {
namespace {

constexpr std::size_t max_dns_label = 63;

void put(std::string& out, char c) {
  if (c != '-' || out.empty() || out.back() != '-')
    out.push_back(c);
}

/// trim, toLowerCase(ROOT), [^a-z0-9-] to '-', "-+" to "-". Of all characters
/// outside ASCII only two have a lower case inside: U+212A (kelvin sign) is
/// k, U+0130 (I with dot) is i and a combining dot.
std::string dashed(std::string_view text) {
  std::string out;
  auto s = java_trim(text);
  for (std::size_t i = 0; i < s.size(); ++i) {
    char c = s[i];
    if (c >= 'A' && c <= 'Z')
      c = static_cast<char>(c - 'A' + 'a');
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
      put(out, c);
    } else if (s.substr(i, 3) == "\xe2\x84\xaa") {
      put(out, 'k');
      i += 2;
    } else if (s.substr(i, 2) == "\xc4\xb0") {
      put(out, 'i');
      put(out, '-');
      i += 1;
    } else {
      put(out, '-');
    }
  }
  return out;
}

} // namespace

std::string_view java_trim(std::string_view s) {
  auto blank = [](char c) { return static_cast<unsigned char>(c) <= ' '; };
  while (!s.empty() && blank(s.front()))
    s.remove_prefix(1);
  while (!s.empty() && blank(s.back()))
    s.remove_suffix(1);
  return s;
}

std::string resource_name_prefix(std::string_view app_name,
                                 std::string_view id16) {
  auto out = dashed(std::string{app_name} + "-" + std::string{id16});
  if (out.starts_with('-'))
    out.erase(0, 1);
  if (!out.empty() && out[0] >= '0' && out[0] <= '9')
    out[0] = 'x';
  return out;
}

std::string app_name_label(std::string_view app_name) {
  auto out = dashed(app_name).substr(0, max_dns_label);
  if (out.starts_with('-'))
    out.erase(0, 1);
  if (out.ends_with('-'))
    out.pop_back();
  return out;
}

std::string service_name(std::string_view app_name, std::string_view id16) {
  return resource_name_prefix(app_name, id16) + "-driver-svc";
}

bool fits_service(std::string_view name) {
  return name.size() <= max_dns_label;
}

} // namespace spark
