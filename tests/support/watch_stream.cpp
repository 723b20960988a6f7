#include "tests/support/watch_stream.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace spark::test {
namespace {

std::uint64_t to_u64(const std::string& digits) {
  std::uint64_t out = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), out);
  return out;
}

} // namespace

watch_stream::watch_stream(op_id id, request what, transport::on_chunk chunk,
                           transport::on_end end,
                           manual_clock::steady_point now)
    : id_{id}, what_{std::move(what)}, where_{parse_api_path(what_.path)},
      chunk_{std::move(chunk)}, end_{std::move(end)}, opened_{now},
      server_limit_{to_u64(where_.option("timeoutSeconds"))} {}

void watch_stream::line(std::string_view type, const json::value& object) {
  json::object event{{"type", type}, {"object", object}};
  lines_.push_back(json::serialize(event) + "\n");
}

void watch_stream::fail(const api_answer& why) {
  line("ERROR", why.body);
  end_with({end_kind::finished, 200});
}

void watch_stream::send_initial(const object_store& store) {
  for (auto& [id, object] : store.objects())
    if (id.collection == where_.collection() && filter_.matches(*object))
      line("ADDED", *object);
  if (where_.option("sendInitialEvents") != "true")
    return;
  json::object notes{{"k8s.io/initial-events-end", "true"}};
  line("BOOKMARK", {{"kind", kind_of(where_.plural)},
                    {"apiVersion", where_.api_version()},
                    {"metadata",
                     {{"resourceVersion", std::to_string(store.rv())},
                      {"annotations", notes}}}});
}

void watch_stream::start(const object_store& store) {
  started_ = true;
  auto filter = object_filter::parse(where_);
  if (!filter) {
    auto refused = failure(400, filter.error());
    end_with({end_kind::broken, 400, json::serialize(refused.body)});
    return;
  }
  filter_ = *filter;
  auto from = to_u64(where_.option("resourceVersion"));
  if (from > store.rv()) {
    // Measured on a real server: silence until timeoutSeconds.
    from_the_future_ = true;
    return;
  }
  if (where_.option("sendInitialEvents") == "true" || from == 0) {
    send_initial(store);
    return;
  }
  if (from < store.compacted()) {
    fail(expired());
    return;
  }
  for (auto& c : store.after(from))
    see(c);
}

void watch_stream::see(const change& c) {
  if (!started_ || end_how_ || from_the_future_ ||
      c.id.collection != where_.collection())
    return;
  bool before = c.before && filter_.matches(*c.before);
  bool after = c.after && filter_.matches(*c.after);
  if (!before && !after)
    return;
  // Leaving the selection looks like a deletion to the watcher.
  line(!before ? "ADDED" : after ? "MODIFIED" : "DELETED", *c.shown());
}

void watch_stream::bookmark(std::uint64_t rv) {
  auto allowed = where_.option("allowWatchBookmarks");
  if (!started_ || end_how_ || from_the_future_ ||
      (allowed != "true" && allowed != "1"))
    return;
  line("BOOKMARK", {{"kind", kind_of(where_.plural)},
                    {"apiVersion", where_.api_version()},
                    {"metadata", {{"resourceVersion", std::to_string(rv)}}}});
}

void watch_stream::end_with(stream_end how) {
  if (!end_how_)
    end_how_ = std::move(how);
  if (end_how_->why != end_kind::finished)
    lines_.clear();
}

std::optional<stream_end>
watch_stream::ending(manual_clock::steady_point now) const {
  if (end_how_)
    return lines_.empty() ? end_how_ : std::nullopt;
  if (now - opened_ >= what_.deadline)
    return stream_end{end_kind::expired,
                      started_ ? 200 : 0,
                      "",
                      {errc::no_reply, "the stream's deadline passed"}};
  if (started_ && lines_.empty() && server_limit_.count() > 0 &&
      now - opened_ >= server_limit_)
    return stream_end{end_kind::finished, 200};
  return std::nullopt;
}

manual_clock::steady_point watch_stream::next_deadline() const {
  auto client = opened_ + what_.deadline;
  return server_limit_.count() > 0 ? std::min(client, opened_ + server_limit_)
                                   : client;
}

std::string watch_stream::deliver(std::size_t lines, std::size_t bytes) {
  std::string text;
  for (; lines > 0 && !lines_.empty(); --lines) {
    text += lines_.front();
    lines_.pop_front();
  }
  for (std::string_view rest = text; !rest.empty() && !muted_;) {
    auto piece = rest.substr(0, bytes);
    rest.remove_prefix(piece.size());
    chunk_(id_, piece);
  }
  return text;
}

void watch_stream::finish(stream_end how) {
  if (std::exchange(muted_, true))
    return;
  end_(id_, std::move(how));
}

} // namespace spark::test
