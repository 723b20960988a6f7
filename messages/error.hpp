#pragma once

#include <tl/expected.hpp>

#include <string>
#include <string_view>

namespace spark {

/// What went wrong, in the words of whoever must act on it. The code decides
/// what happens next; the message is for people and never drives a decision.
enum class errc {
  not_sent,       ///< the request surely never reached the API server
  no_reply,       ///< it may have reached it: only a live GET can tell
  unauthorized,   ///< 401: credentials expired or were rotated
  forbidden,      ///< 403 other than quota
  over_quota,     ///< 403 "exceeded quota": may pass later
  not_found,      ///< 404
  already_exists, ///< 409 with reason AlreadyExists
  conflict,       ///< 409 with reason Conflict: resourceVersion or uid differ
  gone,           ///< 410: the resourceVersion is too old
  invalid,        ///< 400, 413, 422: the server judged the object
  throttled,      ///< 429
  server_error,   ///< 5xx
  cancelled,      ///< we ended it ourselves (shutdown, lost lease)
  bad_reply,      ///< the reply was not what the protocol promises
  bad_input,      ///< a file, flag or object that we cannot read
  io,             ///< disk or SQLite
  internal,       ///< a broken invariant of ours
};

/// What a caller may do about an error. Total: every errc has one.
enum class retry_class {
  later,      ///< the same request again, after a backoff
  look_first, ///< a live GET decides what happened, then act
  never       ///< trying again changes nothing until somebody edits something
};

struct error {
  errc code = errc::internal;
  std::string message; ///< cause, one line, no secrets
  std::string context; ///< the object and the operation, e.g. "POST pod ns/x"
  /// HTTP status where a server answered, else 0.
  int http_status = 0;
};

template<class T>
using result = tl::expected<T, error>;

[[nodiscard]] retry_class retry_class_of(errc code) noexcept;
[[nodiscard]] std::string_view to_string(errc code) noexcept;
/// "context: message", the form that logs, events and conditions show.
[[nodiscard]] std::string to_string(const error& e);

[[nodiscard]] inline tl::unexpected<error> fail(errc code, std::string message,
                                                std::string context = {}) {
  return tl::unexpected<error>(
      error{code, std::move(message), std::move(context), 0});
}

} // namespace spark
