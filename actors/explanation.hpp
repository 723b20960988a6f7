#pragma once

#include "crds/cut_text.hpp"

#include <string>
#include <vector>

namespace spark {

/// Why something is where it is, for people: also the message of a condition,
/// so there is one text. Without a "now": what is said stays true until the
/// state changes.
struct explanation {
  std::string reason;   ///< CamelCase: the condition's
  std::string headline; ///< one sentence: where it is
  /// The chain that led here, from the policy to the cluster's own words.
  std::vector<std::string> because;
  std::string next; ///< what happens next, and when
};

/// Neither a line of it nor all of it on one line is longer.
inline constexpr std::size_t most_explained = 1024;

/// Headline and next, for where there is one line.
[[nodiscard]] inline std::string to_text(const explanation& e) {
  return cut_text(e.headline + "; next: " + e.next, most_explained);
}

} // namespace spark
