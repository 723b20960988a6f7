#include "k8s/client/curl_transport.hpp"
#include "tests/k8s/client/transport_requests.hpp"
#include "tests/k8s/client/waiting.hpp"

#include <catch2/catch.hpp>

#include <thread>

using namespace spark;
using namespace spark::test;
using namespace std::chrono_literals;

TEST_CASE("a stream's chunks arrive, and its normal end", "[transport]") {
  http_server server{[](http_connection& c) {
    while (c.receive()) {
      c.send(stream_head);
      c.chunk("hello ");
      c.chunk("world\n");
      c.chunk("");
    }
  }};
  inbox in;
  auto t = make_curl_transport(towards(server.address()));
  t->open(1, watch(), in.chunks(), in.ends());
  auto end = in.await_end(1);
  REQUIRE(end);
  CHECK(end->why == end_kind::finished);
  CHECK(end->status == 200);
  CHECK(in.bytes(1) == "hello world\n");
}

TEST_CASE("a stream that breaks, and one that expires", "[transport]") {
  http_server server{[](http_connection& c) {
    while (auto r = c.receive()) {
      c.send(stream_head);
      c.chunk("x");
      if (r->path == "/break")
        return;
    }
  }};
  inbox in;
  auto t = make_curl_transport(towards(server.address()));
  t->open(1, watch("/break"), in.chunks(), in.ends());
  auto end = in.await_end(1);
  REQUIRE(end);
  CHECK(end->why == end_kind::broken);
  CHECK(end->status == 200);
  auto brief = watch("/stay");
  brief.deadline = 200ms;
  t->open(2, brief, in.chunks(), in.ends());
  end = in.await_end(2);
  REQUIRE(end);
  CHECK(end->why == end_kind::expired);
}

TEST_CASE("cancel ends exactly once", "[transport]") {
  std::atomic<bool> received{false};
  http_server server{[&](http_connection& c) {
    while (auto r = c.receive())
      if (r->path == "/watch") {
        c.send(stream_head);
        c.chunk("x");
      } else {
        received = true;
      }
  }};
  inbox in;
  auto t = make_curl_transport(towards(server.address()));
  t->open(1, watch(), in.chunks(), in.ends());
  REQUIRE(in.await_bytes(1, 1));
  t->cancel(1);
  t->cancel(1);
  t->cancel(99);
  auto end = in.await_end(1);
  REQUIRE(end);
  CHECK(end->why == end_kind::cancelled);
  t->submit(2, post("/never"), in.replies());
  REQUIRE(eventually([&] { return received.load(); }));
  t->cancel(2);
  auto r = in.await_reply(2);
  CHECK(r.how == sent::maybe);
  CHECK(r.why.code == errc::cancelled);
  t.reset();
  CHECK(in.end_count(1) == 1);
  CHECK(in.reply_count(2) == 1);
}

TEST_CASE("the destructor ends everything exactly once", "[transport]") {
  http_server server{[](http_connection& c) {
    while (c.receive()) {
    }
  }};
  inbox in;
  auto t = make_curl_transport(towards(server.address()));
  for (op_id id = 1; id <= 20; ++id) {
    auto r = post("/x");
    r.where = static_cast<lane>(id % 3);
    t->submit(id, r, in.replies());
  }
  t->open(100, watch(), in.chunks(), in.ends());
  std::this_thread::sleep_for(50ms);
  // A callback that asks again while the transport closes.
  auto* raw = t.get();
  t->submit(200, get("/y"), [&in, raw](op_id, reply) {
    raw->submit(201, get("/z"), in.replies());
  });
  t.reset();
  for (op_id id = 1; id <= 20; ++id)
    CHECK(in.reply_count(id) == 1);
  CHECK(in.end_count(100) == 1);
  CHECK(in.await_end(100)->why == end_kind::cancelled);
  CHECK(in.await_reply(201).how == sent::no);
}

TEST_CASE("a list finds a connection besides many streams", "[transport]") {
  http_server server{[](http_connection& c) {
    while (auto r = c.receive()) {
      if (r->path == "/watch") {
        c.send(stream_head);
        c.chunk("x");
      } else {
        c.reply(200, "{}");
      }
    }
  }};
  inbox in;
  curl_options options;
  options.http1_connections = 2;
  auto t = make_curl_transport(towards(server.address()), options);
  for (op_id id = 1; id <= 5; ++id)
    t->open(id, watch(), in.chunks(), in.ends());
  for (op_id id = 1; id <= 5; ++id)
    CHECK(in.await_bytes(id, 1));
  auto list = get("/list");
  list.where = lane::watch;
  t->submit(9, list, in.replies());
  CHECK(in.await_reply(9).status == 200);
}

TEST_CASE("opening streams does not count as hearing the server",
          "[transport]") {
  std::atomic<int> probes{0};
  http_server server{[&](http_connection& c) {
    while (auto r = c.receive())
      if (r->path == "/readyz") {
        ++probes;
        c.reply(200, "ok");
      }
  }};
  inbox in;
  curl_options options;
  options.watch_silence = 300ms;
  auto t = make_curl_transport(towards(server.address()), options);
  for (op_id id = 1; id <= 12; ++id) {
    t->open(id, watch(), in.chunks(), in.ends());
    std::this_thread::sleep_for(100ms);
  }
  CHECK(probes >= 2);
}

TEST_CASE("a lease's connection is given up after one timeout", "[transport]") {
  http_server server{[](http_connection& c) {
    while (auto r = c.receive())
      if (r->path == "/watch") {
        c.send(stream_head);
        c.chunk("x");
      }
  }};
  inbox in;
  auto t = make_curl_transport(towards(server.address()));
  // Of all there is on a connection only a stream shows that it was left.
  auto stream = watch();
  auto renewal = get("/renew");
  stream.where = renewal.where = lane::lease;
  renewal.deadline = 150ms;
  t->open(1, stream, in.chunks(), in.ends());
  REQUIRE(in.await_bytes(1, 1));
  t->submit(2, renewal, in.replies());
  CHECK(in.await_reply(2).how == sent::maybe);
  auto end = in.await_end(1);
  REQUIRE(end);
  CHECK(end->detail.message.find("does not answer") != std::string::npos);
}

TEST_CASE("a frozen server is found by the probe", "[transport]") {
  const bool alive = GENERATE(true, false);
  std::atomic<int> probes{0};
  http_server server{[&](http_connection& c) {
    while (auto r = c.receive()) {
      if (r->path == "/watch") {
        c.send(stream_head);
        c.chunk("x");
      } else if (r->path == "/readyz") {
        ++probes;
        if (alive)
          c.reply(200, "ok");
      }
    }
  }};
  inbox in;
  curl_options options;
  options.watch_silence = 150ms;
  options.probe_deadline = alive ? 10s : 100ms; // a slow reply is no silence
  auto t = make_curl_transport(towards(server.address()), options);
  t->open(1, watch(), in.chunks(), in.ends());
  if (alive) {
    CHECK(eventually([&] { return probes >= 3; }));
    CHECK(in.end_count(1) == 0);
  } else {
    auto end = in.await_end(1);
    REQUIRE(end);
    CHECK(end->why == end_kind::broken);
    CHECK(end->detail.message.find("does not answer") != std::string::npos);
    t->open(2, watch(), in.chunks(), in.ends());
    CHECK(in.await_bytes(2, 1));
  }
}
