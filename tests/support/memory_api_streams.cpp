// Watches and direct access of the in-memory API server.
#include "tests/support/memory_api_state.hpp"

#include <fmt/format.h>

namespace spark::test {

void memory_api_server::open(client_state& who, op_id id, request what,
                             transport::on_chunk chunk, transport::on_end end) {
  auto ticket = ++tickets_;
  auto& s = streams_[ticket];
  s.client = &who;
  s.stream = std::make_shared<watch_stream>(
      id, std::move(what), std::move(chunk), std::move(end), clock_.steady());
  if (down_)
    s.stream->end_with(
        {end_kind::broken, 0, "", {errc::not_sent, "connection refused"}});
  else if (rule_)
    s.trouble = rule_({ticket, who.name, &s.stream->what(), false, true});
}

bool memory_api_server::run_start(std::uint64_t ticket) {
  auto it = streams_.find(ticket);
  if (it == streams_.end() || it->second.stream->started() ||
      it->second.stream->ending(clock_.steady()))
    return false;
  auto& [client, stream, trouble] = it->second;
  if (trouble.what == fault::kind::none) {
    stream->start(store_);
  } else if (trouble.status != 0) {
    auto refused = failure(trouble.status, trouble.message);
    stream->end_with({end_kind::broken,
                      trouble.status,
                      json::serialize(refused.body),
                      {},
                      trouble.retry_after});
  } else {
    stream->end_with(
        {end_kind::broken, 0, "", {errc::no_reply, "the connection was lost"}});
  }
  return true;
}

bool memory_api_server::run_end(std::uint64_t ticket) {
  auto it = streams_.find(ticket);
  if (it == streams_.end())
    return false;
  auto how = it->second.stream->ending(clock_.steady());
  if (!how)
    return false;
  auto stream = it->second.stream;
  streams_.erase(it);
  stream->finish(std::move(*how));
  return true;
}

void memory_api_server::offer_streams(std::vector<step>& out) const {
  for (auto& [ticket, s] : streams_) {
    auto offer = [&, t = ticket](step_kind kind, std::string_view doing) {
      out.push_back({kind, t, "",
                     fmt::format("{} #{} {} {}", doing, t, s.client->name,
                                 s.stream->what().path)});
    };
    if (s.stream->ending(clock_.steady()))
      offer(step_kind::end_stream, "end watch");
    else if (!s.stream->started())
      offer(step_kind::start_stream, "start watch");
    if (s.stream->has_events())
      offer(step_kind::deliver_events, "deliver");
  }
}

/// Feeds what was committed since the last time to the open streams.
void memory_api_server::publish() {
  auto from = std::max(published_, store_.compacted());
  for (auto& c : store_.after(from))
    for (auto& [ticket, s] : streams_)
      s.stream->see(c);
  published_ = store_.rv();
}

void memory_api_server::set_delivery(std::size_t lines,
                                     std::size_t chunk_bytes) {
  lines_ = std::max<std::size_t>(lines, 1);
  chunk_bytes_ = std::max<std::size_t>(chunk_bytes, 1);
}

void memory_api_server::send_bookmarks() {
  for (auto& [ticket, s] : streams_)
    s.stream->bookmark(store_.rv());
}

void memory_api_server::end_streams() {
  for (auto& [ticket, s] : streams_)
    s.stream->end_with({end_kind::finished, 200});
}

api_answer memory_api_server::call(const std::string& client,
                                   const std::string& method,
                                   const std::string& path,
                                   const json::value& body,
                                   std::string content_type) {
  auto content = body.is_null() ? "" : json::serialize(body);
  auto out = api_.perform(
      {client, method, path, std::move(content), std::move(content_type)});
  publish();
  return out;
}

api_answer memory_api_server::create(const std::string& path,
                                     json::value object,
                                     const std::string& client) {
  auto where = parse_api_path(path);
  auto& members = object.as_object();
  members.emplace("kind", kind_of(where.plural));
  members.emplace("apiVersion", where.api_version());
  return call(client, "POST", path, object, "application/json");
}

api_answer memory_api_server::patch(const std::string& path,
                                    const json::value& body,
                                    const std::string& client) {
  return call(client, "PATCH", path, body);
}

api_answer memory_api_server::remove(const std::string& path,
                                     const json::value& options,
                                     const std::string& client) {
  return call(client, "DELETE", path, options);
}

api_answer memory_api_server::bind_pod(const std::string& path,
                                       const std::string& node) {
  json::value binding{{"kind", "Binding"},
                      {"apiVersion", "v1"},
                      {"target", {{"kind", "Node"}, {"name", node}}}};
  return call("scheduler", "POST", path + "/binding", binding,
              "application/json");
}

object_ptr memory_api_server::get(const std::string& path) const {
  auto where = parse_api_path(path);
  return store_.find({where.collection(), where.ns, where.name});
}

std::vector<object_ptr> memory_api_server::list(const std::string& path) const {
  auto where = parse_api_path(path);
  auto filter = object_filter::parse(where);
  std::vector<object_ptr> out;
  for (auto& [id, object] : store_.objects())
    if (id.collection == where.collection() && filter &&
        filter->matches(*object))
      out.push_back(object);
  return out;
}

std::size_t memory_api_server::collect_garbage() {
  std::size_t steps = 0;
  for (auto todo = api_.garbage(); !todo.empty(); todo = api_.garbage()) {
    api_.collect(todo.front());
    ++steps;
  }
  publish();
  return steps;
}

} // namespace spark::test
