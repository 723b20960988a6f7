// Requests and their life; watches and direct access are in
// memory_api_streams.cpp.
#include "tests/support/memory_api_state.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace spark::test {
namespace {

/// "5s", "1500ms", "1m"; a server's own limit when absent or odd.
milliseconds server_limit(const std::string& path) {
  auto given = parse_api_path(path).option("timeout");
  std::int64_t n = 0;
  auto end = given.data() + given.size();
  auto [unit, ec] = std::from_chars(given.data(), end, n);
  if (ec != std::errc{} || n <= 0)
    return seconds{60};
  std::string_view rest{unit, static_cast<std::size_t>(end - unit)};
  return rest == "ms"  ? milliseconds{n}
         : rest == "m" ? milliseconds{n * 60'000}
                       : milliseconds{n * 1000};
}

reply unanswered(sent how, std::string why) {
  reply out;
  out.how = how;
  auto code = how == sent::no ? errc::not_sent : errc::no_reply;
  out.why = {code, std::move(why)};
  return out;
}

reply answered(const api_answer& a) {
  reply out;
  out.how = sent::answered;
  out.status = a.status;
  out.body = json::serialize(a.body);
  out.retry_after = a.retry_after;
  return out;
}

std::string label(std::string_view doing, std::uint64_t ticket,
                  const std::string& client, const request& what) {
  return fmt::format("{} #{} {} {} {}", doing, ticket, client,
                     to_string(what.method), what.path);
}

} // namespace

memory_api_server::memory_api_server(const manual_clock& clock)
    : clock_{clock}, api_{clock, store_}, published_{store_.rv()} {}

memory_api_server::~memory_api_server() {
  for (auto& who : clients_)
    who->dead = true;
}

std::unique_ptr<transport> memory_api_server::connect(std::string client) {
  auto who = std::make_shared<client_state>();
  who->name = std::move(client);
  clients_.push_back(who);
  return std::make_unique<client_transport>(*this, who);
}

void memory_api_server::submit(client_state& who, op_id id, request what,
                               transport::on_reply done) {
  auto ticket = ++tickets_;
  auto& r = requests_[ticket];
  r.ticket = ticket;
  r.client = &who;
  r.id = id;
  r.what = std::move(what);
  r.done = std::move(done);
  r.sent_at = clock_.steady();
  r.server_limit = server_limit(r.what.path);
  auto fence = r.what.not_after;
  bool fenced = fence != manual_clock::steady_point{} && r.sent_at > fence;
  if (down_ || fenced) {
    r.executed = true;
    r.answer = unanswered(sent::no, fenced ? "the lease fence has passed"
                                           : "connection refused");
  } else if (rule_) {
    r.trouble = rule_(r.seen());
  }
  if (r.trouble.what == fault::kind::land_late)
    r.answer = unanswered(sent::maybe, "the connection was lost");
}

bool memory_api_server::too_old(const request_state& r) const {
  return clock_.steady() - r.sent_at > r.server_limit;
}

bool memory_api_server::may_execute(const request_state& r) const {
  return !r.executed && !too_old(r);
}

bool memory_api_server::reply_ready(const request_state& r) const {
  return r.done &&
         (r.answer || clock_.steady() - r.sent_at >= r.what.deadline ||
          (!r.executed && too_old(r)));
}

/// What the client learns if it learns it now.
reply memory_api_server::answer_of(const request_state& r) const {
  if (r.answer && r.answer->how != sent::answered)
    return *r.answer;
  if (clock_.steady() - r.sent_at >= r.what.deadline)
    return unanswered(sent::maybe, "no answer before the deadline");
  if (r.answer)
    return *r.answer;
  return answered(failure(504,
                          "Timeout: request did not complete within "
                          "requested timeout - context deadline exceeded"));
}

void memory_api_server::execute(request_state& r) {
  r.executed = true;
  using kind = fault::kind;
  auto& trouble = r.trouble;
  if (trouble.what == kind::not_sent) {
    r.answer = unanswered(sent::no, "connection refused");
    return;
  }
  if (trouble.what == kind::drop_before) {
    r.answer = unanswered(sent::maybe, "the connection was lost");
    return;
  }
  auto given = failure(trouble.status, trouble.message);
  given.retry_after = trouble.retry_after;
  if (trouble.what == kind::answer) {
    r.answer = answered(given);
    return;
  }
  api_call call{r.client->name, std::string{to_string(r.what.method)},
                r.what.path, r.what.body, r.what.content_type};
  auto result = api_.perform(call);
  publish();
  if (trouble.what == kind::execute_and_answer)
    r.answer = answered(given);
  else if (trouble.what == kind::lose_reply)
    r.answer = unanswered(sent::maybe, "the connection was lost");
  else if (!r.answer)
    r.answer = answered(result);
}

/// Forgets a request that neither side cares about any more.
void memory_api_server::settle(std::uint64_t ticket) {
  auto it = requests_.find(ticket);
  if (it != requests_.end() && !it->second.done &&
      (it->second.executed || too_old(it->second)))
    requests_.erase(it);
}

bool memory_api_server::run_reply(std::uint64_t ticket) {
  auto it = requests_.find(ticket);
  if (it == requests_.end() || !reply_ready(it->second))
    return false;
  auto result = answer_of(it->second);
  auto id = it->second.id;
  // The callback may submit, cancel or destroy its transport.
  auto done = std::exchange(it->second.done, nullptr);
  auto client = it->second.client->name;
  auto asked = it->second.what;
  settle(ticket);
  if (delivered_ && result.how == sent::answered && result.status < 300)
    delivered_(client, asked, result.body);
  done(id, std::move(result));
  return true;
}

std::vector<step> memory_api_server::runnable() const {
  std::vector<step> out;
  for (auto& [ticket, r] : requests_) {
    if (may_execute(r))
      out.push_back({step_kind::execute, ticket, "",
                     label("execute", ticket, r.client->name, r.what)});
    if (reply_ready(r))
      out.push_back({step_kind::deliver_reply, ticket, "",
                     label("reply", ticket, r.client->name, r.what)});
  }
  offer_streams(out);
  for (auto& id : api_.garbage())
    out.push_back(
        {step_kind::collect_garbage, 0, path_of(id, *store_.find(id)),
         fmt::format("collect {} {}/{}", id.collection, id.ns, id.name)});
  return out;
}

bool memory_api_server::run(const step& what) {
  switch (what.kind) {
  case step_kind::execute: {
    auto it = requests_.find(what.ticket);
    if (it == requests_.end() || !may_execute(it->second))
      return false;
    execute(it->second);
    settle(what.ticket);
    return true;
  }
  case step_kind::deliver_reply:
    return run_reply(what.ticket);
  case step_kind::start_stream:
    return run_start(what.ticket);
  case step_kind::deliver_events: {
    auto it = streams_.find(what.ticket);
    if (it == streams_.end() || !it->second.stream->has_events())
      return false;
    // Kept alive: the client may cancel, close or crash in its callback.
    auto stream = it->second.stream;
    auto client = it->second.client->name;
    auto text = stream->deliver(lines_, chunk_bytes_);
    if (delivered_)
      delivered_(client, stream->what(), text);
    return true;
  }
  case step_kind::end_stream:
    return run_end(what.ticket);
  case step_kind::collect_garbage: {
    auto at = parse_api_path(what.subject);
    bool done = api_.collect({at.collection(), at.ns, at.name});
    publish();
    return done;
  }
  default:
    return false;
  }
}

std::optional<manual_clock::steady_point>
memory_api_server::next_deadline() const {
  std::optional<manual_clock::steady_point> out;
  auto earliest = [&](manual_clock::steady_point t) {
    if (t > clock_.steady() && (!out || t < *out))
      out = t;
  };
  for (auto& [ticket, r] : requests_) {
    if (r.done)
      earliest(r.sent_at + r.what.deadline);
    if (!r.executed)
      earliest(r.sent_at + r.server_limit + milliseconds{1});
  }
  for (auto& [ticket, s] : streams_)
    earliest(s.stream->next_deadline());
  return out;
}

std::vector<flight> memory_api_server::flights() const {
  std::vector<flight> out;
  for (auto& [ticket, r] : requests_)
    out.push_back(r.seen());
  return out;
}

void memory_api_server::set_fault_rule(
    std::function<fault(const flight&)> rule) {
  rule_ = std::move(rule);
}

bool memory_api_server::set_fault(std::uint64_t ticket, fault what) {
  if (auto s = streams_.find(ticket); s != streams_.end()) {
    s->second.trouble = std::move(what);
    return !s->second.stream->started();
  }
  auto it = requests_.find(ticket);
  if (it == requests_.end() || it->second.executed)
    return false;
  it->second.trouble = std::move(what);
  if (it->second.trouble.what == fault::kind::land_late)
    it->second.answer = unanswered(sent::maybe, "the connection was lost");
  return true;
}

bool memory_api_server::drop(std::uint64_t ticket) {
  auto it = requests_.find(ticket);
  if (it == requests_.end() || it->second.executed)
    return false;
  auto& r = it->second;
  r.executed = true;
  if (!r.answer)
    r.answer = unanswered(sent::maybe, "the connection was lost");
  settle(ticket);
  return true;
}

void memory_api_server::crash(const std::string& client, fate of_requests) {
  for (auto& who : clients_)
    if (who->name == client)
      who->dead = true;
  std::vector<std::uint64_t> gone;
  for (auto& [ticket, r] : requests_) {
    if (!r.client->dead)
      continue;
    r.done = nullptr;
    r.executed = r.executed || of_requests == fate::drop;
    gone.push_back(ticket);
  }
  for (auto ticket : gone)
    settle(ticket);
  std::erase_if(streams_, [](auto& s) {
    if (s.second.client->dead)
      s.second.stream->mute();
    return s.second.client->dead;
  });
}

void memory_api_server::disconnect(fate of_requests,
                                   const std::string& client) {
  auto affected = [&](const client_state& who) {
    return client.empty() || who.name == client;
  };
  for (auto& [ticket, r] : requests_) {
    if (!affected(*r.client))
      continue;
    r.executed = r.executed || of_requests == fate::drop;
    if (!r.answer || r.answer->how == sent::answered)
      r.answer = unanswered(sent::maybe, "the connection was lost");
  }
  for (auto& [ticket, s] : streams_)
    if (affected(*s.client))
      s.stream->end_with({end_kind::broken,
                          s.stream->started() ? 200 : 0,
                          "",
                          {errc::no_reply, "the connection was lost"}});
}

// --- the client's side -------------------------------------------------------

void memory_api_server::cancel(client_state& who, op_id id) {
  for (auto& [ticket, r] : requests_)
    if (r.client == &who && r.id == id && r.done) {
      if (!r.answer || r.answer->how == sent::answered) {
        r.answer = unanswered(sent::maybe, "cancelled");
        r.answer->why.code = errc::cancelled;
      }
    }
  for (auto& [ticket, s] : streams_)
    if (s.client == &who && s.stream->id() == id)
      s.stream->end_with({end_kind::cancelled,
                          s.stream->started() ? 200 : 0,
                          "",
                          {errc::cancelled, "cancelled"}});
}

void memory_api_server::close(client_state& who) {
  if (who.dead)
    return;
  who.dead = true;
  std::vector<std::pair<op_id, transport::on_reply>> waiting;
  for (auto& [ticket, r] : requests_)
    if (r.client == &who && r.done)
      waiting.emplace_back(r.id, std::exchange(r.done, nullptr));
  std::vector<std::shared_ptr<watch_stream>> ended;
  for (auto& [ticket, s] : streams_)
    if (s.client == &who)
      ended.push_back(s.stream);
  std::erase_if(streams_, [&](auto& s) { return s.second.client == &who; });
  std::erase_if(requests_, [&](auto& r) {
    return r.second.client == &who && r.second.executed;
  });
  for (auto& [id, done] : waiting) {
    auto last = unanswered(sent::maybe, "the transport was closed");
    last.why.code = errc::cancelled;
    done(id, std::move(last));
  }
  for (auto& stream : ended)
    stream->finish({end_kind::cancelled,
                    stream->started() ? 200 : 0,
                    "",
                    {errc::cancelled, "the transport was closed"}});
}

} // namespace spark::test
