#include "k8s/client/credentials.hpp"

#include "k8s/client/credential_reader.hpp"

#include <openssl/crypto.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace spark {

secret_string::~secret_string() {
  // The whole buffer: an assigned shorter text leaves an older tail.
  OPENSSL_cleanse(text_.data(), text_.capacity());
}

namespace {

using clock = std::chrono::steady_clock;
using snapshot = std::shared_ptr<const credentials>;

class fixed_source final : public credential_source {
public:
  explicit fixed_source(credentials c)
      : value_{std::make_shared<const credentials>(std::move(c))} {}
  snapshot current() const override { return value_; }
  void invalidate(std::uint64_t) override {}
  error last_failure() const override { return {}; }

private:
  snapshot value_;
};

bool same_connection(const credentials& a, const credentials& b) {
  return a.ca_pem == b.ca_pem && a.client_cert_pem == b.client_cert_pem &&
         a.client_key_pem == b.client_key_pem;
}

/// One thread that reads when the interval passed, a plugin's credential comes
/// to its end, or a 401 asks for it.
class refreshing_source final : public credential_source {
public:
  refreshing_source(credential_reader reader, credentials first,
                    refresh_options options)
      : reader_{std::move(reader)}, options_{options},
        value_{std::make_shared<const credentials>(std::move(first))},
        thread_{[this](const std::stop_token& stop) { run(stop); }} {}

  snapshot current() const override {
    std::lock_guard guard{mutex_};
    return value_;
  }

  void invalidate(std::uint64_t version) override {
    {
      std::lock_guard guard{mutex_};
      if (version < value_->version)
        return;
      rejected_ = true;
    }
    wake_.notify_one();
  }

  error last_failure() const override {
    std::lock_guard guard{mutex_};
    return failure_;
  }

private:
  void run(const std::stop_token& stop) {
    std::unique_lock guard{mutex_};
    auto last = clock::now() - options_.invalidate_spacing;
    while (!stop.stop_requested()) {
      auto due = clock::now() + until_next();
      wake_.wait_until(guard, stop, due, [&] { return rejected_; });
      // A storm of 401s is served by one refresh per spacing.
      if (rejected_)
        wake_.wait_until(guard, stop, last + options_.invalidate_spacing,
                         [] { return false; });
      if (stop.stop_requested())
        return;
      const bool renew = std::exchange(rejected_, false);
      last = clock::now();
      guard.unlock();
      auto fresh = reader_.read(renew, stop);
      guard.lock();
      if (stop.stop_requested())
        return; // a plugin that was cut short is no failure
      take(std::move(fresh));
    }
  }

  std::chrono::milliseconds until_next() const {
    // A plugin that fails must not be started again and again.
    auto least =
        std::min(failure_.message.empty() ? std::chrono::milliseconds{100}
                                          : options_.invalidate_spacing,
                 options_.interval);
    return std::clamp(reader_.renew_in(), least, options_.interval);
  }

  void take(credentials fresh) {
    auto failure = reader_.take_failure();
    if (!failure.message.empty() && failure.message != failure_.message)
      spdlog::warn("credentials not refreshed, the old ones stay: {}",
                   to_string(failure));
    failure_ = std::move(failure);
    const bool same_wire = same_connection(fresh, *value_);
    if (same_wire && fresh.token == value_->token)
      return;
    fresh.version = value_->version + 1;
    fresh.connection_version = value_->connection_version + !same_wire;
    value_ = std::make_shared<const credentials>(std::move(fresh));
  }

  mutable std::mutex mutex_;
  std::condition_variable_any wake_;
  credential_reader reader_; // of the thread alone
  const refresh_options options_;
  snapshot value_;
  error failure_;
  bool rejected_ = false;
  /// Last: it starts in the constructor, and stops first of all.
  std::jthread thread_;
};

} // namespace

std::shared_ptr<credential_source> make_fixed_credentials(credentials c) {
  return std::make_shared<fixed_source>(std::move(c));
}

result<std::shared_ptr<credential_source>>
open_credentials(credential_recipe recipe, refresh_options options) {
  credential_reader reader{std::move(recipe), options.expiry_leeway};
  auto first = reader.read(true);
  if (auto failure = reader.take_failure(); !failure.message.empty())
    return tl::unexpected<error>(std::move(failure));
  if (!reader.can_change())
    return make_fixed_credentials(std::move(first));
  return std::make_shared<refreshing_source>(std::move(reader),
                                             std::move(first), options);
}

} // namespace spark
