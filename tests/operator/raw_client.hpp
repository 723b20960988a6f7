#pragma once

#include "tools/operator/listen_address.hpp"

#include <arpa/inet.h>
#include <chrono>
#include <netinet/in.h>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace spark {

/// A client that sends whatever bytes the test wants.
class raw_client {
public:
  explicit raw_client(const listen_address& where) {
    if (where.how == listen_address::kind::unix_socket) {
      sockaddr_un to{};
      to.sun_family = AF_UNIX;
      where.path.copy(to.sun_path, sizeof(to.sun_path) - 1);
      open(AF_UNIX, reinterpret_cast<sockaddr*>(&to), sizeof(to));
    } else {
      sockaddr_in to{};
      to.sin_family = AF_INET;
      to.sin_port = htons(where.port);
      to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
      open(AF_INET, reinterpret_cast<sockaddr*>(&to), sizeof(to));
    }
  }
  ~raw_client() { close(fd_); }
  raw_client(const raw_client&) = delete;
  raw_client& operator=(const raw_client&) = delete;

  bool connected() const { return connected_; }
  bool write(std::string_view bytes) {
    return send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
           static_cast<ssize_t>(bytes.size());
  }
  void end_writing() { shutdown(fd_, SHUT_WR); }
  /// Until the other side closes, or the client's patience ends.
  std::string
  read_all(std::chrono::milliseconds patience = std::chrono::seconds{5}) {
    timeval t{patience.count() / 1000,
              static_cast<suseconds_t>(patience.count() % 1000 * 1000)};
    setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &t, sizeof(t));
    std::string all;
    char chunk[4096];
    for (ssize_t n; (n = recv(fd_, chunk, sizeof(chunk), 0)) > 0;)
      all.append(chunk, static_cast<std::size_t>(n));
    return all;
  }

private:
  void open(int family, const sockaddr* to, socklen_t size) {
    fd_ = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    connected_ = connect(fd_, to, size) == 0;
  }
  int fd_ = -1;
  bool connected_ = false;
};

} // namespace spark
