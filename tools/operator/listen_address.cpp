#include "tools/operator/listen_address.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <utility>

namespace spark {

namespace {

constexpr int backlog = 128;
constexpr std::size_t longest_path = sizeof(sockaddr_un::sun_path) - 1;

/// Any address that bind takes; `size` is what of it counts.
struct socket_name {
  sockaddr_storage storage{};
  socklen_t size = 0;
  const sockaddr* get() const {
    return reinterpret_cast<const sockaddr*>(&storage);
  }
  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
};

/// Closes unless it was released.
class descriptor {
public:
  explicit descriptor(int fd) : fd_(fd) {}
  ~descriptor() {
    if (fd_ >= 0)
      close(fd_);
  }
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;
  int get() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }

private:
  int fd_;
};

auto bad_address(std::string_view text) {
  return fail(errc::bad_input,
              "'" + std::string{text.substr(0, 200)} +
                  "' is not host:port, :port, unix:PATH or empty; a host is an"
                  " IP address or localhost");
}

auto os_error(const char* what, const listen_address& where) {
  return fail(errc::io, std::string{what} + ": " + std::strerror(errno),
              "listen on " + to_string(where));
}

template<class Address>
socket_name name_of(const Address& address) {
  socket_name name;
  std::memcpy(&name.storage, &address, sizeof(address));
  name.size = sizeof(address);
  return name;
}

socket_name tcp_name(const listen_address& where) {
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_port = htons(where.port);
  if (inet_pton(AF_INET, where.host.c_str(), &v4.sin_addr) == 1)
    return name_of(v4);
  sockaddr_in6 v6{}; // an empty host stays the zero address: all of them
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(where.port);
  inet_pton(AF_INET6, where.host.c_str(), &v6.sin6_addr);
  return name_of(v6);
}

/// For all addresses on a machine whose kernel has no IPv6.
socket_name any_v4_name(std::uint16_t port) {
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_port = htons(port);
  return name_of(v4);
}

socket_name unix_name(const std::string& path) {
  sockaddr_un local{};
  local.sun_family = AF_UNIX;
  std::memcpy(local.sun_path, path.data(), path.size());
  return name_of(local);
}

/// Removes a socket whose process is gone.
result<void> clear_path(const listen_address& where) {
  struct stat found {};
  if (lstat(where.path.c_str(), &found) != 0) {
    if (errno == ENOENT)
      return {};
    return os_error("stat", where);
  }
  if (!S_ISSOCK(found.st_mode))
    return fail(errc::io, "something that is no socket is there",
                "listen on " + to_string(where));
  descriptor probe{socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  auto name = unix_name(where.path);
  if (probe.get() < 0)
    return os_error("socket", where);
  if (connect(probe.get(), name.get(), name.size) == 0)
    return fail(errc::io, "another process listens there",
                "listen on " + to_string(where));
  if (errno != ECONNREFUSED)
    return os_error("connect", where);
  if (unlink(where.path.c_str()) != 0)
    return os_error("unlink", where);
  return {};
}

result<int> open_unix(const listen_address& where) {
  if (auto cleared = clear_path(where); !cleared)
    return tl::unexpected{cleared.error()};
  descriptor fd{socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  if (fd.get() < 0)
    return os_error("socket", where);
  // Linux gives the file the mode of the descriptor: no moment at which it is
  // open to others, as there would be with chmod after bind.
  if (fchmod(fd.get(), 0600) != 0)
    return os_error("fchmod", where);
  auto name = unix_name(where.path);
  if (bind(fd.get(), name.get(), name.size) != 0)
    return os_error("bind", where);
  if (listen(fd.get(), backlog) != 0)
    return os_error("listen", where);
  return fd.release();
}

result<int> open_tcp(listen_address& where) {
  auto name = tcp_name(where);
  int family = name.get()->sa_family;
  int raw = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (raw < 0 && errno == EAFNOSUPPORT && where.host.empty()) {
    name = any_v4_name(where.port);
    family = AF_INET;
    raw = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  }
  descriptor fd{raw};
  if (fd.get() < 0)
    return os_error("socket", where);
  int on = 1;
  int only_v6 = where.host.empty() ? 0 : 1;
  setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  if (family == AF_INET6)
    setsockopt(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &only_v6, sizeof(only_v6));
  if (bind(fd.get(), name.get(), name.size) != 0)
    return os_error("bind", where);
  if (listen(fd.get(), backlog) != 0)
    return os_error("listen", where);
  if (getsockname(fd.get(), name.get(), &name.size) != 0)
    return os_error("getsockname", where);
  sockaddr_in port_at{}; // the port is at the same place in both families
  std::memcpy(&port_at, &name.storage, sizeof(port_at));
  where.port = ntohs(port_at.sin_port);
  return fd.release();
}

} // namespace

result<listen_address> parse_listen_address(std::string_view text) {
  listen_address where;
  if (text.empty())
    return where;
  if (text.starts_with("unix:")) {
    where.how = listen_address::kind::unix_socket;
    where.path = text.substr(5);
    if (where.path.empty() || where.path.find('\0') != std::string::npos)
      return bad_address(text);
    if (where.path.size() > longest_path)
      return fail(errc::bad_input, "the path of a unix socket has at most " +
                                       std::to_string(longest_path) + " bytes");
    return where;
  }
  auto colon = text.rfind(':');
  if (colon == text.npos)
    return bad_address(text);
  auto port = text.substr(colon + 1);
  auto [at, ec] =
      std::from_chars(port.data(), port.data() + port.size(), where.port);
  if (ec != std::errc{} || at != port.data() + port.size())
    return bad_address(text);
  where.how = listen_address::kind::tcp;
  where.host = text.substr(0, colon);
  bool bracketed = where.host.starts_with('[') && where.host.ends_with(']');
  if (bracketed)
    where.host = where.host.substr(1, where.host.size() - 2);
  if (!bracketed && where.host.empty())
    return where;
  if (where.host == "localhost")
    where.host = "127.0.0.1";
  in6_addr parsed;
  if (inet_pton(bracketed ? AF_INET6 : AF_INET, where.host.c_str(), &parsed) !=
      1)
    return bad_address(text);
  return where;
}

std::string to_string(const listen_address& where) {
  switch (where.how) {
  case listen_address::kind::off:
    return "";
  case listen_address::kind::unix_socket:
    return "unix:" + where.path;
  case listen_address::kind::tcp:
    break;
  }
  bool v6 = where.host.find(':') != std::string::npos;
  return (v6 ? "[" + where.host + "]" : where.host) + ":" +
         std::to_string(where.port);
}

result<int> open_listening_socket(listen_address& where) {
  switch (where.how) {
  case listen_address::kind::tcp:
    return open_tcp(where);
  case listen_address::kind::unix_socket:
    return open_unix(where);
  case listen_address::kind::off:
    break;
  }
  return fail(errc::bad_input, "no address to listen on");
}

} // namespace spark
