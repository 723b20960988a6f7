#include "tools/loadgen/follower.hpp"

namespace spark::load {

follower::follower(traffic& t, std::string path, on_object seen)
    : traffic_{t}, path_{std::move(path)}, seen_{std::move(seen)} {}

std::string follower::with(const std::string& more) const {
  return path_ + (path_.find('?') == std::string::npos ? "?" : "&") + more;
}

void follower::start() {
  auto what = get(path_);
  // A full list of a big run may take longer than a write.
  what.deadline = milliseconds{30'000};
  what.path = with("timeout=30s");
  traffic_.send_first(
      std::move(what), [this](const reply& r, instant at) { take_list(r, at); },
      10);
}

void follower::take_list(const reply& r, instant at) {
  json::error_code ec;
  auto body = success(r) ? json::parse(r.body, ec) : json::value{};
  auto* items =
      body.is_object() ? body.as_object().if_contains("items") : nullptr;
  if (!items || !items->is_array()) {
    again();
    return;
  }
  for (auto& item : items->get_array())
    seen_(item, at);
  open(text(body, "/metadata/resourceVersion"));
}

void follower::open(const std::string& version) {
  lines_ = std::make_unique<line_splitter>();
  request what;
  what.path = with("watch=true&allowWatchBookmarks=true&timeoutSeconds=300"
                   "&resourceVersion=" +
                   version);
  what.deadline = milliseconds{305'000};
  what.where = lane::watch;
  traffic_.watch(
      std::move(what),
      [this](std::string_view chunk, instant at) {
        // An overlong line ends the use of the stream; its end relists.
        (void)lines_->feed(chunk,
                           [&](std::string_view line) { take_line(line, at); });
      },
      [this](const stream_end&) { again(); });
  ready_ = true;
}

void follower::take_line(std::string_view line, instant at) {
  json::error_code ec;
  auto event = json::parse(line, ec);
  if (ec || !event.is_object())
    return;
  auto type = text(event, "/type");
  auto* object = event.as_object().if_contains("object");
  if (object && (type == "ADDED" || type == "MODIFIED"))
    seen_(*object, at);
}

void follower::again() {
  ++gaps_;
  traffic_.at(std::chrono::steady_clock::now() + milliseconds{500},
              [this] { start(); });
}

} // namespace spark::load
