#include "k8s/client/curl_loop.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <sys/eventfd.h>
#include <system_error>
#include <unistd.h>

namespace spark {

curl_loop::curl_loop(std::shared_ptr<credential_source> source,
                     curl_options options)
    : source_{std::move(source)}, options_{std::move(options)},
      wake_fd_{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)} {
  if (wake_fd_ < 0)
    throw std::system_error{errno, std::generic_category(), "eventfd"};
  thread_ = std::thread{[this] { run(); }};
}

curl_loop::~curl_loop() {
  stop();
  thread_.join();
  ::close(wake_fd_);
}

void curl_loop::wake() const {
  std::uint64_t one = 1;
  // It can only fail when the counter is full, and then it wakes already.
  [[maybe_unused]] auto n = ::write(wake_fd_, &one, sizeof one);
}

void curl_loop::stop() {
  {
    std::lock_guard guard{mutex_};
    stopping_ = true;
  }
  wake();
}

void curl_loop::start(std::unique_ptr<curl_operation> op) {
  {
    std::lock_guard guard{mutex_};
    if (!closed_) {
      inbox_.emplace_back(std::move(op));
      if (inbox_.size() > 1)
        return;
    }
  }
  if (op)
    op->abort(end_kind::cancelled, errc::cancelled, "the transport is closed");
  else
    wake();
}

void curl_loop::cancel(op_id id) {
  {
    std::lock_guard guard{mutex_};
    if (closed_)
      return;
    inbox_.emplace_back(id);
    if (inbox_.size() > 1)
      return;
  }
  wake();
}

void curl_loop::run() {
  pool_ = std::make_unique<curl_pool>(options_, source_->current());
  while (take_orders()) {
    advance();
    auto next = pool_->watch_silence(source_->current());
    if (!retired_.empty())
      next = std::min(next, std::chrono::milliseconds{10});
    wait(next);
  }
  close();
}

bool curl_loop::take_orders() {
  std::deque<order> orders;
  {
    std::lock_guard guard{mutex_};
    if (stopping_)
      return false;
    orders.swap(inbox_);
  }
  renew_pool();
  for (auto& what : orders)
    carry_out(what);
  return true;
}

void curl_loop::carry_out(order& what) {
  if (auto* op = std::get_if<std::unique_ptr<curl_operation>>(&what)) {
    pool_->start(std::move(*op), source_->current());
    return;
  }
  auto id = std::get<op_id>(what);
  if (pool_->cancel(id))
    return;
  for (auto& old : retired_)
    if (old->cancel(id))
      return;
}

void curl_loop::renew_pool() {
  if (pool_->dead())
    retire(end_kind::broken, "the server does not answer on this connection");
  else if (!pool_->fits(*source_->current()))
    retire(end_kind::finished, "new certificates");
}

void curl_loop::retire(end_kind streams, const char* why) {
  pool_->end_streams(streams, why);
  retired_.push_back(std::move(pool_));
  pool_ = std::make_unique<curl_pool>(options_, source_->current());
}

void curl_loop::advance() {
  pool_->advance(*source_);
  for (auto& old : retired_)
    old->advance(*source_);
  std::erase_if(retired_, [](const auto& old) { return old->empty(); });
  renew_pool();
}

void curl_loop::wait(std::chrono::milliseconds at_most) {
  curl_waitfd bell{wake_fd_, CURL_WAIT_POLLIN, 0};
  int ready = 0;
  curl_multi_poll(pool_->handle(), &bell, 1, static_cast<int>(at_most.count()),
                  &ready);
  std::uint64_t count = 0;
  [[maybe_unused]] auto n = ::read(wake_fd_, &count, sizeof count);
}

void curl_loop::close() {
  const std::string why = "the transport is closing";
  pool_->end_all(why);
  for (auto& old : retired_)
    old->end_all(why);
  // Callbacks may have submitted more meanwhile.
  for (;;) {
    std::deque<order> orders;
    {
      std::lock_guard guard{mutex_};
      orders.swap(inbox_);
      closed_ = orders.empty();
      if (closed_)
        break;
    }
    for (auto& what : orders)
      if (auto* op = std::get_if<std::unique_ptr<curl_operation>>(&what))
        (*op)->abort(end_kind::cancelled, errc::cancelled, why);
  }
  pool_.reset();
  retired_.clear();
}

} // namespace spark
