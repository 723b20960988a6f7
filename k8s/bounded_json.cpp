#include "k8s/bounded_json.hpp"

namespace spark {

namespace json = boost::json;

namespace {

/// The index after the string that begins at `at`.
std::size_t after_string(std::string_view text, std::size_t at) {
  for (++at; at < text.size() && text[at] != '"'; ++at)
    if (text[at] == '\\')
      ++at;
  return std::min(at + 1, text.size());
}

bool opens(char c) { return c == '{' || c == '['; }
bool closes(char c) { return c == '}' || c == ']'; }

} // namespace

std::string without_deep_values(std::string_view text, int deepest) {
  std::string out;
  out.reserve(text.size());
  int depth = 0;
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    const auto next = c == '"' ? after_string(text, at) : at + 1;
    if (opens(c) && ++depth == deepest + 1)
      out += "\"(nested too deeply)\"";
    if (depth <= deepest)
      out += text.substr(at, next - at);
    if (closes(c))
      --depth;
    at = next;
  }
  return out;
}

result<json::value> parse_bounded(std::string_view text,
                                  json::storage_ptr storage) {
  json::parse_options limits;
  limits.max_depth = deepest_json;
  boost::system::error_code ec;
  auto out = json::parse(text, ec, storage, limits);
  if (ec == json::error::too_deep) {
    ec.clear();
    out = json::parse(without_deep_values(text, deepest_json), ec, storage,
                      limits);
  }
  if (ec)
    return fail(errc::bad_reply, "is not JSON: " + ec.message());
  return out;
}

} // namespace spark
