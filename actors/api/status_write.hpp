#pragma once

#include "crds/status.hpp"
#include "k8s/transport.hpp"
#include "messages/clock.hpp"
#include "messages/ids.hpp"

#include <boost/json.hpp>

#include <string>
#include <vector>

/// How a status is written, whoever's (contract "Every status PATCH").
namespace spark {

/// PATCH of `path`/status with uid and resourceVersion: nobody's stale view can
/// land on a newer status or on a re-created object.
[[nodiscard]] request status_write(const std::string& path,
                                   const std::string& uid,
                                   const std::string& resource_version,
                                   boost::json::object patch);

/// Conditions that changed at a time that nobody remembers changed `now`.
void date_conditions(std::vector<condition>& all, time_point now);

/// What a status write that did not succeed is followed by.
enum class after_write {
  wait,         ///< and write again
  look,         ///< a live GET decides what is written, at once
  look_and_wait ///< ... later: the server does not take what we write
};
[[nodiscard]] after_write after_status_write(const reply& r);

} // namespace spark
