#pragma once

#include "actors/announcement.hpp"
#include "k8s/calls.hpp"
#include "messages/clock.hpp"

#include <string>

namespace spark {

/// The object that users are told about; one of our own API group.
struct event_subject {
  std::string kind; ///< "SparkApplication"
  object_key key;
  std::string uid;
};

/// Creates the core/v1 Event that tells users about `what`.
[[nodiscard]] api_call event_call(const announcement& what,
                                  const event_subject& about,
                                  const std::string& instance,
                                  const std::string& event_name,
                                  time_point now);

} // namespace spark
