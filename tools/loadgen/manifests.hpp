#pragma once

#include "messages/clock.hpp"

#include <boost/json.hpp>

#include <string>
#include <vector>

namespace spark::load {

namespace json = boost::json;

/// What every object of a run carries as a label, so that a person can find
/// and delete them: `spark-loadgen=<run>`.
inline constexpr std::string_view run_label = "spark-loadgen";

/// SparkPi, no executors asked for beyond one: the fake kubelet makes none.
[[nodiscard]] json::value application(const std::string& ns,
                                      const std::string& name,
                                      const std::string& run);

/// Merge patches of a pod's status, as a kubelet would write them for the pod
/// it observes. All its containers get a status.
[[nodiscard]] json::value pod_running(const json::value& pod, time_point now);
[[nodiscard]] json::value pod_succeeded(const json::value& pod,
                                        time_point started, time_point now);

/// One write of the bare client, in the order they are made. `{uid}` in a
/// body stands for the application's uid; `guarded` ones carry the newest
/// resourceVersion of the application, too.
struct bare_write {
  enum class target {
    application,
    status,
    config_map,
    service,
    pod,
    pod_status,
    event
  };
  target what;
  json::value body;
};
/// The writes that one application costs: its own creation, ConfigMap, Service
/// and driver Pod, four status patches and six Events of the operator's, and
/// two patches of a kubelet's, with bodies of the usual size.
[[nodiscard]] std::vector<bare_write> bare_writes(const std::string& ns,
                                                  const std::string& name,
                                                  const std::string& run,
                                                  time_point now);

} // namespace spark::load
