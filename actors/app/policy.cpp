#include "actors/app/policy.hpp"

#include <algorithm>

namespace spark {
namespace {

constexpr seconds default_longest_wait{600};
/// Longer than anybody waits, and safe to add to any time.
constexpr seconds for_ever{std::int64_t{100} * 365 * 24 * 3600};

std::int64_t failures(const app_state& s) {
  return s.application_failures + s.infrastructure_failures;
}

next_attempt unless_used_up(std::int64_t used, std::int64_t limit) {
  next_attempt out;
  out.wanted = used <= limit;
  out.retry = used;
  out.limit = limit;
  return out;
}

/// A limit of their own for what is the cluster's fault, if there is one.
next_attempt after_failure(const app_state& s) {
  auto& rules = s.spec.policy;
  if (rules.infrastructure_retries < 0)
    return unless_used_up(failures(s), rules.failure_retries);
  if (s.infrastructure)
    return unless_used_up(s.infrastructure_failures,
                          rules.infrastructure_retries);
  return unless_used_up(s.application_failures, rules.failure_retries);
}

} // namespace

next_attempt next_attempt_of(const app_state& s) {
  auto& rules = s.spec.policy;
  next_attempt out;
  if (s.at == phase::succeeding) {
    out.wanted = rules.restart == "Always";
    out.at = s.ended_at;
    return out;
  }
  bool submitting = s.at == phase::submission_failed;
  // The same spec would be refused again.
  if (rules.restart == "Never" || s.current.outcome == "Refused")
    return out;
  auto n = submitting ? s.submission_attempts : failures(s);
  if (rules.restart == "Always") {
    out.wanted = true;
    out.retry = n;
  } else if (submitting) {
    out = unless_used_up(n, rules.submission_retries);
  } else {
    out = after_failure(s);
  }
  seconds interval{submitting ? rules.submission_interval
                              : rules.failure_interval};
  out.at = s.ended_at + retry_wait(rules, interval, n);
  return out;
}

seconds retry_wait(const restart_rules& rules, seconds interval,
                   std::int64_t n) {
  n = std::max<std::int64_t>(n, 1);
  auto longest =
      rules.max_interval > 0 ? seconds{rules.max_interval} : for_ever;
  if (rules.exponential && rules.max_interval <= 0)
    longest = std::max(interval, default_longest_wait);
  longest = std::min(longest, for_ever);
  auto factor = rules.exponential
                    ? std::int64_t{1} << std::min<std::int64_t>(n - 1, 32)
                    : n;
  // Divided, because the product may not fit.
  if (interval.count() > 0 && factor > longest.count() / interval.count())
    return longest;
  return interval * factor;
}

bool ran_healthily(const app_state& s, time_point end) {
  auto least = s.spec.policy.healthy_run;
  return least > 0 && s.running_at != no_time &&
         end - s.running_at >= std::min(seconds{least}, for_ever);
}

time_point expires_at(const app_state& s) {
  bool over = s.at == phase::completed || s.at == phase::failed;
  if (!over || s.spec.time_to_live < 0 || s.ended_at == no_time)
    return no_time;
  return s.ended_at + std::min(seconds{s.spec.time_to_live}, for_ever);
}

} // namespace spark
