#include "actors/api/event_call.hpp"

#include "crds/cut_text.hpp"
#include "k8s/paths.hpp"
#include "k8s/requests.hpp"

namespace spark {
namespace {

namespace json = boost::json;

json::object kubernetes_event(const announcement& what,
                              const event_subject& about,
                              const std::string& instance,
                              const std::string& event_name, time_point now) {
  auto at = to_rfc3339(now);
  auto message = cut_text(what.message, 1000);
  return {{"apiVersion", "v1"},
          {"kind", "Event"},
          {"metadata", {{"name", event_name}, {"namespace", about.key.ns}}},
          {"involvedObject",
           {{"apiVersion", "sparkoperator.k8s.io/v1beta2"},
            {"kind", about.kind},
            {"namespace", about.key.ns},
            {"name", about.key.name},
            {"uid", about.uid}}},
          {"reason", what.reason},
          {"message", message},
          {"type", what.warning ? "Warning" : "Normal"},
          {"source", {{"component", "spark-operator"}}},
          {"reportingComponent", "spark-operator"},
          {"reportingInstance", instance},
          {"firstTimestamp", at},
          {"lastTimestamp", at},
          {"count", 1}};
}

} // namespace

api_call event_call(const announcement& what, const event_subject& about,
                    const std::string& instance, const std::string& event_name,
                    time_point now) {
  api_call out;
  out.what = requests::create(
      namespaced_path(about.key.ns, "events"),
      kubernetes_event(what, about, instance, event_name, now));
  out.rank = priority::event;
  out.about = about.key;
  out.resource = "events";
  return out;
}

} // namespace spark
