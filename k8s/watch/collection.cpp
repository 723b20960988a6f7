#include "k8s/watch/collection.hpp"

namespace spark {
namespace {

bool unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
}

class query {
public:
  explicit query(std::string path) : text_{std::move(path)} {}

  query& add(std::string_view name, std::string_view value) {
    if (value.empty())
      return *this;
    text_ += separator_;
    separator_ = '&';
    text_.append(name).append("=").append(percent_encoded(value));
    return *this;
  }

  std::string take() && { return std::move(text_); }

private:
  std::string text_;
  char separator_ = '?';
};

query selection(const collection& c) {
  query q{path_of(c)};
  q.add("labelSelector", c.label_selector);
  q.add("fieldSelector", c.field_selector);
  return q;
}

} // namespace

std::string percent_encoded(std::string_view text) {
  static constexpr char digits[] = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size() + 16);
  for (char c : text) {
    if (unreserved(c)) {
      out += c;
      continue;
    }
    auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += digits[byte >> 4];
    out += digits[byte & 15];
  }
  return out;
}

std::string path_of(const collection& c) {
  auto out = c.prefix;
  if (!c.ns.empty())
    out.append("/namespaces/").append(percent_encoded(c.ns));
  return out.append("/").append(c.plural);
}

std::string list_path(const collection& c, std::size_t limit,
                      std::string_view continue_token) {
  auto q = selection(c);
  if (limit > 0)
    q.add("limit", std::to_string(limit));
  q.add("continue", continue_token);
  return std::move(q).take();
}

std::string watch_path(const collection& c, std::string_view resource_version,
                       std::chrono::seconds timeout) {
  auto q = selection(c);
  q.add("watch", "true").add("allowWatchBookmarks", "true");
  q.add("resourceVersion", resource_version);
  q.add("timeoutSeconds", std::to_string(timeout.count()));
  return std::move(q).take();
}

} // namespace spark
