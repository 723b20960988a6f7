#include "actors/app/machine.hpp"
#include "actors/app/phases.hpp"

#include <algorithm>
#include <array>

/// How long what is waited for, and what becomes of it then (contract "Every
/// state looks again").
namespace spark {
namespace {

bool is_one_of(const std::string& word,
               std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

/// A driver that is to be gone before anything else can happen.
bool waits_for_an_end(const app_state& s) {
  switch (s.at) {
  case phase::claimed:
    return s.blocked_terminating && (s.blocked == blockage::old_driver ||
                                     s.blocked == blockage::older_attempt);
  case phase::invalidating:
  case phase::pending_rerun:
    return s.has_driver && s.driver.terminating;
  case phase::failing:
    return !s.giving_up.empty() && s.has_driver && s.driver.terminating;
  default:
    return false;
  }
}

} // namespace

bool cannot_start(const driver_fact& d) {
  return !d.waiting.empty() && !is_making_progress(d) &&
         !is_one_of(d.waiting,
                    {"Unschedulable", "SchedulingGated", "SchedulerError"});
}

bool is_making_progress(const driver_fact& d) {
  return is_one_of(d.waiting, {"ContainerCreating", "PodInitializing"});
}

time_point start_limit(const app_state& s) {
  if (s.at != phase::submitted || !s.has_driver || !cannot_start(s.driver) ||
      s.waiting_since == no_time || s.spec.start_timeout <= 0)
    return no_time;
  return s.waiting_since + seconds{s.spec.start_timeout};
}

time_point notice_wait_at(const app_state& s) {
  if (s.at != phase::submitted || !s.has_driver || s.wait_noticed ||
      s.driver.waiting.empty() || is_making_progress(s.driver) ||
      s.waiting_since == no_time)
    return no_time;
  return cannot_start(s.driver) ? s.waiting_since
                                : s.waiting_since + unscheduled_notice;
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
