#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

namespace spark {

/// What one watch covers. Several namespaces are several collections, each with
/// a machine of its own; the caller composes them.
struct collection {
  std::string prefix; ///< "/api/v1" or "/apis/<group>/<version>"
  std::string plural; ///< "pods"
  std::string ns;     ///< empty: all namespaces
  std::string
      label_selector; ///< as kubectl takes it, not encoded; may be empty
  std::string field_selector; ///< the same
};

/// Everything except RFC 3986 unreserved characters becomes %XX.
[[nodiscard]] std::string percent_encoded(std::string_view text);

/// "/api/v1/namespaces/ns/pods", without a query.
[[nodiscard]] std::string path_of(const collection& c);

/// One page of a consistent list: no resourceVersion, so the server answers
/// with the newest state. `limit` 0: everything in one reply.
[[nodiscard]] std::string list_path(const collection& c, std::size_t limit,
                                    std::string_view continue_token);

/// A watch from `resource_version` on, with bookmarks, that the server ends
/// after `timeout`.
[[nodiscard]] std::string watch_path(const collection& c,
                                     std::string_view resource_version,
                                     std::chrono::seconds timeout);

} // namespace spark
