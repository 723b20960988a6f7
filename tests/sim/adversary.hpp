#pragma once

#include "tests/sim/simulation.hpp"

#include <map>
#include <string>
#include <vector>

namespace spark::test {

/// Everything that users, networks, machines and leases do to operators, drawn
/// from the simulation's dice. Its budget is bounded, so every history has an
/// end from which on it must recover.
class adversary {
public:
  explicit adversary(simulation& sim);

  /// The whole history: trouble until the budget is spent, then the end.
  void run();
  [[nodiscard]] int crashes() const { return crashes_; }
  [[nodiscard]] int troubles() const { return troubles_; }

private:
  void trouble();
  void user();
  void change_app(const object_key& app);
  void request_fault();
  void network();
  void process();
  void new_leader();
  void calm();

  simulation& sim_;
  int budget_;
  int crashes_ = 0;
  int troubles_ = 0;
  int revision_ = 0;
  bool down_ = false;
  std::map<std::string, int> poisoned_;
  std::vector<object_key> apps_;
};

} // namespace spark::test
