// The actor before the transport: pauses and the closed fence. Who goes first
// is the queue's test.
#include "tests/sim/actor_bench.hpp"

#include <catch2/catch.hpp>

using namespace spark;
using namespace spark::test;
using namespace std::chrono_literals;

namespace {

api_call call(verb method, const std::string& path) {
  api_call out;
  out.what.method = method;
  out.what.path = path;
  out.what.body = method == verb::get ? "" : "{}";
  out.about = {"n", path};
  out.resource = "pods";
  return out;
}

struct api_bench : actor_bench {
  explicit api_bench(int window = 8) : api(spawn(run_api, wire, env, window)) {}

  auto ask(const api_call& what) {
    auto out = self->request(api, caf::infinite, what);
    run();
    return out;
  }
  template<class Response>
  reply reply_to(Response& r) {
    reply out;
    r.receive([&](const reply& got) { out = got; },
              [](const caf::error& e) { FAIL(caf::to_string(e)); });
    return out;
  }

  api_actor api;
  caf::scoped_actor self{*sys};
};

} // namespace

TEST_CASE("a later short pause does not cut a longer one") {
  api_bench b;
  (void)b.ask(call(verb::get, "/1"));
  (void)b.ask(call(verb::get, "/2"));
  REQUIRE(b.wire->requests.size() == 2);
  b.wire->answer(429, "{}", 10s);
  b.wire->answer(429, "{}", 1s);
  b.run();
  auto third = b.ask(call(verb::get, "/3"));
  b.pass(9s);
  CHECK(b.wire->requests.empty());
  b.pass(2s);
  REQUIRE(b.wire->requests.size() == 1);
  b.wire->answer(200);
  b.run();
  CHECK(b.reply_to(third).status == 200);
}

TEST_CASE("an unavailable server may ask for a pause too") {
  api_bench b;
  (void)b.ask(call(verb::get, "/1"));
  b.wire->answer(503, "{}", 5s);
  b.run();
  (void)b.ask(call(verb::get, "/2"));
  CHECK(b.wire->requests.empty());
  b.pass(6s);
  REQUIRE(b.wire->requests.size() == 1);
  b.wire->answer(503);
  b.run();
  (void)b.ask(call(verb::get, "/3"));
  CHECK(b.wire->requests.size() == 1);
}

TEST_CASE("a pause does not mind when somebody sets the clock back") {
  api_bench b;
  (void)b.ask(call(verb::get, "/1"));
  b.wire->answer(429, "{}", 5s);
  b.run();
  b.clock.step_wall(-1h);
  (void)b.ask(call(verb::get, "/2"));
  b.pass(6s);
  CHECK(b.wire->requests.size() == 1);
}

TEST_CASE("a closed fence answers the writes that wait") {
  api_bench b{1};
  auto sent_write = b.ask(call(verb::patch, "/1"));
  auto queued_write = b.ask(call(verb::patch, "/2"));
  (void)b.ask(call(verb::get, "/3"));
  REQUIRE(b.wire->requests.size() == 1);
  b.env->fence->store(fence_closed);
  auto settled = b.self->request(b.api, caf::infinite, settle_writes{});
  b.run();
  CHECK(b.reply_to(queued_write).how == sent::no);
  // Nor does a later one get any further.
  auto late = b.ask(call(verb::post, "/4"));
  CHECK(b.reply_to(late).how == sent::no);
  CHECK(b.wire->requests.size() == 1);
  CHECK_FALSE(b.self->has_next_message());
  b.wire->answer(200);
  b.run();
  bool quiet = false;
  settled.receive([&](const writes_settled&) { quiet = true; },
                  [](const caf::error&) {});
  CHECK(quiet);
  CHECK(b.reply_to(sent_write).status == 200);
  REQUIRE(b.wire->requests.size() == 1);
  CHECK(b.wire->requests[0].what.path == "/3");
}
