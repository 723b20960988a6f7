#include "k8s/client/curl_pool.hpp"

#include <new>
#include <stdexcept>

namespace spark {
namespace {

/// An API server allows 100; the rest is for those that begin while others have
/// not quite ended.
constexpr std::size_t streams_per_connection = 90;

} // namespace

curl_pool::curl_pool(const curl_options& options,
                     std::shared_ptr<const credentials> with)
    : options_{options}, with_{std::move(with)}, multi_{curl_multi_init()} {
  if (!multi_)
    throw std::bad_alloc{};
  wire_.last_byte = clock::now();
  curl_multi_setopt(multi_.get(), CURLMOPT_PIPELINING,
                    static_cast<long>(CURLPIPE_MULTIPLEX));
  curl_multi_setopt(multi_.get(), CURLMOPT_MAX_CONCURRENT_STREAMS, 100L);
  // Without TLS there is no ALPN, and so never HTTP/2.
  http1_ = wire_.http1 = with_->server.starts_with("http://");
  limit_connections();
}

curl_pool::~curl_pool() = default;

/// A stream stays for minutes: whatever comes after it must not have to wait
/// until it ends.
void curl_pool::limit_connections() {
  auto count =
      http1_ ? static_cast<std::size_t>(options_.http1_connections) + streams_
             : 1 + operations_.size() / streams_per_connection;
  curl_multi_setopt(multi_.get(), CURLMOPT_MAX_HOST_CONNECTIONS,
                    static_cast<long>(count));
}

bool curl_pool::dead() const noexcept {
  return probe_failed_ || timeouts_ >= options_.timeouts_before_reconnect;
}

bool curl_pool::start(held op, std::shared_ptr<const credentials> with) {
  if (!op->prepare(options_, std::move(with), wire_)) {
    op->abort(end_kind::broken, errc::not_sent, "refused");
    return false;
  }
  // The silence of a lane without streams says nothing; that of the others is
  // not broken by one more.
  if (op->streams() && streams_++ == 0)
    wire_.last_byte = clock::now();
  limit_connections(); // before it is added: curl does not look again
  if (auto rc = curl_multi_add_handle(multi_.get(), op->handle());
      rc != CURLM_OK)
    throw std::logic_error{curl_multi_strerror(rc)};
  auto* key = op.get();
  operations_.emplace(key, std::move(op));
  return true;
}

void curl_pool::advance(credential_source& source) {
  int running = 0;
  if (auto rc = curl_multi_perform(multi_.get(), &running); rc != CURLM_OK)
    throw std::logic_error{curl_multi_strerror(rc)};
  int queued = 0;
  while (auto* message = curl_multi_info_read(multi_.get(), &queued)) {
    if (message->msg != CURLMSG_DONE)
      continue;
    auto code = message->data.result; // dies with the handle's removal
    curl_operation* op = nullptr;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &op);
    finish(op, code, source);
  }
  end_overdue();
  if (wire_.http1 && !http1_)
    allow_http1();
}

curl_pool::held curl_pool::remove(curl_operation* op) {
  auto node = operations_.extract(op);
  if (node.empty())
    return {};
  curl_multi_remove_handle(multi_.get(), op->handle());
  streams_ -= op->streams();
  if (op->probes())
    probing_ = false;
  return std::move(node.mapped());
}

void curl_pool::finish(curl_operation* key, CURLcode code,
                       credential_source& source) {
  auto op = remove(key);
  const bool answered = code == CURLE_OK && op->status() != 0;
  if (answered)
    timeouts_ = 0;
  else if (code == CURLE_OPERATION_TIMEDOUT && !op->streams())
    ++timeouts_;
  if (op->status() == 401)
    source.invalidate(op->used()->version);
  if (op->probes())
    probe_failed_ = !answered;
  op->complete(code);
}

/// curl keeps no deadline while a transfer waits for a connection.
void curl_pool::end_overdue() {
  const auto now = clock::now();
  abort_if([now](const curl_operation& op) { return op.overdue(now); },
           end_kind::broken, errc::not_sent,
           "no connection was free within the deadline");
}

void curl_pool::allow_http1() {
  http1_ = true;
  limit_connections();
  // Those that wait for the one connection look at the limit only when they
  // are added.
  for (auto& [op, owner] : operations_) {
    if (op->began())
      continue;
    curl_multi_remove_handle(multi_.get(), op->handle());
    curl_multi_add_handle(multi_.get(), op->handle());
  }
}

std::chrono::milliseconds
curl_pool::watch_silence(std::shared_ptr<const credentials> with) {
  using std::chrono::milliseconds;
  constexpr milliseconds idle{5'000};
  if (streams_ == 0 || options_.watch_silence.count() <= 0 || probing_)
    return idle;
  auto quiet = clock::now() - wire_.last_byte;
  if (quiet < options_.watch_silence)
    return std::min(
        idle, std::chrono::ceil<milliseconds>(options_.watch_silence - quiet));
  request ask;
  ask.path = "/readyz";
  ask.deadline = options_.probe_deadline;
  probing_ =
      start(std::make_unique<curl_operation>(op_id{0}, std::move(ask),
                                             probe_callbacks{}, clock::now()),
            std::move(with));
  return milliseconds{0};
}

bool curl_pool::cancel(op_id id) {
  auto before = operations_.size();
  abort_if(
      [id](const curl_operation& op) { return op.id() == id && !op.probes(); },
      end_kind::cancelled, errc::cancelled, "cancelled");
  return operations_.size() != before;
}

void curl_pool::end_streams(end_kind kind, std::string why) {
  abort_if([](const curl_operation& op) { return op.streams(); }, kind,
           errc::no_reply, why);
}

void curl_pool::end_all(std::string why) {
  abort_if([](const curl_operation&) { return true; }, end_kind::cancelled,
           errc::cancelled, why);
}

void curl_pool::abort_if(
    const std::function<bool(const curl_operation&)>& chosen, end_kind kind,
    errc code, const std::string& why) {
  std::vector<curl_operation*> found;
  for (auto& [op, owner] : operations_)
    if (chosen(*op))
      found.push_back(op);
  for (auto* op : found)
    remove(op)->abort(kind, code, why);
}

} // namespace spark
