#pragma once

#include "messages/error.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace spark {

/// Cuts a watch's byte stream into lines. Chunks may end anywhere, also within
/// a UTF-8 sequence; the unfinished rest is carried over to the next chunk.
///
/// Pure and single-threaded. A line that grows past the limit makes the
/// splitter unusable: the stream has lost its frame, so end it and relist.
class line_splitter {
public:
  /// 8 MiB is far above etcd's limit of an object (1.5 MiB), also for one that
  /// JSON escapes made longer.
  static constexpr std::size_t default_max_line = 8u << 20;

  explicit line_splitter(std::size_t max_line = default_max_line)
      : max_line_{max_line} {}

  /// Calls `use` for every line that `chunk` completes, without its newline
  /// (and a carriage return before it); empty lines are skipped. The view is
  /// valid during the call only. Fails with bad_reply above the limit, and from
  /// then on at each call.
  result<void> feed(std::string_view chunk,
                    const std::function<void(std::string_view)>& use);

  /// Bytes of the unfinished line. Not zero at the end of a stream: the stream
  /// was cut within an object, which must not be used.
  [[nodiscard]] std::size_t pending() const noexcept { return rest_.size(); }

private:
  result<void> overlong();

  std::size_t max_line_;
  std::string rest_;
  bool failed_ = false;
};

} // namespace spark
