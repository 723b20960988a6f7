#include "actors/api/status_write.hpp"

#include "actors/api/ending.hpp"
#include "k8s/requests.hpp"

namespace spark {

request status_write(const std::string& path, const std::string& uid,
                     const std::string& resource_version,
                     boost::json::object patch) {
  boost::json::object body{
      {"metadata", {{"uid", uid}, {"resourceVersion", resource_version}}},
      {"status", std::move(patch)}};
  return requests::merge_patch(path + "/status", body);
}

void date_conditions(std::vector<condition>& all, time_point now) {
  for (auto& one : all)
    if (one.last_transition_time.empty())
      one.last_transition_time = to_rfc3339(now);
}

after_write after_status_write(const reply& r) {
  switch (ending_of(r)) {
  case ending::retry:
    return after_write::wait;
  case ending::conflict:
    return after_write::look;
  default:
    return after_write::look_and_wait;
  }
}

} // namespace spark
