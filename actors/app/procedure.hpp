#pragma once

#include "actors/api/ending.hpp"
#include "actors/app/machine.hpp"
#include "k8s/calls.hpp"
#include "k8s/render/companions.hpp"
#include "messages/observed.hpp"

#include <memory>
#include <optional>
#include <variant>
#include <vector>

/// How an effect is carried out: a short sequence of requests, as a pure object
/// that is told each reply and says what comes next. It owns no connection, so
/// tests drive it with replies of their choice.
namespace spark {

/// The sequence is over.
struct procedure_end {
  std::vector<app_stimulus> stimuli;
  std::optional<observed_application> app; ///< a live view of the application
  bool app_is_gone = false;
  bool looked_at_driver = false;
  bool status_written = false;
  /// Not what was wanted: the same effect waits longer before its next try.
  bool failed = false;
  /// Done, yet the same effect shall not follow at once.
  seconds pause{0};
};

using procedure_step = std::variant<api_call, procedure_end>;

class procedure {
public:
  virtual ~procedure() = default;
  /// The first call has no reply; every later one has the last call's.
  virtual procedure_step next(const reply* last) = 0;
};

/// What procedures need beside the effect itself. Copied into the procedure.
struct procedure_context {
  object_key app;
  std::string uid;
  std::string resource_version; ///< of the application, as last observed
  application_status observed;
  app_state state;
  fact_settings facts;
  time_point now{}; ///< when the effect began
  /// Rendered for the open attempt; null if the effect creates nothing.
  std::shared_ptr<const submission> children;
  /// Rendered from the spec as it is now; null unless it is put.
  std::shared_ptr<const companions> beside;
};

[[nodiscard]] std::unique_ptr<procedure>
make_procedure(const effect& what, procedure_context context);

/// A PATCH that adds one condition to the status as it is.
[[nodiscard]] api_call condition_patch(const observed_application& app,
                                       condition what);

} // namespace spark
