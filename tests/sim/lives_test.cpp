// Short random lives by the thousand. SIM_LIVES=n runs so many, SIM_SHARD=i/n
// only every n-th of them, SIM_LIFE=seed one with a trace.
#include "tests/sim/short_life.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <cstring>
#include <iostream>

using namespace spark;
using namespace spark::test;

namespace {

struct totals {
  int lives = 0;
  int troubles = 0;
  int attempts = 0;
  std::uint64_t steps = 0;
};

int attempts_in(const simulation& sim) {
  int out = 0;
  for (auto& c : sim.server.commits())
    if (c.before && c.after &&
        number(*c.before, "/status/claim/number") <
            number(*c.after, "/status/claim/number"))
      ++out;
  return out;
}

void live(std::uint64_t seed, bool trace, totals& sum) {
  auto options = short_life::options(seed);
  options.trace = trace;
  simulation sim{options};
  short_life life{sim};
  INFO("repeat: SIM_LIFE=" << seed << " sim_tests 'short lives *'");
  try {
    life.run();
  } catch (const violation& why) {
    FAIL_CHECK(why.what());
  }
  ++sum.lives;
  sum.troubles += life.troubles();
  sum.attempts += attempts_in(sim);
  sum.steps += sim.steps;
}

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
  auto* given = std::getenv(name);
  return given ? std::strtoull(given, nullptr, 10) : otherwise;
}

} // namespace

TEST_CASE("short lives keep what their users were promised", "[lives]") {
  totals sum;
  if (std::getenv("SIM_LIFE")) {
    live(from_environment("SIM_LIFE", 0), true, sum);
  } else {
    std::uint64_t first = 1;
    std::uint64_t every = 1;
    if (auto* shard = std::getenv("SIM_SHARD")) {
      first = std::strtoull(shard, nullptr, 10);
      every = std::strtoull(std::strchr(shard, '/') + 1, nullptr, 10);
    }
    auto lives = from_environment("SIM_LIVES", 1000);
    for (auto seed = first; seed <= lives; seed += every)
      live(seed, false, sum);
  }
  std::cout << "lives: " << sum.lives << ", troubles: " << sum.troubles
            << ", attempts: " << sum.attempts << ", steps: " << sum.steps
            << "\n";
}
