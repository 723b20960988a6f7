#pragma once

#include "crds/scheduled_status.hpp"
#include "messages/observed.hpp"
#include "messages/schedule_facts.hpp"

#include <map>
#include <memory>
#include <string>

/// From ScheduledSparkApplication objects to facts.
namespace spark {

/// What a run is made from; in memory only while one is being made.
struct run_source {
  boost::json::object spec; ///< spec.template
  boost::json::object labels;
};

struct observed_schedule {
  object_key key;
  std::string uid;
  std::string resource_version;
  schedule_observed fact;
  scheduled_status status;
  std::shared_ptr<const run_source> source; ///< null: not asked for
};

/// `with_source`: the template is kept. Fails only if the object has no
/// metadata.name, namespace or uid; a spec that cannot be read becomes a
/// refusal.
[[nodiscard]] result<observed_schedule>
read_schedule(const boost::json::value& object, const fact_settings& set,
              bool with_source);

} // namespace spark
