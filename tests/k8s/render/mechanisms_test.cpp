// MECHANISMS.md is made by rendering, so what it says is what happens. Here is
// what must not happen: a field that some line of Spark loses without a word.

#include "k8s/render/mechanisms.hpp"

#include <catch2/catch.hpp>

#include <set>

namespace spark::testing {
namespace {

bool is_lost(const mechanism& m) {
  return m.properties.empty() && !m.driver_pod && !m.executor_template &&
         !m.service && !m.ingress && !m.budget && !m.metrics_map &&
         m.warnings.empty();
}

TEST_CASE("no line of Spark loses a field without a word") {
  // No object depends on these; the row says what does.
  const std::set<std::string> others{"spec.type",
                                     "spec.mode",
                                     "spec.suspend",
                                     "spec.timeToLiveSeconds",
                                     "spec.driverStartTimeoutSeconds",
                                     "spec.driverSchedulingTimeoutSeconds"};
  const auto elsewhere = [&others](const field& row) {
    return others.contains(row.path) ||
           row.path.starts_with("spec.restartPolicy.");
  };
  int rows = 0;
  for (const auto& row : spec_fields())
    for (const auto& profile : version_profiles()) {
      if (!has_mechanism(row))
        continue;
      ++rows;
      INFO(row.path << " with Spark " << profile.line);
      CHECK(is_lost(mechanism_of(row, profile)) == elsewhere(row));
    }
  CHECK(rows > 800);
}

TEST_CASE("what needs a webhook says so where it does") {
  const auto warns = [](const char* path, std::string_view line) {
    for (const auto& profile : version_profiles())
      if (profile.line == line)
        return !mechanism_of(*find_field(path), profile).warnings.empty();
    return false;
  };
  for (const auto* line : {"3.0", "3.3", "4.1"})
    CHECK(warns("spec.executor.memoryLimit", line));
  CHECK_FALSE(warns("spec.driver.memoryLimit", "3.5"));
  CHECK(warns("spec.executor.ports", "3.3"));
  CHECK_FALSE(warns("spec.executor.ports", "3.4"));
  CHECK_FALSE(warns("spec.driver.ports", "3.0"));
  CHECK(warns("spec.proxyUser", "3.0"));
  CHECK_FALSE(warns("spec.proxyUser", "3.1"));
  CHECK(warns("spec.deps.archives", "3.0"));
  CHECK_FALSE(warns("spec.deps.archives", "3.1"));
}

} // namespace
} // namespace spark::testing
