// Applications that nothing happens to: what they cost, and that all actors
// play together.
#include "tests/sim/simulation.hpp"

#include <catch2/catch.hpp>

using namespace spark;
using namespace spark::test;

namespace {

void plain_run(int count, std::uint64_t seed) {
  simulation_options options;
  options.seed = seed;
  options.trace = std::getenv("SIM_TRACE") != nullptr;
  options.companions = {.ui_service = true}; // what is there by default
  options.kubelet.executors = 2;
  simulation sim{options};
  sim.start("a");
  std::vector<std::string> uids;
  for (int i = 0; i < count; ++i)
    uids.push_back(sim.add_app("ns", "app-" + std::to_string(i)));
  sim.finish();
  for (int i = 0; i < count; ++i) {
    auto& cost = sim.rules.of(uids[static_cast<std::size_t>(i)]);
    INFO("app " << i << " seed " << seed);
    CHECK(sim.state("ns", "app-" + std::to_string(i)) == "COMPLETED");
    CHECK(cost.drivers == 1);
    CHECK(cost.status_patches <= 4);
    CHECK(cost.writes <= 9);
  }
  CHECK(sim.rows > 0);
}

} // namespace

TEST_CASE("one application runs through all real actors") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed)
    plain_run(1, seed);
}

TEST_CASE("twenty applications run side by side") { plain_run(20, 1); }
