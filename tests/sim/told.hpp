#pragma once

#include "tests/support/memory_api_server.hpp"

#include <string>
#include <vector>

namespace spark::test {

/// Something that the test did, between two changes in the cluster.
struct deed {
  std::size_t commits = 0; ///< how many there were before it
  time_point at{};
  std::string what;
};

/// A history for people: what was done to the cluster, what its drivers did and
/// what the statuses showed, a line for each.
[[nodiscard]] std::string tell(const std::vector<deed>& deeds,
                               const std::vector<commit>& commits);

} // namespace spark::test
