#pragma once

#include "messages/clock.hpp"
#include "tests/support/json_read.hpp"

#include <cstdint>
#include <string>

namespace spark::test {

/// spec.restartPolicy as users read it, written anew for the judge.
struct promised_policy {
  std::string type = "Never";
  std::int64_t failures = -1; ///< retries; -1: none is promised
  std::int64_t submissions = -1;
  std::int64_t infrastructure = -1; ///< -1: they count as any other
  std::int64_t failure_interval = 5;
  std::int64_t submission_interval = 5;
  std::int64_t longest = 0; ///< 0: no limit was given
  std::int64_t healthy = 0; ///< seconds; 0: no run begins the counting anew
  bool exponential = false;
};
[[nodiscard]] promised_policy policy_of(const json::value& spec);
/// The wait before the n-th retry in a row.
[[nodiscard]] seconds promised_wait(const promised_policy& p, bool submission,
                                    std::int64_t n);
/// The spec without what may be edited while an attempt runs.
[[nodiscard]] json::value restarting_part(const json::value& spec);

} // namespace spark::test
