#pragma once

#include "messages/error.hpp"

#include <chrono>
#include <cstddef>
#include <stop_token>
#include <string>
#include <vector>

namespace spark {

struct child_command {
  std::vector<std::string> argv; ///< argv[0] without a slash: PATH decides
  std::vector<std::string> environment; ///< "NAME=value", complete
  std::chrono::milliseconds limit{30'000};
  std::size_t output_limit = 1u << 20; ///< of stdout; stderr: 4 KiB are kept
  std::stop_token stop; ///< ends it before its time, soon after it is asked to
};

struct child_outcome {
  int exit_code = 0; ///< 128 + signal when a signal ended it
  std::string output;
  std::string complaint; ///< the start of stderr
};

/// Runs a program without a shell, in a process group of its own, with no file
/// descriptor of ours but /dev/null and two pipes; blocks until it has ended.
/// Past the time or the output limit, or when it is told to stop, the whole
/// group is killed and io is returned, as when it could not start.
[[nodiscard]] result<child_outcome> run_child(const child_command& command);

} // namespace spark
