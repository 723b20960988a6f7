#pragma once

#include "actors/api/replies.hpp"
#include "actors/app/procedure.hpp"
#include "k8s/paths.hpp"
#include "k8s/requests.hpp"

#include <boost/json.hpp>

#include <optional>

/// What the procedures have in common; for procedure_*.cpp only.
namespace spark::procedures {

class base : public procedure {
public:
  base(effect what, procedure_context c);

protected:
  [[nodiscard]] api_call call(request what, std::string resource,
                              priority rank = priority::work) const;
  [[nodiscard]] api_call get_app() const;
  [[nodiscard]] api_call get_driver() const;
  /// DELETE with the uid as its precondition.
  [[nodiscard]] api_call remove(std::string_view plural, std::string_view name,
                                std::string_view uid) const;
  /// Reads a reply that should hold the application.
  void take_app(procedure_end& end, const reply& r) const;
  /// What has become of an object of the attempt.
  [[nodiscard]] procedure_end child_end(child_settled fact, child what,
                                        ending how, std::string message) const;

  effect what_;
  procedure_context c_;
};

// One per effect; each file says what its procedures do.

using made = std::unique_ptr<procedure>;
[[nodiscard]] made claim_attempt(effect, procedure_context);
[[nodiscard]] made patch_status(effect, procedure_context);
[[nodiscard]] made look_at_app(effect, procedure_context);
[[nodiscard]] made delete_app(effect, procedure_context);
[[nodiscard]] made look_at_driver(effect, procedure_context);
[[nodiscard]] made delete_driver(effect, procedure_context);
[[nodiscard]] made create_driver(effect, procedure_context);
[[nodiscard]] made create_config(effect, procedure_context);
[[nodiscard]] made create_service(effect, procedure_context);
[[nodiscard]] made sweep_attempt(effect, procedure_context);
[[nodiscard]] made put_companions(effect, procedure_context);
[[nodiscard]] made remove_budget(effect, procedure_context);

} // namespace spark::procedures
