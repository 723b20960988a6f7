#pragma once

#include "k8s/transport.hpp"
#include "tests/support/manual_clock.hpp"
#include "tests/support/resource_api.hpp"

#include <deque>
#include <optional>
#include <string>

namespace spark::test {

/// One watch as the server serves it: what is queued for the client and how it
/// ends. Delivers nothing by itself. One thread.
class watch_stream {
public:
  watch_stream(op_id id, request what, transport::on_chunk chunk,
               transport::on_end end, manual_clock::steady_point now);

  /// The server takes it up: initial objects, or the history from the asked
  /// version on, or the in-stream 410.
  void start(const object_store& store);
  [[nodiscard]] bool started() const { return started_; }
  /// A change was committed.
  void see(const change& c);
  /// Queues a BOOKMARK at `rv` if the client allows them.
  void bookmark(std::uint64_t rv);
  /// It will end so; only a normal end waits for the queued lines.
  void end_with(stream_end how);

  [[nodiscard]] bool has_events() const { return started_ && !lines_.empty(); }
  [[nodiscard]] std::size_t queued() const { return lines_.size(); }
  /// How it would end now, if it would.
  [[nodiscard]] std::optional<stream_end>
  ending(manual_clock::steady_point now) const;
  /// When the clock alone ends it.
  [[nodiscard]] manual_clock::steady_point next_deadline() const;

  /// At most `lines` lines in chunks of at most `bytes`; gives them. The client
  /// may do anything in its callback except destroy the stream.
  std::string deliver(std::size_t lines, std::size_t bytes);
  /// No callback runs any more: the client is dead.
  void mute() { muted_ = true; }
  /// Calls the end callback; the stream is mute after it.
  void finish(stream_end how);
  [[nodiscard]] const request& what() const { return what_; }
  [[nodiscard]] op_id id() const { return id_; }

private:
  void line(std::string_view type, const json::value& object);
  void send_initial(const object_store& store);
  void fail(const api_answer& why);

  op_id id_;
  request what_;
  api_path where_;
  object_filter filter_;
  transport::on_chunk chunk_;
  transport::on_end end_;
  manual_clock::steady_point opened_;
  seconds server_limit_{0}; ///< timeoutSeconds; 0: none
  std::deque<std::string> lines_;
  std::optional<stream_end> end_how_;
  bool started_ = false;
  bool muted_ = false;
  bool from_the_future_ = false;
};

} // namespace spark::test
