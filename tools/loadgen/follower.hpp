#pragma once

#include "k8s/watch/line_splitter.hpp"
#include "tools/loadgen/resources.hpp"
#include "tools/loadgen/traffic.hpp"

#include <functional>
#include <memory>
#include <string>

namespace spark::load {

/// Lists a collection and watches it from there; relists when the stream ends.
/// So `seen` may see the same object again, and never the deletion of one that
/// vanished in a gap. All calls happen in traffic::wait().
class follower {
public:
  /// `at` is when the bytes arrived.
  using on_object = std::function<void(const json::value&, instant at)>;

  /// `path` with a query if there is a selector.
  follower(traffic& t, std::string path, on_object seen);
  /// Both must outlive the traffic's last wait().
  follower(const follower&) = delete;
  follower& operator=(const follower&) = delete;

  void start();
  /// A list was complete at least once, and the watch was opened.
  [[nodiscard]] bool ready() const { return ready_; }
  /// How often it had to relist.
  [[nodiscard]] std::size_t gaps() const { return gaps_; }

private:
  void take_list(const reply& r, instant at);
  void open(const std::string& version);
  void take_line(std::string_view line, instant at);
  void again();
  [[nodiscard]] std::string with(const std::string& more) const;

  traffic& traffic_;
  std::string path_;
  on_object seen_;
  std::unique_ptr<line_splitter> lines_;
  bool ready_ = false;
  std::size_t gaps_ = 0;
};

} // namespace spark::load
