#include "k8s/watch/watch_machine.hpp"

#include <algorithm>
#include <utility>

namespace spark {
namespace {

/// FNV-1a with a final mix: the same on every machine, so that a run can be
/// repeated. In [0, 1).
double unit_hash(std::string_view text, std::uint64_t number) {
  std::uint64_t h = 14695981039346656037u;
  for (unsigned char c : text)
    h = (h ^ c) * 1099511628211u;
  h ^= number * 0x9e3779b97f4a7c15u;
  h = (h ^ (h >> 30)) * 0xbf58476d1ce4e5b9u;
  h = (h ^ (h >> 27)) * 0x94d049bb133111ebu;
  return static_cast<double>((h ^ (h >> 31)) >> 11) * 0x1p-53;
}

/// These say that the resourceVersion or the collection itself is the trouble;
/// a resume would only meet them again.
bool needs_list(int status) {
  return status == 400 || status == 404 || status == 422;
}

} // namespace

std::string_view to_string(watch_machine::phase p) noexcept {
  switch (p) {
  case watch_machine::phase::idle:
    return "idle";
  case watch_machine::phase::listing:
    return "listing";
  case watch_machine::phase::opening:
    return "opening";
  case watch_machine::phase::watching:
    return "watching";
  case watch_machine::phase::backing_off:
    return "backing_off";
  }
  return "?";
}

watch_machine::watch_machine(collection what, std::string name,
                             watch_timing timing)
    : what_{std::move(what)}, name_{std::move(name)}, timing_{timing} {}

watch_step watch_machine::started() {
  watch_step step;
  if (phase_ == phase::idle)
    begin_list(step);
  return step;
}

watch_step watch_machine::page_arrived(exchange_id id, const list_page& page,
                                       time_point now) {
  watch_step step;
  if (phase_ != phase::listing || id != exchange_)
    return step;
  last_heard_ = now;
  step.objects = object_use::initial;
  // The first page's version is the list's. Should a later page differ, the
  // older one only repeats events.
  if (!continued_) {
    step.list_begins = true;
    list_version_ = page.resource_version;
  }
  if (!page.continue_token.empty()) {
    ask_page(step, page.continue_token);
    return step;
  }
  version_ = list_version_;
  unlimited_ = false;
  silent_streams_ = 0;
  stream_errors_ = 0;
  step.list_complete = true;
  open_stream(step, now);
  return step;
}

watch_step watch_machine::list_failed(exchange_id id, error why,
                                      seconds retry_after, time_point now) {
  watch_step step;
  if (phase_ != phase::listing || id != exchange_)
    return step;
  const bool expired = why.http_status == 410;
  if (expired && continued_) {
    // The pages took longer than the server keeps history. One piece cannot
    // expire; should that fail too, the next try is in pages again.
    step.failed = true;
    step.failure = named(std::move(why), "list");
    unlimited_ = true;
    ask_page(step, {});
    return step;
  }
  unlimited_ = false;
  back_off(step, next::list, named(std::move(why), "list"), retry_after, now);
  return step;
}

watch_step watch_machine::line_arrived(exchange_id id, const watch_line& line,
                                       time_point now) {
  watch_step step;
  if (!streaming(id))
    return step;
  phase_ = phase::watching;
  last_heard_ = now;
  if (line.kind == watch_kind::error) {
    in_stream_error(step, line, now);
    return step;
  }
  heard_in_stream_ = true;
  expired_before_ = false;
  silent_streams_ = 0;
  stream_errors_ = 0;
  version_ = line.resource_version;
  if (line.kind == watch_kind::deleted)
    step.objects = object_use::deleted;
  else if (line.kind != watch_kind::bookmark)
    step.objects = object_use::applied;
  return step;
}

watch_step watch_machine::line_malformed(exchange_id id, error why,
                                         time_point now) {
  watch_step step;
  if (!streaming(id))
    return step;
  abandon_stream(step);
  back_off(step, next::list, named(std::move(why), "watch"), {}, now);
  return step;
}

watch_step watch_machine::stream_ended(exchange_id id, const stream_end& end,
                                       time_point now) {
  watch_step step;
  if (!streaming(id))
    return step;
  const bool normal =
      end.why == end_kind::finished || end.why == end_kind::expired;
  if (end.status == 410) {
    relist_expired(step, "HTTP 410", now);
  } else if (end.why == end_kind::overflow) {
    back_off(step, next::list, behind(), {}, now);
  } else if (!normal || (end.status != 0 && end.status != 200)) {
    stream_failed(step, end, now);
  } else if (!heard_in_stream_ && now - opened_at_ < seconds{1}) {
    back_off(
        step, next::resume,
        named({errc::bad_reply, "the stream ended at once", {}, 0}, "watch"),
        end.retry_after, now);
  } else {
    open_stream(step, now);
  }
  return step;
}

watch_step watch_machine::timer(time_point now) {
  watch_step step;
  if (due_ == no_time)
    return step;
  if (now < due_) {
    step.actions.push_back(arm_timer_at{due_});
    return step;
  }
  due_ = no_time;
  if (phase_ == phase::backing_off) {
    if (after_backoff_ == next::list)
      begin_list(step);
    else
      open_stream(step, now);
  } else if (streaming(exchange_)) {
    fell_silent(step, now);
  }
  return step;
}

watch_step watch_machine::overflowed(exchange_id id, time_point now) {
  watch_step step;
  if (!streaming(id))
    return step;
  abandon_stream(step);
  back_off(step, next::list, behind(), {}, now);
  return step;
}

void watch_machine::begin_list(watch_step& step) {
  phase_ = phase::listing;
  due_ = no_time;
  ask_page(step, {});
}

void watch_machine::ask_page(watch_step& step, const std::string& token) {
  continued_ = !token.empty();
  auto limit = unlimited_ ? 0 : timing_.page_limit;
  step.actions.push_back(send_list{++exchange_, list_path(what_, limit, token),
                                   timing_.list_deadline});
}

void watch_machine::open_stream(watch_step& step, time_point now) {
  phase_ = phase::opening;
  heard_in_stream_ = false;
  opened_at_ = now;
  auto span = (timing_.longest_stream - timing_.shortest_stream).count() + 1;
  seconds timeout{
      timing_.shortest_stream.count() +
      static_cast<seconds::rep>(dice() * static_cast<double>(span))};
  step.actions.push_back(open_watch{++exchange_,
                                    watch_path(what_, version_, timeout),
                                    timeout + timing_.stream_grace});
  arm_silence(step);
}

void watch_machine::arm_silence(watch_step& step) {
  due_ = no_time;
  if (timing_.silence.count() <= 0)
    return;
  due_ = std::max(opened_at_, last_heard_) + timing_.silence;
  step.actions.push_back(arm_timer_at{due_});
}

void watch_machine::fell_silent(watch_step& step, time_point now) {
  // The timer is set once a stream and looks here how long it really was
  // silent, rather than being set again by every event.
  if (now - std::max(opened_at_, last_heard_) < timing_.silence) {
    arm_silence(step);
    return;
  }
  const bool relist = !heard_in_stream_ && ++silent_streams_ >= 2;
  abandon_stream(step);
  if (relist)
    begin_list(step);
  else
    open_stream(step, now);
}

void watch_machine::in_stream_error(watch_step& step, const watch_line& line,
                                    time_point now) {
  abandon_stream(step);
  if (line.code == 410) {
    relist_expired(step, line.message, now);
    return;
  }
  auto then = ++stream_errors_ >= timing_.resumes_before_relist ? next::list
                                                                : next::resume;
  auto code = line.code == 429 ? errc::throttled : errc::server_error;
  back_off(step, then, named({code, line.message, {}, line.code}, "watch"),
           line.retry_after, now);
}

void watch_machine::relist_expired(watch_step& step, std::string why,
                                   time_point now) {
  error expired = named({errc::gone, std::move(why), {}, 410}, "watch");
  // The first time list at once; when the watch after that list expires too,
  // before it said anything, this would turn in a circle.
  if (std::exchange(expired_before_, true)) {
    back_off(step, next::list, std::move(expired), {}, now);
    return;
  }
  step.failed = true;
  step.failure = std::move(expired);
  begin_list(step);
}

void watch_machine::stream_failed(watch_step& step, const stream_end& end,
                                  time_point now) {
  auto why = end.detail;
  why.http_status = end.status == 200 ? 0 : end.status;
  if (end.why == end_kind::cancelled) {
    // Not by us, or the exchange would be stale: the transport is closing.
    why.code = errc::cancelled;
  }
  if (why.message.empty())
    why.message = "HTTP status " + std::to_string(end.status);
  auto then = needs_list(end.status) ? next::list : next::resume;
  back_off(step, then, named(std::move(why), "watch"), end.retry_after, now);
}

void watch_machine::back_off(watch_step& step, next then, error why,
                             seconds retry_after, time_point now) {
  if (now - last_failure_ >= timing_.backoff_reset)
    failures_ = 0;
  last_failure_ = now;
  auto base = static_cast<double>(timing_.first_backoff.count()) *
              static_cast<double>(1u << std::min(failures_, 16));
  ++failures_;
  milliseconds wait{static_cast<milliseconds::rep>(std::min(
      base * (1 + dice()), static_cast<double>(timing_.backoff_cap.count())))};
  auto asked = std::min(milliseconds{retry_after}, timing_.retry_after_cap);
  phase_ = phase::backing_off;
  after_backoff_ = then;
  ++exchange_;
  due_ = now + std::max(wait, asked);
  step.actions.push_back(arm_timer_at{due_});
  step.failed = true;
  step.failure = std::move(why);
}

void watch_machine::abandon_stream(watch_step& step) {
  step.actions.push_back(cancel_stream{exchange_});
}

error watch_machine::behind() const {
  return named(
      {errc::cancelled, "events come faster than they are used", {}, 0},
      "watch");
}

double watch_machine::dice() { return unit_hash(name_, ++rolls_); }

bool watch_machine::streaming(exchange_id id) const noexcept {
  return id == exchange_ &&
         (phase_ == phase::opening || phase_ == phase::watching);
}

error watch_machine::named(error why, const char* doing) const {
  why.context = std::string{doing} + " " + name_;
  return why;
}

} // namespace spark
