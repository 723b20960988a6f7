#pragma once

#include "k8s/transport.hpp"
#include "k8s/watch/collection.hpp"
#include "k8s/watch/decoder.hpp"
#include "messages/clock.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace spark {

/// Names one list request or one stream. Inputs of an older exchange than the
/// machine's newest are ignored, so a late reply needs no care by the caller.
using exchange_id = std::uint64_t;

// What the caller must do. At most one exchange lives at a time.
struct send_list {
  exchange_id id = 0;
  std::string path;
  milliseconds deadline{};
};
struct open_watch {
  exchange_id id = 0;
  std::string path;
  milliseconds deadline{}; ///< the server's timeout + 5 s
};
struct cancel_stream {
  exchange_id id = 0;
};
/// Calls `timer` at or after `at`; replaces the earlier one.
struct arm_timer_at {
  time_point at{};
};
using watch_action =
    std::variant<send_list, open_watch, cancel_stream, arm_timer_at>;

/// What to do with the objects of the input that was just given.
enum class object_use {
  ignore,  ///< stale, or none
  initial, ///< put them into the temporary store of the list under way
  applied, ///< the object exists with this content
  deleted  ///< the object is gone; this was its last content
};

/// The answer to an input. Apply in the order of the members.
struct watch_step {
  bool list_begins = false; ///< start with an empty temporary store
  object_use objects = object_use::ignore;
  /// The temporary store replaces the store: what is only in the old one is
  /// gone, and its last state was never seen.
  bool list_complete = false;
  std::vector<watch_action> actions;
  /// Set when this step meets a failure: for the log and the metrics. The
  /// machine has already arranged the retry.
  error failure;
  bool failed = false;
};

struct watch_timing {
  milliseconds first_backoff{800};
  milliseconds backoff_cap{30'000};
  milliseconds backoff_reset{
      120'000}; ///< this long without failure: from 0.8 s
  milliseconds retry_after_cap{120'000};
  seconds shortest_stream{300};     ///< timeoutSeconds, at least
  seconds longest_stream{600};      ///< timeoutSeconds, at most
  milliseconds stream_grace{5'000}; ///< client deadline beyond timeoutSeconds
  milliseconds list_deadline{60'000};
  /// No line for this long, not even a bookmark: close and resume. Twice in a
  /// row: list anew, because a server whose etcd was restored to the past says
  /// nothing to a watch from the future.
  milliseconds silence{210'000};
  std::size_t page_limit = 500;
  int resumes_before_relist = 5; ///< in-stream errors in a row
};

/// Keeps a collection in step with the API server: list in pages, then watch,
/// and whatever it takes to get back there. A state machine without a clock,
/// a socket or an object: it sees resourceVersions only, and tells the caller
/// in `watch_step` what to send and what the objects mean.
///
///   idle -> listing -> opening -> watching
///               \________|___________/  failure
///                  backing_off -> listing or opening
///
/// - Lists ask for the newest state (no resourceVersion), also after a 410: at
///   least as fresh as anything seen before, and served from the server's cache
///   since 1.31. So a restart cannot travel back in time, and no list can fail
///   with "Too large resource version".
/// - A watch resumes after the last event or bookmark seen. A normal end is no
///   failure; a stream of less than 1 s without a line is one.
/// - The consumer must be idempotent: a resumed stream may repeat events.
///
/// Not thread-safe. Jitter is a hash of the collection and a counter. `now` is
/// only compared, so it should be of a clock that never goes back.
class watch_machine {
public:
  enum class phase { idle, listing, opening, watching, backing_off };

  /// `name` seeds the jitter and names the collection in failures.
  watch_machine(collection what, std::string name, watch_timing timing = {});

  [[nodiscard]] watch_step started();
  /// A page that was decoded without error. Its items belong to the step.
  [[nodiscard]] watch_step page_arrived(exchange_id id, const list_page& page,
                                        time_point now);
  /// A list that got no 200, or whose body was not a list. An HTTP status is in
  /// `why.http_status`.
  [[nodiscard]] watch_step list_failed(exchange_id id, error why,
                                       seconds retry_after, time_point now);
  [[nodiscard]] watch_step line_arrived(exchange_id id, const watch_line& line,
                                        time_point now);
  /// The stream cannot be understood (a line too long or not JSON): relist.
  [[nodiscard]] watch_step line_malformed(exchange_id id, error why,
                                          time_point now);
  [[nodiscard]] watch_step stream_ended(exchange_id id, const stream_end& end,
                                        time_point now);
  [[nodiscard]] watch_step timer(time_point now);
  /// The consumer dropped events: end the stream and list anew, after a pause
  /// in which it may catch up.
  [[nodiscard]] watch_step overflowed(exchange_id id, time_point now);

  [[nodiscard]] phase current() const noexcept { return phase_; }
  /// Empty before the first complete list.
  [[nodiscard]] const std::string& resource_version() const noexcept {
    return version_;
  }
  /// When the server was last heard, for watch_last_event_age: a line, a
  /// bookmark or a page. no_time before the first.
  [[nodiscard]] time_point last_heard() const noexcept { return last_heard_; }
  /// Failures with less than `backoff_reset` between them; what the next
  /// backoff grows from.
  [[nodiscard]] int recent_failures() const noexcept { return failures_; }

private:
  enum class next { list, resume };

  void begin_list(watch_step& step);
  void ask_page(watch_step& step, const std::string& token);
  void open_stream(watch_step& step, time_point now);
  void back_off(watch_step& step, next then, error why, seconds retry_after,
                time_point now);
  void abandon_stream(watch_step& step);
  void stream_failed(watch_step& step, const stream_end& end, time_point now);
  void in_stream_error(watch_step& step, const watch_line& line,
                       time_point now);
  void relist_expired(watch_step& step, std::string why, time_point now);
  void fell_silent(watch_step& step, time_point now);
  void arm_silence(watch_step& step);
  [[nodiscard]] error behind() const;
  [[nodiscard]] double dice();
  [[nodiscard]] bool streaming(exchange_id id) const noexcept;
  [[nodiscard]] error named(error why, const char* doing) const;

  collection what_;
  std::string name_;
  watch_timing timing_;
  phase phase_ = phase::idle;
  next after_backoff_ = next::list;
  exchange_id exchange_ = 0;
  std::uint64_t rolls_ = 0;
  std::string version_;      ///< resume from here
  std::string list_version_; ///< of the list under way
  bool continued_ = false;   ///< the page asked for is not the first
  bool unlimited_ = false;   ///< this list is asked for in one piece
  bool heard_in_stream_ = false;
  bool expired_before_ = false; ///< a 410 came since the last event
  int silent_streams_ = 0;
  int stream_errors_ = 0; ///< in-stream, since the last event
  int failures_ = 0;
  time_point last_failure_{};
  time_point opened_at_{};
  time_point last_heard_{};
  time_point due_{}; ///< of the timer armed last
};

[[nodiscard]] std::string_view to_string(watch_machine::phase p) noexcept;

} // namespace spark
