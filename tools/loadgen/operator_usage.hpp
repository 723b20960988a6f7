#pragma once

#include "messages/error.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>

namespace spark::load {

/// utime + stime of /proc/PID/stat in clock ticks; nullopt when it is not one.
/// The command may hold blanks and parentheses.
[[nodiscard]] std::optional<std::uint64_t> cpu_ticks(std::string_view stat);
/// VmHWM of /proc/PID/status in KiB.
[[nodiscard]] std::optional<std::uint64_t>
peak_kib(std::string_view proc_status);

struct process_usage {
  double cpu_seconds = 0; ///< since the process started, all threads
  double peak_mib = 0;
};
[[nodiscard]] result<process_usage> usage_of(pid_t pid);

/// "POST pods" → how many; every code counted.
struct request_counts {
  std::map<std::string, double> by_call;
  std::map<std::string, double> failed; ///< "409 PATCH …": codes ≥ 400 and 0
};
/// Sums spark_operator_api_requests_total of a Prometheus text page, also with
/// a prefix before the name. Other lines are skipped.
[[nodiscard]] request_counts count_requests(std::string_view page);
/// What happened in between; calls without a difference are left out.
[[nodiscard]] request_counts difference(const request_counts& before,
                                        const request_counts& after);

/// GET of the operator's metrics page; blocks for at most 5 s.
[[nodiscard]] result<std::string> fetch_page(const std::string& url);

} // namespace spark::load
