// How a lease changes hands: what may still be under way, and what the rest of
// the process is told. When it is won or lost is the machine's test.
#include "actors/lease/elector_actor.hpp"
#include "tests/sim/actor_bench.hpp"

#include <boost/json.hpp>
#include <catch2/catch.hpp>

using namespace spark;
using namespace spark::test;
using namespace std::chrono_literals;
namespace json = boost::json;

namespace {

struct told_state {
  static constexpr const char* name = "told";
  told_state() = default;
  std::shared_ptr<std::string> what;
};

supervisor_actor::behavior_type
run_told(supervisor_actor::stateful_pointer<told_state> self,
         std::shared_ptr<std::string> what) {
  self->state.what = std::move(what);
  return {
      [self](const begin_term&) { *self->state.what += "begin "; },
      [self](const end_term&) { *self->state.what += "end "; },
      [](const restart_term&) {},
  };
}

struct elector_bench : actor_bench {
  std::shared_ptr<std::string> told = std::make_shared<std::string>();
  supervisor_actor supervisor = spawn(run_told, told);
  api_actor api = spawn(run_api, wire, env, 1);
  elector_actor elector =
      spawn(run_elector, std::string{"a"}, object_key{"n", "lock"},
            lease_timing{}, env, api, supervisor);
  caf::scoped_actor self{*sys};
  int version = 7;

  elector_bench() { run(); }

  /// The oldest request must be one for the lease; what the server would say.
  void accept_lease() {
    REQUIRE_FALSE(wire->requests.empty());
    auto at = std::find_if(wire->requests.begin(), wire->requests.end(),
                           [](auto& r) { return r.what.where == lane::lease; });
    REQUIRE(at != wire->requests.end());
    auto asked = std::move(*at);
    wire->requests.erase(at);
    auto object = asked.what.body.empty()
                      ? json::object{{"metadata", json::object{}}}
                      : json::parse(asked.what.body).as_object();
    object["metadata"].as_object()["resourceVersion"] =
        std::to_string(++version);
    reply r;
    r.how = sent::answered;
    r.status = 200;
    r.body = json::serialize(object);
    asked.done(asked.id, std::move(r));
    run();
  }
  void lead() {
    accept_lease(); // nobody holds it
    accept_lease();
    REQUIRE(*told == "begin ");
  }
  [[nodiscard]] int lease_requests() const {
    return static_cast<int>(
        std::count_if(wire->requests.begin(), wire->requests.end(),
                      [](auto& r) { return r.what.where == lane::lease; }));
  }
  auto write(const std::string& path) {
    api_call call;
    call.what.method = verb::patch;
    call.what.path = path;
    call.what.body = "{}";
    call.about = {"n", path};
    call.resource = "pods";
    auto out = self->request(api, caf::infinite, call);
    run();
    return out;
  }
  auto release() {
    auto out = self->request(elector, caf::infinite, release_lease{});
    run();
    return out;
  }
  template<class Response>
  bool released(Response& r) {
    if (!self->has_next_message())
      return false;
    bool ok = false;
    r.receive([&](const lease_released&) { ok = true; },
              [](const caf::error&) {});
    return ok;
  }
};

} // namespace

TEST_CASE("the lease goes after the last write") {
  elector_bench b;
  b.lead();
  auto under_way = b.write("/1");
  auto queued = b.write("/2");
  REQUIRE(b.wire->requests.size() == 1);
  auto done = b.release();
  CHECK(b.env->fence->load() == fence_closed);
  CHECK(b.lease_requests() == 0);
  reply none;
  queued.receive([&](const reply& r) { none = r; }, [](const caf::error&) {});
  CHECK(none.how == sent::no);
  b.wire->answer(200);
  b.run();
  under_way.receive([](const reply&) {}, [](const caf::error&) {});
  REQUIRE(b.lease_requests() == 1);
  CHECK(b.wire->requests[0].what.body.find(R"("holderIdentity":"")") !=
        std::string::npos);
  CHECK_FALSE(b.self->has_next_message());
  b.accept_lease();
  CHECK(b.released(done));
  // Nothing follows, and nothing opens the fence again.
  b.pass(10s);
  CHECK(b.wire->requests.empty());
  CHECK(b.env->fence->load() == fence_closed);
  CHECK(*b.told == "begin ");
}

TEST_CASE("the lease goes after a renewal that is under way") {
  elector_bench b;
  b.lead();
  b.pass(5s);
  REQUIRE(b.lease_requests() == 1);
  auto done = b.release();
  CHECK(b.lease_requests() == 1);
  b.accept_lease();
  REQUIRE(b.lease_requests() == 1);
  auto& body = b.wire->requests[0].what.body;
  CHECK(body.find(R"("holderIdentity":"")") != std::string::npos);
  CHECK(body.find(R"("resourceVersion":")" + std::to_string(b.version)) !=
        std::string::npos);
  CHECK(b.env->fence->load() == fence_closed);
  b.accept_lease();
  CHECK(b.released(done));
}

TEST_CASE("a lease that cannot go in peace runs out instead") {
  elector_bench b;
  b.lead();
  (void)b.write("/1");
  auto done = b.release();
  b.pass(500ms);
  CHECK_FALSE(b.self->has_next_message());
  b.pass(750ms);
  CHECK(b.released(done));
  CHECK(b.lease_requests() == 0);
}

TEST_CASE("a standby gives back what it wins while it ends") {
  elector_bench b;
  b.accept_lease(); // nobody holds it
  REQUIRE(b.lease_requests() == 1);
  auto done = b.release();
  b.accept_lease();
  CHECK(b.told->empty());
  REQUIRE(b.lease_requests() == 1);
  b.accept_lease();
  CHECK(b.released(done));
}

TEST_CASE("a lost lease closes the fence") {
  elector_bench b;
  b.lead();
  CHECK(b.env->fence->load() > fence_closed);
  (void)b.write("/1");
  auto queued = b.write("/2");
  b.pass(15s); // no renewal is answered
  CHECK(*b.told == "begin end ");
  CHECK(b.env->fence->load() == fence_closed);
  reply none;
  queued.receive([&](const reply& r) { none = r; }, [](const caf::error&) {});
  CHECK(none.how == sent::no);
}

TEST_CASE("several renewals fit before the lease is lost") {
  elector_bench b;
  b.lead();
  int tries = 0;
  lease_machine::instant asked{};
  for (int i = 0; i < 140; ++i) {
    b.pass(100ms);
    if (b.lease_requests() == 0)
      continue;
    if (asked == lease_machine::instant{})
      asked = b.clock.steady();
    if (b.clock.steady() < asked + b.wire->requests[0].what.deadline)
      continue;
    ++tries; // it dies of its deadline
    asked = {};
    b.wire->answer(reply{});
    b.run();
  }
  CHECK(tries >= 3);
}

TEST_CASE("who waits for a lease is a standby") {
  elector_bench b;
  CHECK(b.env->condition->standby);
  b.lead();
  CHECK_FALSE(b.env->condition->standby);
  b.pass(15s);
  REQUIRE(*b.told == "begin end ");
  CHECK(b.env->condition->standby);
  (void)b.release();
  CHECK_FALSE(b.env->condition->standby);
}
