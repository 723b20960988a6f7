#include "tests/operator/raw_client.hpp"
#include "tools/operator/http_listener.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <cstring>
#include <fstream>
#include <random>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <thread>
#include <unistd.h>
#include <vector>

using namespace spark;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;
using Catch::Matchers::EndsWith;
using Catch::Matchers::StartsWith;
using steady = std::chrono::steady_clock;

namespace {

std::string ask(const listen_address& where, std::string_view request) {
  raw_client client{where};
  client.write(request);
  return client.read_all();
}

std::string get(const listen_address& where, std::string_view path) {
  return ask(where, "GET " + std::string{path} +
                        " HTTP/1.1\r\nHost: localhost\r\n"
                        "Connection: close\r\n\r\n");
}

listen_address loopback() { return *parse_listen_address("127.0.0.1:0"); }

std::string temporary_path(std::string_view name) {
  return "/tmp/spark-http-test-" + std::to_string(getpid()) + "-" +
         std::string{name};
}

/// A listener with the routes that the operator has.
struct served {
  explicit served(http_limits limits = {},
                  const listen_address& where = loopback())
      : listener(limits) {
    listener.route("/readyz", [] { return http_response{200, "ok\n"}; });
    listener.route("/broken",
                   []() -> http_response { throw std::runtime_error("x"); });
    listener.route("/odd", [] { return http_response{4711, "?"}; });
    listener.route("/empty", [] { return http_response{503, ""}; });
    auto started = listener.start(where);
    INFO((started ? "" : to_string(started.error())));
    REQUIRE(started);
    at = listener.address();
  }
  bool alive() { return get(at, "/readyz").ends_with("\r\n\r\nok\n"); }

  http_listener listener;
  listen_address at;
};

} // namespace

TEST_CASE("pages, and what is none") {
  served s;
  auto page = get(s.at, "/readyz?verbose=1");
  CHECK_THAT(page, StartsWith("HTTP/1.1 200 OK\r\n"));
  CHECK_THAT(page, Contains("Content-Type: text/plain; charset=utf-8\r\n") &&
                       EndsWith("\r\n\r\nok\n"));
  CHECK_THAT(get(s.at, "/nothing"), StartsWith("HTTP/1.1 404 "));
  CHECK_THAT(get(s.at, "/readyz/"), StartsWith("HTTP/1.1 404 "));
  CHECK_THAT(get(s.at, "/broken"), StartsWith("HTTP/1.1 500 "));
  CHECK_THAT(get(s.at, "/odd"), StartsWith("HTTP/1.1 500 "));
  CHECK_THAT(get(s.at, "/empty"), StartsWith("HTTP/1.1 503 "));
  auto posted = ask(s.at, "POST /readyz HTTP/1.1\r\nConnection: close\r\n"
                          "Content-Length: 2\r\n\r\nhi");
  CHECK_THAT(posted,
             StartsWith("HTTP/1.1 405 ") && Contains("Allow: GET, HEAD\r\n"));
  auto head = ask(s.at, "HEAD /readyz HTTP/1.1\r\nConnection: close\r\n\r\n");
  CHECK_THAT(head, Contains("Content-Length: 3\r\n") && EndsWith("\r\n\r\n"));
  CHECK_THAT(ask(s.at, "GET /readyz HTTP/1.0\r\n\r\n"),
             StartsWith("HTTP/1.0 200 "));
}

TEST_CASE("one connection serves several requests, also pipelined") {
  served s;
  auto both = ask(s.at, "GET /readyz HTTP/1.1\r\n\r\n"
                        "GET /nothing HTTP/1.1\r\nConnection: close\r\n\r\n");
  CHECK_THAT(both, StartsWith("HTTP/1.1 200 ") && Contains("HTTP/1.1 404 "));
}

TEST_CASE("too much, or nonsense, gets an answer and does no harm") {
  served s;
  std::string long_header =
      "GET /readyz HTTP/1.1\r\nX: " + std::string(100'000, 'a') + "\r\n\r\n";
  CHECK_THAT(ask(s.at, long_header), StartsWith("HTTP/1.1 431 "));
  CHECK_THAT(ask(s.at, "POST /readyz HTTP/1.1\r\nContent-Length: 100000\r\n"
                       "\r\n"),
             StartsWith("HTTP/1.1 413 "));
  for (const char* nonsense :
       {"\r\n\r\n\r\n\r\nhello\r\n\r\n", "GET\r\n\r\n",
        "GET / HTTP/9.9\r\n\r\n",
        "GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        "GET / HTTP/1.1\r\nBad Header\r\n\r\n", "\x16\x03\x01\x02\x01\x01",
        "GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nZZZ\r\n"}) {
    CAPTURE(nonsense);
    CHECK_THAT(ask(s.at, nonsense), StartsWith("HTTP/1.1 400 "));
  }
  for (const char* unfinished : {"", "G", "GET /readyz HTTP/1.1\r\nHost"}) {
    raw_client client{s.at};
    client.write(unfinished);
    client.end_writing();
    CHECK(client.read_all().empty());
  }
  CHECK(s.alive());
}

TEST_CASE("random bytes never hurt it") {
  served s;
  std::minstd_rand dice{42};
  for (int round = 0; round < 200; ++round) {
    std::string bytes = round % 2 ? "GET /readyz HTTP/1.1\r\n" : "";
    for (auto n = dice() % 300; n > 0; --n)
      bytes += static_cast<char>(dice() % 256);
    raw_client client{s.at};
    client.write(bytes);
    if (round % 3 != 0)
      client.end_writing();
    if (round % 3 == 1)
      client.read_all();
  }
  CHECK(s.alive());
}

TEST_CASE("who trickles is cut off at the deadline") {
  // A second of bytes: whoever counts from the last one never cuts it off.
  served s{{.deadline = 300ms}};
  raw_client client{s.at};
  bool open = true;
  for (int n = 0; n < 40 && open; ++n) {
    open = client.write("G");
    std::this_thread::sleep_for(25ms);
    open = open && client.read_all(1ms).empty() && errno == EAGAIN;
  }
  CHECK_FALSE(open);
}

TEST_CASE("silent clients do not keep a probe out") {
  served s{{.connections = 8}};
  std::vector<std::unique_ptr<raw_client>> silent;
  for (int n = 0; n < 40; ++n) {
    silent.push_back(std::make_unique<raw_client>(s.at));
    CHECK(silent.back()->connected());
    silent.back()->write("GET /readyz HT");
  }
  CHECK(s.alive());
  CHECK(silent.front()->read_all(1s).empty()); // cut off long since
}

TEST_CASE("many clients at once") {
  served s;
  std::atomic<int> good{0};
  {
    std::vector<std::jthread> clients;
    for (int c = 0; c < 8; ++c)
      clients.emplace_back([&] {
        for (int n = 0; n < 50; ++n)
          good += get(s.at, "/readyz").ends_with("ok\n") ? 1 : 0;
      });
  }
  CHECK(good == 400);
}

TEST_CASE("stop waits for nobody") {
  auto s = std::make_unique<served>(http_limits{.deadline = 10min});
  raw_client silent{s->at};
  raw_client halfway{s->at};
  halfway.write("GET /rea");
  std::this_thread::sleep_for(20ms);
  auto start = steady::now();
  s->listener.stop();
  CHECK(steady::now() - start < 1min);
  s->listener.stop();
  s.reset();
  CHECK(silent.read_all(1s).empty());
}

TEST_CASE("a listener that never started, and one whose port is taken") {
  { http_listener idle; }
  served s;
  http_listener second;
  auto started = second.start(s.at);
  REQUIRE_FALSE(started);
  CHECK(started.error().code == errc::io);
  CHECK_THAT(to_string(started.error()), Contains(to_string(s.at)));
  CHECK(http_listener{}.start({}).error().code == errc::bad_input);
}

TEST_CASE("a file is streamed and then gone") {
  http_listener listener;
  auto path = temporary_path("file");
  std::string content;
  for (int n = 0; n < 200'000; ++n)
    content += std::to_string(n);
  listener.file_route("/journal", "journal.db",
                      [&](std::stop_token) -> result<std::string> {
                        std::ofstream{path, std::ios::binary} << content;
                        return path;
                      });
  listener.file_route("/fails", "x", [](std::stop_token) {
    return result<std::string>{fail(errc::io, "disk full")};
  });
  listener.file_route("/throws", "x",
                      [](std::stop_token) -> result<std::string> {
                        throw std::runtime_error("boom");
                      });
  listener.file_route("/missing", "x", [](std::stop_token) {
    return result<std::string>{"/nonexistent/file"};
  });
  REQUIRE(listener.start(loopback()));
  auto at = listener.address();
  for (int n = 0; n < 3; ++n) {
    auto page = get(at, "/journal");
    CHECK_THAT(page.substr(0, 500),
               StartsWith("HTTP/1.1 200 ") &&
                   Contains("Content-Length: " +
                            std::to_string(content.size()) + "\r\n") &&
                   Contains("filename=\"journal.db\""));
    CHECK(page.substr(page.find("\r\n\r\n") + 4) == content);
    CHECK(access(path.c_str(), F_OK) != 0);
  }
  CHECK_THAT(get(at, "/fails"),
             StartsWith("HTTP/1.1 500 ") && EndsWith("disk full\n"));
  CHECK_THAT(get(at, "/throws"), StartsWith("HTTP/1.1 500 "));
  CHECK_THAT(get(at, "/missing"), StartsWith("HTTP/1.1 500 "));
  auto head = ask(at, "HEAD /journal HTTP/1.1\r\nConnection: close\r\n\r\n");
  CHECK_THAT(head, StartsWith("HTTP/1.1 405 ") && Contains("Allow: GET\r\n"));
}

TEST_CASE("a slow export delays nobody, and stopping asks it to end") {
  http_listener listener;
  auto path = temporary_path("slow");
  std::atomic<bool> begun{false};
  std::atomic<bool> asked{false};
  listener.route("/readyz", [] { return http_response{200, "ok\n"}; });
  listener.file_route("/journal", "journal.db",
                      [&](std::stop_token stop) -> result<std::string> {
                        std::ofstream{path} << "x";
                        begun = true;
                        auto patience = steady::now() + 1min;
                        while (!asked && steady::now() < patience) {
                          std::this_thread::sleep_for(1ms);
                          asked = stop.stop_requested();
                        }
                        return path;
                      });
  REQUIRE(listener.start(loopback()));
  auto at = listener.address();
  raw_client first{at};
  first.write("GET /journal HTTP/1.1\r\n\r\n");
  while (!begun)
    std::this_thread::sleep_for(1ms);
  CHECK_THAT(get(at, "/readyz"), EndsWith("ok\n"));
  CHECK_THAT(get(at, "/journal"),
             StartsWith("HTTP/1.1 503 ") && Contains("Retry-After: "));
  CHECK_FALSE(asked);
  listener.stop();
  CHECK(asked);
}

TEST_CASE("after the end of a listener no file of it is left") {
  auto path = temporary_path("left");
  std::atomic<bool> begun{false};
  {
    http_listener listener;
    listener.file_route("/journal", "journal.db",
                        [&](std::stop_token stop) -> result<std::string> {
                          begun = true;
                          while (!stop.stop_requested())
                            std::this_thread::sleep_for(1ms);
                          std::ofstream{path} << "x";
                          return path;
                        });
    REQUIRE(listener.start(loopback()));
    raw_client client{listener.address()};
    client.write("GET /journal HTTP/1.1\r\n\r\n");
    while (!begun)
      std::this_thread::sleep_for(1ms);
  }
  CHECK(access(path.c_str(), F_OK) != 0);
}

TEST_CASE("a client that leaves in the middle frees the download") {
  http_listener listener;
  auto path = temporary_path("big");
  listener.file_route("/journal", "journal.db",
                      [&](std::stop_token) -> result<std::string> {
                        std::ofstream{path} << std::string(20'000'000, 'x');
                        return path;
                      });
  REQUIRE(listener.start(loopback()));
  {
    raw_client client{listener.address()};
    client.write("GET /journal HTTP/1.1\r\n\r\n");
    std::this_thread::sleep_for(100ms);
  }
  std::string page;
  for (int n = 0; n < 500 && !page.starts_with("HTTP/1.1 200"); ++n) {
    std::this_thread::sleep_for(20ms);
    page = get(listener.address(), "/journal");
  }
  CHECK(page.size() > 20'000'000);
}

TEST_CASE("what is for this machine only refuses foreign host names") {
  http_listener listener;
  listener.route(
      "/secret",
      [] {
        return http_response{200, "yes"};
      },
      reach::local_only);
  REQUIRE(listener.start(loopback()));
  auto with_host = [&](std::string host) {
    return ask(listener.address(), "GET /secret HTTP/1.1\r\nHost: " + host +
                                       "\r\nConnection: close\r\n\r\n");
  };
  for (const char* good :
       {"localhost", "localhost:8080", "127.0.0.1:1", "[::1]:80", "10.1.2.3"})
    CHECK_THAT(with_host(good), StartsWith("HTTP/1.1 200 "));
  for (const char* bad : {"evil.example", "localhost.evil.example:80", "[::1",
                          "127.0.0.1.evil.example"})
    CHECK_THAT(with_host(bad), StartsWith("HTTP/1.1 403 "));
}

TEST_CASE("all addresses") {
  served s{{}, *parse_listen_address(":0")};
  CHECK(s.at.port != 0);
  CHECK(s.alive()); // over IPv4
}

TEST_CASE("a unix socket") {
  auto path = temporary_path("socket");
  auto where = *parse_listen_address("unix:" + path);
  {
    served s{{}, where};
    CHECK(s.alive());
    struct stat found {};
    REQUIRE(stat(path.c_str(), &found) == 0);
    CHECK((found.st_mode & 0777) == 0600);
    http_listener second;
    CHECK_THAT(to_string(second.start(where).error()),
               Contains("another process listens there"));
  }
  CHECK(access(path.c_str(), F_OK) != 0);

  // What a killed process leaves is replaced ...
  int left = socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  path.copy(name.sun_path, sizeof(name.sun_path) - 1);
  REQUIRE(bind(left, reinterpret_cast<sockaddr*>(&name), sizeof(name)) == 0);
  close(left);
  CHECK(served{{}, where}.alive());

  // ... and what is no socket is left alone.
  std::ofstream{path} << "precious";
  http_listener third;
  CHECK_FALSE(third.start(where));
  CHECK(access(path.c_str(), F_OK) == 0);
  unlink(path.c_str());
}
