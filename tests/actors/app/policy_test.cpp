#include "actors/app/policy.hpp"

#include <catch2/catch.hpp>

#include <cstdint>

using namespace spark;

namespace {

constexpr time_point end_time{milliseconds{1'000'000'000}};

/// An application whose attempt has just ended.
app_state ended(phase at, restart_rules rules) {
  app_state s;
  s.at = at;
  s.spec.policy = std::move(rules);
  s.current.number = 1;
  s.current.outcome = at == phase::succeeding ? "Completed" : "Failed";
  s.ended_at = end_time;
  return s;
}

restart_rules on_failure(std::int64_t retries) {
  restart_rules out;
  out.restart = "OnFailure";
  out.failure_retries = retries;
  out.submission_retries = retries;
  return out;
}

restart_rules always() {
  restart_rules out;
  out.restart = "Always";
  return out;
}

} // namespace

TEST_CASE("what the policy wants after an end", "[policy]") {
  struct row {
    const char* name;
    phase at;
    restart_rules rules;
    std::int64_t failures;    ///< this one included
    std::int64_t submissions; ///< in a row
    bool wanted;
    std::int64_t retry;
    std::int64_t after; ///< seconds
  };
  const auto failing = phase::failing;
  const auto submitting = phase::submission_failed;
  const row rows[] = {
      {"Never, success", phase::succeeding, {}, 0, 1, false, 0, 0},
      {"Never, failure", failing, {}, 1, 1, false, 0, 0},
      {"Never, submission", submitting, {}, 0, 1, false, 0, 0},
      {"OnFailure, success", phase::succeeding, on_failure(3), 0, 1, false, 0,
       0},
      {"no retries asked for", failing, on_failure(-1), 1, 1, false, 0, 0},
      {"none allowed", failing, on_failure(0), 1, 1, false, 0, 0},
      {"the first of three", failing, on_failure(3), 1, 1, true, 1, 5},
      {"the last of three", failing, on_failure(3), 3, 1, true, 3, 15},
      {"used up", failing, on_failure(3), 4, 1, false, 0, 0},
      {"first submission", submitting, on_failure(2), 0, 1, true, 1, 5},
      {"last submission", submitting, on_failure(2), 7, 2, true, 2, 10},
      {"submissions used up", submitting, on_failure(2), 0, 3, false, 0, 0},
      {"Always, success", phase::succeeding, always(), 0, 1, true, 0, 0},
      {"Always, failure", failing, always(), 1000, 1, true, 1000, 5000},
      {"Always, submission", submitting, always(), 0, 50, true, 50, 250},
  };
  for (const auto& r : rows) {
    INFO(r.name);
    auto s = ended(r.at, r.rules);
    s.application_failures = r.failures;
    s.submission_attempts = r.submissions;
    auto next = next_attempt_of(s);
    CHECK(next.wanted == r.wanted);
    if (r.wanted) {
      CHECK(next.retry == r.retry);
      CHECK(next.at == end_time + seconds{r.after});
    }
  }
}

TEST_CASE("failures of the infrastructure count apart when asked to",
          "[policy]") {
  auto rules = on_failure(1);
  rules.infrastructure_retries = 2;
  auto s = ended(phase::failing, rules);
  auto wanted = [&](std::int64_t application, std::int64_t infrastructure,
                    bool last_was_infrastructure) {
    s.application_failures = application;
    s.infrastructure_failures = infrastructure;
    s.infrastructure = last_was_infrastructure;
    return next_attempt_of(s).wanted;
  };
  CHECK(wanted(0, 2, true));
  CHECK_FALSE(wanted(0, 3, true));
  CHECK(wanted(1, 2, false)); // the others do not count
  CHECK_FALSE(wanted(2, 0, false));
  s.spec.policy.infrastructure_retries = -1;
  CHECK_FALSE(wanted(1, 1, true)); // all count together
}

TEST_CASE("a spec that cannot be submitted is not tried again", "[policy]") {
  auto s = ended(phase::submission_failed, always());
  s.current.outcome = "Refused";
  CHECK_FALSE(next_attempt_of(s).wanted);
}

// The Go operator's own vectors: interval 50 and three attempts, 100 s: not
// yet, 151 s: due.
TEST_CASE("the wait grows with the failures", "[policy]") {
  restart_rules linear;
  CHECK(retry_wait(linear, seconds{50}, 3) == seconds{150});
  CHECK(retry_wait(linear, seconds{50}, 0) == seconds{50});
  linear.max_interval = 120;
  CHECK(retry_wait(linear, seconds{50}, 2) == seconds{100});
  CHECK(retry_wait(linear, seconds{50}, 3) == seconds{120});

  restart_rules doubling;
  doubling.exponential = true;
  const std::int64_t waits[] = {10, 20, 40, 80, 160, 320, 600, 600};
  for (std::int64_t n = 1; n <= 8; ++n)
    CHECK(retry_wait(doubling, seconds{10}, n).count() == waits[n - 1]);
  CHECK(retry_wait(doubling, seconds{900}, 1) == seconds{900});
  doubling.max_interval = 30;
  CHECK(retry_wait(doubling, seconds{10}, 3) == seconds{30});
  CHECK(retry_wait(doubling, seconds{10}, 1000) == seconds{30});
}

TEST_CASE("no wait is too long for a clock", "[policy]") {
  constexpr std::int64_t most = 2'147'483'647;
  for (bool exponential : {false, true}) {
    restart_rules rules;
    rules.exponential = exponential;
    rules.max_interval = exponential ? INT64_MAX : 0;
    auto wait = retry_wait(rules, seconds{most}, most);
    CHECK(wait > seconds{0});
    CHECK(end_time + wait > end_time);
  }
}

TEST_CASE("a healthy run is one that lasted", "[policy]") {
  auto s = ended(phase::running, on_failure(1));
  s.running_at = end_time - seconds{100};
  CHECK_FALSE(ran_healthily(s, end_time)); // not asked for
  s.spec.policy.healthy_run = 100;
  CHECK(ran_healthily(s, end_time));
  CHECK_FALSE(ran_healthily(s, end_time - milliseconds{1}));
  s.running_at = no_time;
  CHECK_FALSE(ran_healthily(s, end_time));
}

TEST_CASE("a time to live counts from the end of the last attempt",
          "[policy]") {
  auto s = ended(phase::completed, {});
  CHECK(expires_at(s) == no_time);
  s.spec.time_to_live = 0;
  CHECK(expires_at(s) == end_time);
  s.spec.time_to_live = 60;
  CHECK(expires_at(s) == end_time + seconds{60});
  s.at = phase::failed;
  CHECK(expires_at(s) == end_time + seconds{60});
  for (auto alive : {phase::failing, phase::running, phase::invalidating,
                     phase::suspended, phase::deleting}) {
    s.at = alive;
    CHECK(expires_at(s) == no_time);
  }
  s.at = phase::failed;
  s.spec.time_to_live = INT64_MAX;
  CHECK(expires_at(s) > end_time);
}
