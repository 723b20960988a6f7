#include "actors/lease/lease_machine.hpp"

#include <algorithm>

namespace spark {

lease_machine::lease_machine(std::string identity, lease_timing timing)
    : identity_(std::move(identity)), timing_(timing) {}

lease_step lease_machine::tick(instant now) {
  if (stopped_)
    return {};
  auto step = lose_if_late(now);
  if (busy_ || now < wake_)
    return step;
  busy_ = true;
  sent_at_ = now;
  wake_ = now + timing_.retry_period;
  if (leading_ && !refresh_) {
    auto renewal = write();
    renewal.lost = step.lost;
    return renewal;
  }
  step.action = lease_action::look;
  return step;
}

lease_step lease_machine::looked(const std::optional<lease_record>& found,
                                 instant now) {
  busy_ = false;
  refresh_ = false;
  if (found != seen_) {
    seen_ = found;
    seen_at_ = now;
  }
  if (stopped_)
    return {};
  if (leading_) {
    auto step = lose_if_late(now);
    if (step.lost)
      return step;
  }
  bool free = !seen_ || seen_->holder.empty() || seen_->holder == identity_;
  // The record says how long its holder wants to be respected; we wait at least
  // that long after its last change, however its clock goes.
  auto respected = seen_ ? std::max<std::chrono::milliseconds>(seen_->duration,
                                                               timing_.duration)
                         : std::chrono::milliseconds{0};
  if (!free && now < seen_at_ + respected)
    return {};
  busy_ = true;
  sent_at_ = now;
  return write();
}

lease_step lease_machine::write() const {
  lease_step step;
  step.action = seen_ ? lease_action::update : lease_action::create;
  if (seen_)
    step.wanted = *seen_;
  step.acquiring = !seen_ || seen_->holder != identity_;
  if (seen_ && step.acquiring)
    ++step.wanted.transitions;
  step.wanted.holder = identity_;
  step.wanted.duration =
      std::chrono::duration_cast<std::chrono::seconds>(timing_.duration);
  return step;
}

lease_step lease_machine::written(const lease_record& stored, instant now) {
  busy_ = false;
  seen_ = stored;
  seen_at_ = now;
  if (stopped_) {
    leading_ = true; // to release() only: nobody is told
    return {};
  }
  auto step = lose_if_late(now);
  if (step.lost)
    return step; // too late to count: the next look may win it again
  renewed_at_ = sent_at_;
  wake_ = now + timing_.retry_period;
  if (!leading_) {
    leading_ = true;
    step.gained = true;
    step.wanted = stored;
  }
  return step;
}

lease_step lease_machine::failed(instant now) {
  busy_ = false;
  if (stopped_)
    return {};
  refresh_ = true; // a conflict means that somebody wrote it
  wake_ = now + std::min<std::chrono::milliseconds>(
                    timing_.retry_period, std::chrono::milliseconds{1000});
  return lose_if_late(now);
}

lease_step lease_machine::lose_if_late(instant now) {
  lease_step step;
  bool taken = seen_ && seen_->holder != identity_;
  if (leading_ && (taken || now >= renewed_at_ + timing_.renew_deadline)) {
    leading_ = false;
    step.lost = true;
  }
  return step;
}

std::optional<lease_record> lease_machine::release() {
  if (!leading_ || !seen_ || busy_)
    return std::nullopt;
  leading_ = false;
  auto record = *seen_;
  record.holder.clear();
  record.duration = std::chrono::seconds{1};
  return record;
}

} // namespace spark
