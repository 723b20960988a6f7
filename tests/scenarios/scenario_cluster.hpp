#pragma once

#include "messages/observed.hpp"
#include "tests/scenarios/scenario_line.hpp"

#include <optional>

namespace spark::scenario {

/// What is true in the cluster, whether the operator knows it or not: one
/// application and the pod that has its driver's name.
class cluster {
public:
  static constexpr auto uid = "0b7e6a1c-5d0f-4a53-9b7e-000000000001";

  cluster();

  /// Changes spec and generation; see README.md for the options.
  void edit(const command& c);
  /// A merge patch of .status, by whoever.
  void patch_status(const std::string& json);
  void remove(bool orphan);
  [[nodiscard]] observed_application app() const;
  [[nodiscard]] std::string app_json() const;
  /// What the API server would do with a PATCH of /status: 200 or 409.
  [[nodiscard]] int apply(const std::string& body, bool prunes_claim);

  std::optional<driver_fact> pod;
  /// A pod of `submission`, as the POST of its driver makes it.
  void make_pod(const std::string& submission);
  /// Sets what the command's options say.
  void change_pod(const command& c);

private:
  void touch();

  boost::json::object object_;
  std::string refusal_;
  std::string warning_;
  std::int64_t start_timeout_ = 600;
  std::int64_t version_ = 100;
  int pods_made_ = 0;
};

} // namespace spark::scenario
