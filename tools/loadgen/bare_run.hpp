#pragma once

#include "tools/loadgen/options.hpp"
#include "tools/loadgen/sample.hpp"
#include "tools/loadgen/traffic.hpp"

#include <csignal>
#include <string>

namespace spark::load {

struct bare_figures {
  std::size_t applications = 0; ///< that went through
  std::size_t failed = 0;
  std::string first_failure;
  double seconds = 0;
  double per_minute = 0; ///< applications
  double writes_per_second = 0;
  spread write; ///< latency of one write
};

/// What the API server takes from a client that only writes: the writes of
/// bare_writes(), one after the other for each application, several
/// applications side by side. Blocks; ends early when `stop` becomes true.
[[nodiscard]] bare_figures run_bare(transport& to, const load_options& o,
                                    const std::string& run,
                                    const volatile std::sig_atomic_t& stop);

} // namespace spark::load
