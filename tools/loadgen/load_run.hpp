#pragma once

#include "k8s/transport.hpp"
#include "tools/loadgen/ledger.hpp"
#include "tools/loadgen/operator_usage.hpp"
#include "tools/loadgen/options.hpp"

#include <csignal>
#include <optional>
#include <string>
#include <vector>

namespace spark::load {

struct operator_figures {
  std::optional<double> cpu_seconds; ///< during the load
  std::optional<double> peak_mib;    ///< since it started
  std::optional<request_counts> requests;
  std::vector<std::string> trouble; ///< why a figure is missing
};

struct load_outcome {
  load_figures load;
  operator_figures spent;
  std::vector<std::string> unfinished;
  std::size_t kubelet_failures = 0; ///< pod patches that did not succeed
  std::size_t create_failures = 0;
  std::string first_failure;
  std::size_t watch_gaps = 0;
};

/// Creates the applications, plays the kubelet and keeps the books until all
/// have ended, the timeout passed or `stop` is set. Deletes nothing. An error
/// when the API server cannot be used at all.
[[nodiscard]] result<load_outcome>
run_load(transport& to, const load_options& o, const std::string& run,
         const volatile std::sig_atomic_t& stop);

} // namespace spark::load
