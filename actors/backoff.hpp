#pragma once

#include "messages/clock.hpp"
#include "messages/ids.hpp"

#include <algorithm>
#include <string_view>

namespace spark {

/// How long the same effect on the same object waits after it has failed.
struct backoff {
  time_point not_before{};
  int tries = 0;

  /// 1 s … 60 s, up to a quarter more so that many objects spread out.
  void fail(std::string_view uid, time_point now) {
    tries = std::min(tries + 1, 7);
    auto wait = milliseconds{std::min(1000 << (tries - 1), 60000)};
    auto extra =
        jitter(uid, tries, static_cast<std::uint64_t>(wait.count() / 4));
    not_before = now + wait + milliseconds{extra};
  }
};

} // namespace spark
