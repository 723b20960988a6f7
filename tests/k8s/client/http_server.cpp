#include "tests/k8s/client/http_server.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <cctype>
#include <netinet/in.h>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>

namespace spark::test {
namespace {

std::pair<int, std::uint16_t> bound_socket() {
  int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (fd < 0 || ::bind(fd, reinterpret_cast<sockaddr*>(&address), size) != 0)
    throw std::runtime_error{"cannot bind on loopback"};
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  return {fd, ntohs(address.sin_port)};
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  return text;
}

} // namespace

bool http_connection::fill() {
  char bytes[4096];
  auto n = ::recv(fd_, bytes, sizeof bytes, 0);
  if (n <= 0)
    return false;
  buffer_.append(bytes, static_cast<std::size_t>(n));
  return true;
}

std::optional<http_request> http_connection::receive() {
  std::size_t head_end;
  while ((head_end = buffer_.find("\r\n\r\n")) == std::string::npos)
    if (!fill())
      return std::nullopt;
  http_request out;
  auto head = buffer_.substr(0, head_end + 2);
  buffer_.erase(0, head_end + 4);
  auto line_end = head.find("\r\n");
  auto first = head.find(' ');
  auto second = head.find(' ', first + 1);
  out.method = head.substr(0, first);
  out.path = head.substr(first + 1, second - first - 1);
  for (auto at = line_end + 2; at < head.size();) {
    auto end = head.find("\r\n", at);
    auto line = head.substr(at, end - at);
    auto colon = line.find(':');
    out.headers[lower(line.substr(0, colon))] = line.substr(colon + 2);
    at = end + 2;
  }
  std::size_t length = 0;
  if (auto it = out.headers.find("content-length"); it != out.headers.end())
    length = std::stoul(it->second);
  while (buffer_.size() < length)
    if (!fill())
      return std::nullopt;
  out.body = buffer_.substr(0, length);
  buffer_.erase(0, length);
  out.on_connection = ++requests_;
  return out;
}

void http_connection::send(const std::string& bytes) {
  std::size_t at = 0;
  while (at < bytes.size()) {
    auto n = ::send(fd_, bytes.data() + at, bytes.size() - at, MSG_NOSIGNAL);
    if (n <= 0)
      return;
    at += static_cast<std::size_t>(n);
  }
}

void http_connection::reply(int status, const std::string& body,
                            const std::string& headers) {
  send("HTTP/1.1 " + std::to_string(status) + " X\r\n" + headers +
       "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
}

void http_connection::chunk(const std::string& bytes) {
  char size[32];
  std::snprintf(size, sizeof size, "%zx\r\n", bytes.size());
  send(size + bytes + "\r\n");
}

void http_connection::close() { ::shutdown(fd_, SHUT_RDWR); }

void http_connection::reset() {
  // shutdown would send a FIN; connecting to nothing makes the kernel abort.
  linger now{1, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  sockaddr nothing{};
  nothing.sa_family = AF_UNSPEC;
  ::connect(fd_, &nothing, sizeof nothing);
}

http_server::http_server(behaviour b) : behaviour_{std::move(b)} {
  std::tie(listener_, port_) = bound_socket();
  ::listen(listener_, 64);
  acceptor_ = std::thread{[this] { accept_all(); }};
}

void http_server::accept_all() {
  for (;;) {
    int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0)
      return;
    ++connections_;
    std::lock_guard guard{mutex_};
    sockets_.push_back(fd);
    threads_.emplace_back([this, fd] {
      http_connection c{fd};
      behaviour_(c);
      ::shutdown(fd, SHUT_RDWR);
    });
  }
}

http_server::~http_server() {
  ::shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  ::close(listener_);
  for (int fd : sockets_)
    ::shutdown(fd, SHUT_RDWR);
  for (auto& t : threads_)
    t.join();
  for (int fd : sockets_)
    ::close(fd);
}

std::string refusing_address() {
  auto [fd, port] = bound_socket();
  ::close(fd);
  return "http://127.0.0.1:" + std::to_string(port);
}

} // namespace spark::test
