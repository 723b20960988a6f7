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
  virtual ~adversary() = default;

  /// The whole history: trouble until the budget is spent, then the end.
  void run();
  [[nodiscard]] int crashes() const { return crashes_; }
  [[nodiscard]] int troubles() const { return troubles_; }

protected:
  /// How often what happens: chances are one in so many per step.
  struct pace {
    std::uint64_t trouble_in = 35;
    std::uint64_t pause_in = 25;
    std::uint64_t longest_pause = 2500; ///< ms
  };
  adversary(simulation& sim, int budget, std::vector<object_key> apps,
            pace how);

  virtual void create(const object_key& app);
  virtual void change_app(const object_key& app);
  /// Nothing goes wrong any more.
  virtual void calm();

  simulation& sim_;
  int revision_ = 0;
  std::vector<object_key> apps_;

private:
  void trouble();
  void user();
  void request_fault();
  void network();
  void process();
  void new_leader();

  int budget_;
  pace pace_;
  int crashes_ = 0;
  int troubles_ = 0;
  bool down_ = false;
  std::map<std::string, int> poisoned_;
};

} // namespace spark::test
