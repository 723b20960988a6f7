#pragma once

#include "tools/loadgen/duration_text.hpp"

#include <string>
#include <sys/types.h>

namespace spark::load {

struct load_options {
  std::string kubeconfig;
  std::string ns = "default";
  std::size_t applications = 100;
  double rate = 0; ///< creations per second; 0: as fast as the window allows
  std::size_t concurrency = 32;        ///< requests of ours in flight
  milliseconds run_for{2000};          ///< of each fake driver
  milliseconds timeout{600'000};       ///< of the whole load, without clean-up
  pid_t operator_pid = 0;              ///< 0: no figures about the process
  std::string operator_metrics;        ///< URL; empty: no request counts
  std::string bare_namespace;          ///< empty: "<namespace>-bare"
  std::size_t bare_applications = 200; ///< 0: no bare run
  std::size_t bare_concurrency = 16;
  bool bare_only = false;
  bool keep = false;
  bool json = false;
};

enum class start { go, done, bad_usage };

/// Fills `out` from the command line; prints help and complaints by itself.
[[nodiscard]] start read_options(int argc, char** argv, load_options& out);

} // namespace spark::load
