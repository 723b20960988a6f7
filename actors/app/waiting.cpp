#include "actors/app/driver_truth.hpp"
#include "actors/app/machine.hpp"
#include "actors/app/phases.hpp"

/// How long what is waited for, and what becomes of it then (contract "Every
/// state looks again").
namespace spark {
namespace {

/// A driver that is to be gone before anything else can happen.
bool waits_for_an_end(const app_state& s) {
  switch (s.at) {
  case phase::claimed:
    return s.blocked_terminating && (s.blocked == blockage::old_driver ||
                                     s.blocked == blockage::older_attempt);
  case phase::invalidating:
  case phase::pending_rerun:
  case phase::suspending:
    return s.has_driver && s.driver.terminating;
  case phase::failing:
    return !s.giving_up.empty() && s.has_driver && s.driver.terminating;
  default:
    return false;
  }
}

} // namespace

time_point start_limit(const app_state& s) {
  if (s.at != phase::submitted || !s.has_driver || s.waiting_since == no_time)
    return no_time;
  auto limit = limit_of(s.spec, wait_of(s.driver).clock);
  return limit > 0 ? s.waiting_since + seconds{limit} : no_time;
}

time_point notice_wait_at(const app_state& s) {
  if (s.at != phase::submitted || !s.has_driver || s.wait_noticed ||
      s.waiting_since == no_time)
    return no_time;
  switch (wait_of(s.driver).clock) {
  case wait_clock::none:
  case wait_clock::progress:
    return no_time;
  case wait_clock::held:
  case wait_clock::scheduling:
    return s.waiting_since + unscheduled_notice;
  case wait_clock::start:
    return s.waiting_since;
  }
  return no_time;
}

time_point lingers_at(const app_state& s) {
  if (!waits_for_an_end(s) || !s.lingering.empty() || s.ending_since == no_time)
    return no_time;
  return s.ending_since + seconds{old_driver_grace(s)} + linger_limit;
}

std::int64_t old_driver_grace(const app_state& s) {
  return s.at == phase::claimed ? s.blocked_grace : s.driver.grace;
}

std::string old_driver_name(const app_state& s) {
  return s.has_driver ? s.driver.name : s.current.pod_name;
}

} // namespace spark
