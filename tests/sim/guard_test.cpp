#include "actors/supervisor/guard_actor.hpp"
#include "tests/sim/actor_bench.hpp"

#include <catch2/catch.hpp>

using namespace spark;
using namespace spark::test;

TEST_CASE("a part that ends unasked is told of, one that was asked is not") {
  actor_bench b;
  auto api = b.spawn(run_api, b.wire, b.env, 8);
  auto other = b.spawn(run_api, b.wire, b.env, 8);
  int failures = 0;
  std::vector<vital_actor> vital{{"api", caf::actor_cast<caf::actor>(api)},
                                 {"other", caf::actor_cast<caf::actor>(other)}};
  auto guard = b.spawn(run_guard, vital, [&failures] { ++failures; });
  vital.clear();
  b.run();
  caf::anon_send_exit(other, caf::exit_reason::user_shutdown);
  b.run();
  CHECK(failures == 0);
  caf::anon_send_exit(api, caf::exit_reason::unhandled_exception);
  b.run();
  CHECK(failures == 1);
}
