#pragma once

#include "crds/cut_text.hpp"
#include "k8s/bounded_json.hpp"
#include "k8s/transport.hpp"

#include <boost/json.hpp>

#include <optional>
#include <string>

/// What procedures ask of a reply.
namespace spark {

/// A server's words may quote a whole object; rows and statuses are bounded.
inline constexpr std::size_t most_words = 1024;

[[nodiscard]] inline bool answered(const reply& r, int status) {
  return r.how == sent::answered && r.status == status;
}

[[nodiscard]] inline bool success(const reply& r) {
  return r.how == sent::answered && r.status >= 200 && r.status < 300;
}

/// Nothing: it is not JSON, or too deep.
[[nodiscard]] inline std::optional<boost::json::value> parsed(const reply& r) {
  auto v = parse_bounded(r.body);
  if (!v)
    return std::nullopt;
  return std::move(*v);
}

/// Why it failed, cut.
[[nodiscard]] inline std::string words_of(const reply& r) {
  return cut_text(error_of_reply(r, "").message, most_words);
}

} // namespace spark
