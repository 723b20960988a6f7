#pragma once

#include "tests/sim/adversary.hpp"

#include <string>

namespace spark::test {

/// A short history of one or two applications: each draws a restart policy, a
/// time to live and the ways its drivers end; its user edits, suspends,
/// resumes, deletes and creates again; and a few things go wrong around it.
class short_life : public adversary {
public:
  explicit short_life(simulation& sim);

  /// How a driver ends: the same each time it is asked, until all is calm.
  [[nodiscard]] static pod_end end_of(const json::value& pod,
                                      std::uint64_t seed, bool calm);
  [[nodiscard]] static simulation_options options(std::uint64_t seed);

private:
  void create(const object_key& app) override;
  void change_app(const object_key& app) override;
  void calm() override;

  [[nodiscard]] json::object draw_policy();
  [[nodiscard]] json::value draw_time_to_live();
  void edit(const object_key& app);
  void edit_quietly(const object_key& app);
  void remove(const object_key& app);
  void strike(const object_key& app);
  void say_last_words(const object_key& app);
};

} // namespace spark::test
