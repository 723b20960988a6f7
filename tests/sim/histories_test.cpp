// Random histories. SIM_SEEDS=n runs more of them, SIM_SEED=n one with a trace.
#include "tests/sim/adversary.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <iostream>

using namespace spark;
using namespace spark::test;

namespace {

struct totals {
  int histories = 0;
  int crashes = 0;
  int troubles = 0;
  int rows = 0;
  std::uint64_t steps = 0;
};

void run_history(std::uint64_t seed, bool trace, totals& sum) {
  simulation_options options;
  options.seed = seed;
  options.trace = trace;
  options.kubelet.executors = static_cast<int>(seed % 3);
  options.kubelet.failures = seed % 4 == 0 ? 1 : 0;
  options.kubelet.report_before_removal = seed % 5 != 0;
  options.races_are_ours = seed % 2 == 0;
  if (seed % 6 == 1)
    options.namespaces = {"ns", "other"};
  simulation sim{options};
  adversary a{sim};
  INFO("repeat: SIM_SEED=" << seed << " sim_tests 'random histories *'");
  try {
    a.run();
  } catch (const violation& why) {
    FAIL_CHECK(why.what());
  }
  ++sum.histories;
  sum.crashes += a.crashes();
  sum.troubles += a.troubles();
  sum.rows += sim.rows;
  sum.steps += sim.steps;
}

} // namespace

TEST_CASE("random histories keep every promise and end well") {
  totals sum;
  if (auto* one = std::getenv("SIM_SEED")) {
    run_history(std::strtoull(one, nullptr, 10), true, sum);
  } else {
    auto* given = std::getenv("SIM_SEEDS");
    auto seeds = given ? std::strtoull(given, nullptr, 10) : 250;
    for (std::uint64_t seed = 1; seed <= seeds; ++seed)
      run_history(seed, false, sum);
  }
  std::cout << "seeds: " << sum.histories << ", troubles: " << sum.troubles
            << ", crashes: " << sum.crashes << ", steps: " << sum.steps
            << ", rows decided again: " << sum.rows << "\n";
}
