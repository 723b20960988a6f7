#pragma once

#include "k8s/client/credentials.hpp"
#include "k8s/transport.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

namespace spark {

struct curl_options {
  std::string user_agent =
      "spark-operator"; ///< with "/<version>", by the caller
  std::chrono::milliseconds connect_timeout{3'000};
  std::size_t max_reply = 64u << 20;      ///< bytes; streams have no limit
  std::size_t max_error_body = 64u << 10; ///< of a stream that got no 200
  /// No byte on a lane with open streams for this long: ask /readyz on the
  /// same connection. Zero: never.
  std::chrono::milliseconds watch_silence{45'000};
  std::chrono::milliseconds probe_deadline{2'000};
  /// So many timeouts in a row and a lane takes a new connection: curl keeps
  /// using a frozen one otherwise. The lease, which has no time, takes one
  /// after the first.
  int timeouts_before_reconnect = 2;
  /// Per lane and besides those of streams, when the server speaks no HTTP/2.
  int http1_connections = 32;
};

/// The transport over libcurl. Each lane has a thread, a multi handle and so
/// connections of its own: a stalled list or a full window of writes cannot
/// delay the lease by a byte. Callbacks of one operation come from one thread;
/// those of different lanes come at the same time.
///
/// - Nothing is sent twice below us: a body comes from a callback that cannot
///   be rewound, so curl's silent re-send of a write fails instead. A DELETE
///   without a body gets an empty DeleteOptions; a POST or PATCH without one is
///   refused.
/// - Writes should carry `timeout=5s` in their query (the caller's duty): it
///   stops the server from working on what nobody waits for any more.
/// - request::deadline counts from submit, queueing included; one that does not
///   get a connection at all ends within seconds of it. The lease fence is
///   asked when the request is started and again when its first byte is about
///   to leave.
/// - `answered` means a complete reply. One that was cut off is `maybe`.
/// - A 401 makes the credentials refresh; the caller tries again.
/// - New CA or client certificate: new connections; requests under way end on
///   the old one, streams end as `finished`.
/// - A stream gets chunks only after a 200; other bodies come with its end.
///   Chunks may still come until the end after cancel() was called.
/// - Redirects are not followed, proxies not used, compression not asked for.
[[nodiscard]] std::unique_ptr<transport>
make_curl_transport(std::shared_ptr<credential_source> credentials,
                    curl_options options = {});

} // namespace spark
