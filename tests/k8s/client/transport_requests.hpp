#pragma once

#include "k8s/client/curl_transport.hpp"
#include "tests/k8s/client/http_server.hpp"

#include <memory>
#include <string>

namespace spark::test {

/// No certificates; the server is plain HTTP on loopback.
inline std::shared_ptr<credential_source>
towards(const std::string& server, const std::string& token = {}) {
  credentials c;
  c.server = server;
  c.token = secret_string{token};
  return make_fixed_credentials(std::move(c));
}

inline request get(std::string path) {
  request r;
  r.path = std::move(path);
  return r;
}

inline request post(std::string path, std::string body = R"({"a":1})") {
  request r;
  r.method = verb::post;
  r.path = std::move(path);
  r.body = std::move(body);
  return r;
}

inline request watch(std::string path = "/watch") {
  auto r = get(std::move(path));
  r.where = lane::watch;
  r.deadline = std::chrono::seconds{60};
  return r;
}

inline void answer_all(http_connection& c) {
  while (auto r = c.receive())
    c.reply(200, r->method + " " + r->path + " " + r->body);
}

inline const std::string stream_head =
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

} // namespace spark::test
