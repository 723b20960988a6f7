#pragma once

#include <span>
#include <string>
#include <string_view>

/// Why drivers fail or wait: one row per word of the cluster. The document
/// deploy/FAILURES.md is made of this table.
namespace spark {

/// Which clock runs while a driver waits for this.
enum class wait_clock {
  none,       ///< no wait: the driver has ended
  progress,   ///< it is being started: nothing to tell
  held,       ///< told of after a minute, never given up
  scheduling, ///< the same, and given up if spec or flag say so
  start       ///< told of at once, given up after ten minutes by default
};

struct driver_cause {
  std::string_view word;  ///< as kubelet, scheduler or controller say it
  std::string_view cause; ///< as we call it, if not the same
  wait_clock clock;
  /// The cluster's fault, not the application's: counted apart.
  bool infrastructure;
  std::string_view meaning;
};

[[nodiscard]] std::span<const driver_cause> driver_causes();

/// nullptr: nothing is known of the word. Also finds OutOfcpu and its kind.
[[nodiscard]] const driver_cause* find_cause(std::string_view word);

/// Of a word of the cluster or of a cause. What is not in the table is the
/// application's own failure.
[[nodiscard]] bool is_infrastructure(std::string_view word);

/// A text as the reason of a condition: CamelCase, with nothing that the API
/// server would refuse there.
[[nodiscard]] std::string as_reason(std::string_view text);

/// FAILURES.md's tables.
[[nodiscard]] std::string causes_markdown();

} // namespace spark
