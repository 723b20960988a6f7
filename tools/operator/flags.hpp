#pragma once

#include "k8s/render/submission.hpp"
#include "messages/clock.hpp"
#include "messages/error.hpp"
#include "tools/operator/listen_address.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace spark {

/// What the command line asked for, checked; defaults are the table's.
struct options {
  std::string kubeconfig; ///< empty: the service account of the pod
  std::string master;     ///< URL of the API server, beats the kubeconfig's
  bool allow_insecure_api_server = false;

  std::vector<std::string> namespaces; ///< empty: all of them
  std::string label_selector_filter;   ///< not yet percent-encoded
  seconds resync_interval{30};
  seconds driver_start_timeout{600};    ///< 0: never give up
  seconds driver_scheduling_timeout{0}; ///< 0: never give up
  seconds default_time_to_live{-1};     ///< after an end; -1: never
  companion_settings companions;        ///< web UI, Ingresses, budgets
  int controller_threads = 0;           ///< 0: one per processor
  int api_window = 8;                   ///< requests in flight at the start

  std::string journal; ///< path, or ":memory:"
  std::int64_t journal_max_size = std::int64_t{1} << 30; ///< bytes
  /// Of all rows of an ended application.
  milliseconds journal_retention = std::chrono::days{7};
  listen_address listen;
  std::string log_level; ///< trace, debug, info, warn, error or off

  bool leader_election = false;
  std::string lock_namespace;
  std::string lock_name;
  milliseconds lease_duration{15'000};
  milliseconds renew_deadline{14'000};
  milliseconds retry_period{4'000};

  bool enable_metrics = false; ///< a second listener for Prometheus
  int metrics_port = 10254;    ///< of all addresses
  std::string metrics_endpoint;
  std::string metrics_prefix;
  std::vector<double> submit_buckets; ///< seconds; empty: the default ones
  std::vector<double> start_buckets;
};

/// One flag: one line of --help and of FLAGS.md.
struct flag_row {
  std::string_view name;
  std::string_view value; ///< kind of value for people; empty: a switch
  std::string_view default_text;
  std::string_view help;
  /// Reads the text into the options; the error says what would be right, and
  /// names no flag. Null for a flag that is refused unless it asks for its
  /// default, which is what we do anyway.
  result<void> (*read)(options&, std::string_view text);
  std::string_view refusal; ///< why, where `read` is null
  std::string_view alias;   ///< another spelling, may be empty
};

/// In the order of the documentation. The defaults go through `read` too.
[[nodiscard]] std::span<const flag_row> flag_rows();

struct command_line {
  options wanted;
  /// Not empty: print it and exit with 0 (--help, --version).
  std::string print;
};

/// `-flag=x`, `-flag x`, `--flag=x` and `--flag x` mean the same, a switch
/// alone means true, and the last of several wins, as with Go's flag package.
/// The error is one line for standard error. `arguments` is without the
/// program's name.
[[nodiscard]] result<command_line>
parse_flags(const std::vector<std::string>& arguments,
            std::string_view version);

[[nodiscard]] std::string flags_help();
/// FLAGS.md's table.
[[nodiscard]] std::string flags_markdown();

} // namespace spark
