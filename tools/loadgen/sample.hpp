#pragma once

#include "tools/loadgen/duration_text.hpp"

#include <cstddef>
#include <vector>

namespace spark::load {

/// What is reported of a set of latencies, in milliseconds.
struct spread {
  std::size_t count = 0;
  double p50 = 0;
  double p99 = 0;
  double max = 0;
};

/// Nearest rank: each figure is a value that was measured. All 0 when empty.
[[nodiscard]] spread spread_of(std::vector<double> milliseconds);

/// `to - from` in milliseconds, 0 when `to` came first: a watch may be earlier
/// than the reply to the write that it shows.
[[nodiscard]] double lag(instant from, instant to);

} // namespace spark::load
