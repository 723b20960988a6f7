#pragma once

#include "k8s/transport.hpp"
#include "messages/observed.hpp"
#include "tests/scenarios/scenario_line.hpp"

#include <map>
#include <optional>
#include <vector>

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

  /// What the API server would say of Services, Ingresses and budgets.
  [[nodiscard]] reply serve_beside(const request& r);
  /// What it was asked since the last call.
  [[nodiscard]] std::vector<std::string> take_requests();
  /// One of them that belongs to somebody else: "services/pi-ui-svc".
  void make_foreign(const std::string& object);

  std::optional<driver_fact> pod;
  /// A pod of `submission`, as the POST of its driver makes it.
  void make_pod(const std::string& submission);
  /// Sets what the command's options say.
  void change_pod(const command& c);
  /// The pod as a live GET shows it, with what Events say of it.
  [[nodiscard]] driver_fact looked_at() const;

private:
  void touch();
  void edit_policy(const command& c);

  boost::json::object object_;
  std::map<std::string, boost::json::object> beside_; ///< "services/pi-ui-svc"
  std::vector<std::string> requests_;
  int made_beside_ = 0;
  std::string refusal_;
  std::string warning_;
  std::int64_t start_timeout_ = 600;
  std::int64_t scheduling_timeout_ = 0;
  std::string complaint_; ///< the newest Event that is one
  std::string complaint_message_;
  std::int64_t version_ = 100;
  int pods_made_ = 0;
};

} // namespace spark::scenario
