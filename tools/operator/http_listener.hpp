#pragma once

#include "messages/error.hpp"
#include "tools/operator/listen_address.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

namespace spark {

struct http_response {
  int status = 200;
  std::string body;
  std::string content_type = "text/plain; charset=utf-8";
};

struct http_limits {
  std::size_t connections = 64;
  std::uint32_t header_bytes = 8 * 1024;
  std::uint64_t body_bytes = 4 * 1024; ///< bodies are read and ignored
  /// From the first wait for a request until its last byte; so it also ends
  /// idle connections. The same again for writing a response.
  std::chrono::milliseconds deadline{10'000};
  std::chrono::milliseconds download_deadline{600'000}; ///< of a whole file
};

/// Who may ask for a path.
enum class reach {
  anyone,    ///< whoever can connect
  local_only ///< this machine, and under a local Host name: so a web page
             ///< cannot trick a browser into asking (DNS rebinding)
};

/// A small HTTP/1.1 server for health, metrics and the journal: GET and HEAD
/// of exact paths, no TLS, one thread. Whatever a client sends, or does not
/// send, costs at most one of the connections, for at most the deadline; when
/// all are taken, a new one takes the place of the one that has waited longest
/// to send its request, so a probe gets through a flood of silent ones.
///
/// Add the routes, start once, stop once. stop() and start() from one thread.
class http_listener {
public:
  /// Runs on the listener's thread: must not block. What it throws becomes a
  /// 500.
  using handler = std::function<http_response()>;
  /// Produces a file and returns its path; may take its time, because it runs
  /// on a thread of its own, one at a time (a second client gets 503). The
  /// listener removes the file. It should return early when asked to stop.
  using file_source = std::function<result<std::string>(std::stop_token)>;

  explicit http_listener(http_limits limits = {});
  ~http_listener(); ///< stops
  http_listener(const http_listener&) = delete;
  http_listener& operator=(const http_listener&) = delete;

  void route(std::string path, handler what, reach who = reach::anyone);
  /// GET only. `save_as` is the name a browser would give the file.
  void file_route(std::string path, std::string save_as, file_source what,
                  reach who = reach::local_only);

  /// The errors of open_listening_socket.
  [[nodiscard]] result<void> start(const listen_address& where);
  /// Cuts what is open and joins within 100 ms, but waits for a file_source
  /// that is still running. Idempotent. Not from a handler.
  void stop();
  /// Where it listens, with the port that was picked for 0.
  [[nodiscard]] listen_address address() const;

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

} // namespace spark
