#pragma once

#include <string>

namespace spark {

/// A Kubernetes Event that tells users what happened.
struct announcement {
  std::string reason;
  bool warning = false;
  std::string message;
  bool operator==(const announcement&) const = default;
};

} // namespace spark
