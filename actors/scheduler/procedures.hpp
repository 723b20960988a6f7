#pragma once

#include "actors/scheduler/machine.hpp"
#include "k8s/calls.hpp"
#include "messages/observed_schedule.hpp"

#include <memory>
#include <optional>
#include <variant>
#include <vector>

/// How a schedule's effect is carried out, request by request; pure, as the
/// procedures of an application are (actors/app/procedure.hpp).
namespace spark {

struct schedule_procedure_end {
  std::vector<schedule_stimulus> stimuli;
  std::optional<observed_schedule> object; ///< a live view of it
  bool gone = false; ///< the object does not exist any more
  /// Not what was wanted: the same effect waits longer before its next try.
  bool failed = false;
  /// A create went out, and nobody knows whether it will land.
  bool unsettled = false;
};

using schedule_step = std::variant<api_call, schedule_procedure_end>;

class schedule_procedure {
public:
  virtual ~schedule_procedure() = default;
  /// The first call has no reply; every later one has the last call's.
  virtual schedule_step next(const reply* last) = 0;
};

/// Copied into the procedure.
struct schedule_context {
  object_key key;
  std::string uid;
  std::string resource_version;
  scheduled_status observed;
  schedule_state state;
  fact_settings facts;
  time_point now{};
  std::shared_ptr<const run_source> source; ///< null: is to be fetched
};

[[nodiscard]] std::unique_ptr<schedule_procedure>
make_procedure(const schedule_effect& what, schedule_context context);

/// The SparkApplication of a tick, as it is created.
[[nodiscard]] boost::json::object run_object(const schedule_context& c,
                                             const run_source& source);

} // namespace spark
