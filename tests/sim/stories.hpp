#pragma once

#include "tests/sim/simulation.hpp"

#include <functional>
#include <string>
#include <vector>

namespace spark::test {

/// Something that is done once, as soon as it can be.
struct act {
  std::function<bool(const simulation&)> when;
  std::function<void(simulation&)> what;
};

/// A short life of the application ns/app.
struct story {
  std::string name;
  std::vector<act> acts{}; ///< one after the other
  /// Before any operator runs; the application is there.
  std::function<void(simulation&)> before{};
  std::function<fault(simulation&, const flight&)> on_request{};
  kubelet_options kubelet{};
  /// Nothing happens to it from outside: so it has one driver, one try, and
  /// the same status in the end, whatever happens to the operator.
  bool undisturbed = false;
};

[[nodiscard]] const std::vector<story>& stories();

} // namespace spark::test
