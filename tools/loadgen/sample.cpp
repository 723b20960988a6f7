#include "tools/loadgen/sample.hpp"

#include <algorithm>
#include <cmath>

namespace spark::load {

spread spread_of(std::vector<double> values) {
  if (values.empty())
    return {};
  std::sort(values.begin(), values.end());
  auto rank = [&](double share) {
    auto n = std::ceil(share * static_cast<double>(values.size()));
    return values[static_cast<std::size_t>(std::max(n, 1.0)) - 1];
  };
  return {values.size(), rank(0.5), rank(0.99), values.back()};
}

double lag(instant from, instant to) {
  std::chrono::duration<double, std::milli> passed = to - from;
  return std::max(passed.count(), 0.0);
}

} // namespace spark::load
