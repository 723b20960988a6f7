#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace spark::test {

struct http_request {
  std::string method;
  std::string path;
  std::map<std::string, std::string> headers; ///< names in lower case
  std::string body;
  int on_connection = 0; ///< 1 for the first request of its connection
};

/// One accepted connection, in a thread of its own.
class http_connection {
public:
  explicit http_connection(int fd) : fd_{fd} {}
  /// Nothing when the peer has closed.
  std::optional<http_request> receive();
  void send(const std::string& bytes);
  /// A whole reply with its length.
  void reply(int status, const std::string& body,
             const std::string& headers = {});
  void chunk(const std::string& bytes);
  void close();
  /// Closes so that the peer gets a reset.
  void reset();

private:
  bool fill();
  int fd_;
  int requests_ = 0;
  std::string buffer_;
};

/// A plain HTTP/1.1 server on loopback whose behaviour is the test's.
class http_server {
public:
  /// Runs once per connection; returning closes it.
  using behaviour = std::function<void(http_connection&)>;

  explicit http_server(behaviour b);
  ~http_server();

  [[nodiscard]] std::string address() const {
    return "http://127.0.0.1:" + std::to_string(port_);
  }
  [[nodiscard]] int connections() const { return connections_; }

private:
  void accept_all();

  behaviour behaviour_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<int> connections_{0};
  std::mutex mutex_;
  std::list<std::thread> threads_;
  std::list<int> sockets_;
  std::thread acceptor_;
};

/// A loopback address where nobody listens.
std::string refusing_address();

} // namespace spark::test
