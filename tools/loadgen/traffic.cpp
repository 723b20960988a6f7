#include "tools/loadgen/traffic.hpp"

#include <algorithm>
#include <atomic>
#include <utility>

namespace spark::load {
namespace {

/// Unique in the process: several of us may use one transport.
op_id next_id() {
  static std::atomic<op_id> last{0};
  return ++last;
}

bool worth_another_try(const reply& r) {
  return r.how != sent::answered || r.status == 429 || r.status >= 500;
}

} // namespace

void traffic::inbox::put(arrival what) {
  {
    std::lock_guard hold{guard};
    items.push_back(std::move(what));
  }
  news.notify_one();
}

traffic::traffic(transport& to, std::size_t window)
    : to_{to}, window_{std::max<std::size_t>(window, 1)} {}

traffic::~traffic() {
  // What still comes lands in the inbox, which the callbacks keep alive.
  for (auto& [id, what] : streams_)
    to_.cancel(id);
}

void traffic::send(request what, on_reply done, int tries) {
  waiting_.push_back({std::move(what), std::move(done), tries});
  pump();
}

void traffic::send_first(request what, on_reply done, int tries) {
  waiting_.push_front({std::move(what), std::move(done), tries});
  pump();
}

void traffic::pump() {
  while (!waiting_.empty() && in_flight_.size() < window_) {
    auto id = next_id();
    auto& c = in_flight_[id] = std::move(waiting_.front());
    waiting_.pop_front();
    to_.submit(id, c.what, [box = inbox_](op_id op, reply r) {
      box->put(
          arrived_reply{op, std::move(r), std::chrono::steady_clock::now()});
    });
  }
}

void traffic::watch(request what, on_text text, on_end end) {
  auto id = next_id();
  streams_[id] = {std::move(text), std::move(end)};
  to_.open(
      id, std::move(what),
      [box = inbox_](op_id op, std::string_view chunk) {
        box->put(arrived_text{op, std::string{chunk},
                              std::chrono::steady_clock::now()});
      },
      [box = inbox_](op_id op, stream_end e) {
        box->put(arrived_end{op, std::move(e)});
      });
}

void traffic::at(instant when, std::function<void()> what) {
  timers_.push({when, ++orders_,
                std::make_shared<std::function<void()>>(std::move(what))});
}

void traffic::handle(arrived_reply& a) {
  auto it = in_flight_.find(a.id);
  if (it == in_flight_.end())
    return;
  auto c = std::move(it->second);
  in_flight_.erase(it);
  if (--c.tries > 0 && worth_another_try(a.what)) {
    auto pause = std::max<milliseconds>(c.pause, a.what.retry_after);
    c.pause *= 2;
    ++pausing_;
    auto again = std::make_shared<call>(std::move(c));
    at(a.at + pause, [this, again] {
      --pausing_;
      waiting_.push_front(std::move(*again));
    });
  } else {
    c.done(a.what, a.at);
  }
}

void traffic::handle(arrived_text& a) {
  if (auto it = streams_.find(a.id); it != streams_.end())
    it->second.text(a.what, a.at);
}

void traffic::handle(arrived_end& a) {
  auto it = streams_.find(a.id);
  if (it == streams_.end())
    return;
  auto end = std::move(it->second.end);
  streams_.erase(it);
  end(a.what);
}

bool traffic::run_due() {
  bool any = false;
  auto now = std::chrono::steady_clock::now();
  while (!timers_.empty() && timers_.top().when <= now) {
    auto what = timers_.top().what;
    timers_.pop();
    (*what)();
    any = true;
  }
  return any;
}

void traffic::wait(instant until) {
  bool worked = run_due();
  pump();
  std::deque<arrival> batch;
  {
    std::unique_lock hold{inbox_->guard};
    auto wake = timers_.empty() ? until : std::min(until, timers_.top().when);
    if (!worked)
      inbox_->news.wait_until(hold, wake,
                              [this] { return !inbox_->items.empty(); });
    batch.swap(inbox_->items);
  }
  for (auto& a : batch)
    std::visit([this](auto& what) { handle(what); }, a);
  run_due();
  pump();
}

} // namespace spark::load
