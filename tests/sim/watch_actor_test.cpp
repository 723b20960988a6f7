// What a watch owes to those around it: the registry, the transport, the page
// of metrics. How it follows a collection is the machine's test.
#include "actors/watch/watch_actor.hpp"
#include "tests/sim/actor_bench.hpp"

#include <catch2/catch.hpp>

using namespace spark;
using namespace spark::test;
using namespace std::chrono_literals;

namespace {

/// A registry that is slow: what it was sent lives until the test says so.
struct slow_registry_state {
  static constexpr const char* name = "slow registry";
  slow_registry_state() = default;
  std::shared_ptr<std::vector<pods_change>> unread;
};

registry_actor::behavior_type
run_slow_registry(registry_actor::stateful_pointer<slow_registry_state> self,
                  std::shared_ptr<std::vector<pods_change>> unread) {
  self->state.unread = std::move(unread);
  return {
      [](const apps_change&) {},
      [self](const pods_change& c) { self->state.unread->push_back(c); },
      [](const retire_app&) {},
      [](const wake_up&) {},
  };
}

const std::string relists = "spark_operator_watch_relists_total";
const std::string age =
    R"(spark_operator_watch_last_event_age_seconds{resource="pods"})";

std::string empty_list(int version) {
  return R"({"kind":"PodList","apiVersion":"v1","metadata":{)"
         R"("resourceVersion":")" +
         std::to_string(version) + R"("},"items":[]})";
}

/// `count` events, each of the same pod.
std::string events(int count, int version) {
  std::string line =
      R"({"type":"ADDED","object":{"kind":"Pod","apiVersion":"v1",)"
      R"("metadata":{"name":"p","namespace":"n","uid":"u",)"
      R"("resourceVersion":")" +
      std::to_string(version) + R"("},"spec":{},"status":{}}})" + "\n";
  std::string out;
  for (int i = 0; i < count; ++i)
    out += line;
  return out;
}

struct watch_bench : actor_bench {
  std::shared_ptr<std::vector<pods_change>> unread =
      std::make_shared<std::vector<pods_change>>();
  registry_actor registry = spawn(run_slow_registry, unread);
  watch_actor<observed_pod> watch =
      spawn(watch_pods, std::string{"n"}, std::size_t{0}, wire, env, registry);

  watch_bench() {
    run();
    unread->reserve(100'000);
  }
  void list() {
    REQUIRE(wire->requests.size() == 1);
    wire->answer(200, empty_list(10));
    run();
  }
  void say(const std::string& text) {
    auto& stream = wire->streams.back();
    stream.chunk(stream.id, text);
    run();
  }
};

} // namespace

TEST_CASE("a watch takes its stream along when it ends") {
  watch_bench b;
  b.list();
  REQUIRE(b.wire->streams.size() == 1);
  CHECK(b.wire->cancelled.empty());
  caf::anon_send_exit(b.watch, caf::exit_reason::user_shutdown);
  b.run();
  CHECK(b.wire->cancelled == std::vector<op_id>{b.wire->streams[0].id});
}

TEST_CASE("a watch takes its list along when it ends") {
  watch_bench b;
  caf::anon_send_exit(b.watch, caf::exit_reason::user_shutdown);
  b.run();
  CHECK(b.wire->cancelled == std::vector<op_id>{b.wire->requests[0].id});
}

TEST_CASE("lines are owed until the registry is done with them") {
  watch_bench b;
  b.list();
  for (int i = 0; i < 30; ++i) {
    b.say(events(1000, 11));
    b.unread->clear();
  }
  CHECK(b.wire->cancelled.empty());
  for (int i = 0; i < 21; ++i)
    b.say(events(1000, 11));
  CHECK(b.wire->cancelled.size() == 1);
  CHECK(b.unread->size() == 20'000);
  // Nor does it ask for more before the registry has caught up.
  b.pass(2min);
  CHECK(b.wire->requests.empty());
  b.unread->clear();
  b.pass(2s);
  b.list();
  CHECK(b.wire->streams.size() == 2);
  CHECK(b.metric(relists) == "1");
}

TEST_CASE("a watch does not mind when somebody sets the clock back") {
  watch_bench b;
  b.wire->answer(500);
  b.run();
  b.clock.step_wall(-1h);
  b.pass(2s);
  b.list();
  CHECK(b.wire->streams.size() == 1);
}

TEST_CASE("the page tells how long a watch has been silent") {
  watch_bench b;
  CHECK(b.metric(age).empty());
  b.list();
  CHECK_FALSE(b.metric(age).empty());
  CHECK(b.metric(relists) == "0");
  b.say(events(1, 11));
  CHECK_FALSE(b.metric(age).empty());
  caf::anon_send_exit(b.watch, caf::exit_reason::user_shutdown);
  b.run();
  CHECK(b.metric(age).empty());
}
