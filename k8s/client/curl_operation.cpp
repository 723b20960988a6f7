#include "k8s/client/curl_operation.hpp"

#include <algorithm>
#include <cstring>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <new>
#include <stdexcept>
#include <sys/socket.h>

namespace spark {
namespace {

constexpr std::string_view empty_delete_options =
    R"({"apiVersion":"v1","kind":"DeleteOptions"})";

bool printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return c > ' ' && c < 0x7f && c != '#';
  });
}

curl_blob in_place(const std::string& bytes) {
  return {const_cast<char*>(bytes.data()), bytes.size(), CURL_BLOB_NOCOPY};
}

} // namespace

curl_operation::curl_operation(op_id id, request what, callbacks to,
                               clock::time_point since)
    : id_{id}, what_{std::move(what)}, to_{std::move(to)}, since_{since} {
  if (what_.method == verb::del && what_.body.empty())
    what_.body = empty_delete_options;
}

template<class T>
void curl_operation::set(CURLoption option, T value) {
  auto rc = curl_easy_setopt(easy_.get(), option, value);
  if (rc == CURLE_OUT_OF_MEMORY)
    throw std::bad_alloc{};
  // Every other code means that this libcurl lacks what we are built on.
  if (rc != CURLE_OK)
    throw std::logic_error{std::string{"curl option: "} +
                           curl_easy_strerror(rc)};
}

bool curl_operation::refuse(errc code, std::string message) {
  refusal_ = {code, std::move(message), {}, 0};
  return false;
}

bool curl_operation::past_fence() const {
  return what_.not_after != clock::time_point{} &&
         clock::now() > what_.not_after;
}

bool curl_operation::acceptable() {
  // Longer ones are refused by every server, and by curl from 8 MB on.
  if (what_.path.size() > (64u << 10))
    return refuse(errc::bad_input, "the path is too long");
  if (!what_.path.starts_with('/') || !printable(what_.path))
    return refuse(errc::bad_input, "the path is not an encoded path");
  const bool writes = what_.method == verb::post || what_.method == verb::patch;
  if (writes && what_.body.empty())
    return refuse(errc::bad_input, "a write without a body is unguarded");
  if (what_.method == verb::get && !what_.body.empty())
    return refuse(errc::bad_input, "a GET has no body");
  if (past_fence())
    return refuse(errc::cancelled, "the lease fence has passed");
  if (clock::now() - since_ >= what_.deadline)
    return refuse(errc::not_sent, "the deadline passed in the queue");
  return true;
}

bool curl_operation::prepare(const curl_options& options,
                             std::shared_ptr<const credentials> with,
                             wire_state& wire) {
  if (!acceptable())
    return false;
  with_ = std::move(with);
  wire_ = &wire;
  body_limit_ = streams() ? options.max_error_body : options.max_reply;
  easy_.reset(curl_easy_init());
  if (!easy_)
    throw std::bad_alloc{};
  set(CURLOPT_PRIVATE, this);
  set(CURLOPT_ERRORBUFFER, trouble_.data());
  set_target();
  set_method();
  set_headers();
  set_trust();
  set_connection(options);
  return true;
}

void curl_operation::set_target() {
  auto url = with_->server;
  if (!with_->tls_server_name.empty()) {
    // curl takes the name for SNI and verification from the URL. So the URL
    // gets that name, and the connection goes to the true address.
    auto scheme = url.find("://") + 3;
    auto host_end = url.find('/', scheme);
    auto host = url.substr(scheme, host_end - scheme);
    auto colon = host.rfind(':');
    if (colon == std::string::npos || host.find(']', colon) != host.npos)
      host += url.starts_with("https") ? ":443" : ":80";
    colon = host.rfind(':');
    add(connect_to_, "::" + host);
    auto rest = host_end == url.npos ? std::string{} : url.substr(host_end);
    url = url.substr(0, scheme) + with_->tls_server_name + host.substr(colon) +
          rest;
    set(CURLOPT_CONNECT_TO, connect_to_.get());
  }
  url += what_.path;
  set(CURLOPT_URL, url.c_str());
  set(CURLOPT_PATH_AS_IS, 1L);
  set(CURLOPT_PROTOCOLS_STR, "http,https");
}

void curl_operation::set_method() {
  set(CURLOPT_WRITEFUNCTION, &curl_operation::on_write);
  set(CURLOPT_WRITEDATA, this);
  set(CURLOPT_HEADERFUNCTION, &curl_operation::on_header);
  set(CURLOPT_HEADERDATA, this);
  set(CURLOPT_PREREQFUNCTION, &curl_operation::on_begin);
  set(CURLOPT_PREREQDATA, this);
  if (what_.method == verb::get)
    return;
  // The guard against re-sending: see the header of the transport.
  set(CURLOPT_POST, 1L);
  set(CURLOPT_READFUNCTION, &curl_operation::on_read);
  set(CURLOPT_READDATA, this);
  set(CURLOPT_SEEKFUNCTION, &curl_operation::on_seek);
  set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(what_.body.size()));
  set(CURLOPT_CUSTOMREQUEST, to_string(what_.method).data());
}

void curl_operation::add(list_ptr& list, const std::string& line) {
  auto* longer = curl_slist_append(list.get(), line.c_str());
  if (!longer)
    throw std::bad_alloc{};
  (void)list.release();
  list.reset(longer);
}

void curl_operation::set_headers() {
  add(headers_, "Accept: application/json");
  add(headers_, "Expect:");
  if (!what_.body.empty())
    add(headers_,
        "Content-Type: " + (what_.content_type.empty() ? "application/json"
                                                       : what_.content_type));
  if (!with_->token.empty())
    add(headers_, "Authorization: Bearer " + with_->token.reveal());
  set(CURLOPT_HTTPHEADER, headers_.get());
}

void curl_operation::set_trust() {
  set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (with_->insecure_skip_verify) {
    set(CURLOPT_SSL_VERIFYPEER, 0L);
    set(CURLOPT_SSL_VERIFYHOST, 0L);
  }
  if (!with_->ca_pem.empty()) {
    auto ca = in_place(with_->ca_pem);
    set(CURLOPT_CAINFO_BLOB, &ca);
    // Debian's curl would trust the system's authorities besides ours.
    set(CURLOPT_CAPATH, static_cast<char*>(nullptr));
  }
  if (!with_->client_cert_pem.empty()) {
    auto cert = in_place(with_->client_cert_pem);
    auto key = in_place(with_->client_key_pem.reveal());
    set(CURLOPT_SSLCERT_BLOB, &cert);
    set(CURLOPT_SSLKEY_BLOB, &key);
  }
}

void curl_operation::set_connection(const curl_options& options) {
  auto left = std::chrono::ceil<std::chrono::milliseconds>(
      what_.deadline - (clock::now() - since_));
  set(CURLOPT_TIMEOUT_MS, std::max<long>(1, left.count()));
  set(CURLOPT_CONNECTTIMEOUT_MS,
      static_cast<long>(options.connect_timeout.count()));
  set(CURLOPT_NOSIGNAL, 1L);
#if LIBCURL_VERSION_NUM >= 0x075700
  // Giving up must not wait for a name server: the resolver has a thread of its
  // own, which may outlive the handle.
  set(CURLOPT_QUICK_EXIT, 1L);
#endif
  set(CURLOPT_PROXY, "");
  set(CURLOPT_NOPROXY, "*");
  set(CURLOPT_USERAGENT, options.user_agent.c_str());
  set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
  // To share a connection that is being made is worth a wait, unless we know
  // that it cannot be shared.
  set(CURLOPT_PIPEWAIT, wire_->http1 ? 0L : 1L);
  set(CURLOPT_TCP_NODELAY, 1L);
  set(CURLOPT_TCP_KEEPALIVE, 1L);
  set(CURLOPT_TCP_KEEPIDLE, 15L);
  set(CURLOPT_TCP_KEEPINTVL, 5L);
  set(CURLOPT_SOCKOPTFUNCTION, &curl_operation::on_socket);
}

std::size_t curl_operation::on_read(char* to, std::size_t, std::size_t room,
                                    void* me) noexcept {
  auto& self = *static_cast<curl_operation*>(me);
  if (!self.body_left_ && self.past_fence()) {
    self.fenced_ = true;
    return CURL_READFUNC_ABORT;
  }
  const auto& body = self.what_.body;
  auto size = std::min(room, body.size() - self.body_read_);
  std::memcpy(to, body.data() + self.body_read_, size);
  self.body_read_ += size;
  self.body_left_ = true;
  return size;
}

int curl_operation::on_seek(void*, curl_off_t, int) noexcept {
  return CURL_SEEKFUNC_FAIL;
}

int curl_operation::on_begin(void* me, char*, char*, int, int) noexcept {
  auto& self = *static_cast<curl_operation*>(me);
  if (!self.began_ && self.past_fence()) {
    self.fenced_ = true;
    return CURL_PREREQFUNC_ABORT;
  }
  self.began_ = true;
  return CURL_PREREQFUNC_OK;
}

int curl_operation::on_socket(void*, curl_socket_t fd, curlsocktype) noexcept {
  // Best effort: it finds a lost peer sooner, deadlines find it anyway.
  unsigned milliseconds = 10'000;
  (void)::setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &milliseconds,
                     sizeof milliseconds);
  return CURL_SOCKOPT_OK;
}

std::size_t curl_operation::on_header(char* from, std::size_t, std::size_t size,
                                      void* me) noexcept {
  auto& self = *static_cast<curl_operation*>(me);
  self.wire_->last_byte = clock::now();
  if (std::string_view{from, size}.starts_with("HTTP/1."))
    self.wire_->http1 = true;
  return size;
}

std::size_t curl_operation::on_write(char* from, std::size_t, std::size_t size,
                                     void* me) noexcept {
  auto& self = *static_cast<curl_operation*>(me);
  self.wire_->last_byte = clock::now();
  if (self.streams() && self.status() == 200) {
    std::get<stream_callbacks>(self.to_).chunk(self.id_, {from, size});
    return size;
  }
  auto room = self.body_limit_ - self.received_.size();
  self.received_.append(from, std::min(size, room));
  self.too_large_ = self.too_large_ || size > room;
  // Of an error body the start is enough, of an object it is worthless.
  return self.too_large_ ? 0 : size;
}

int curl_operation::status() const {
  long code = 0;
  if (easy_)
    curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &code);
  return static_cast<int>(code);
}

std::chrono::seconds curl_operation::retry_after() const {
  curl_off_t wait = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_RETRY_AFTER, &wait);
  return std::chrono::seconds{std::clamp<curl_off_t>(wait, 0, 86'400)};
}

bool curl_operation::left() const noexcept {
  // curl's result code cannot tell; what it took from us can.
  return what_.body.empty() ? began_ : body_left_;
}

std::string curl_operation::explanation(CURLcode code) const {
  std::string out = trouble_[0] ? trouble_.data() : curl_easy_strerror(code);
  if (code == CURLE_SEND_FAIL_REWIND)
    out = "the connection closed before a reply; the write was not repeated";
  return out;
}

void curl_operation::complete(CURLcode code) {
  if (streams())
    end_with(code);
  else
    reply_with(code);
}

void curl_operation::reply_with(CURLcode code) {
  auto* to = std::get_if<request_callbacks>(&to_);
  if (!to)
    return;
  reply out;
  if (code == CURLE_OK && status() != 0) {
    out.how = sent::answered;
    out.status = status();
    out.body = std::move(received_);
    out.retry_after = retry_after();
  } else {
    out.how = left() ? sent::maybe : sent::no;
    out.why.code = left() ? errc::no_reply : errc::not_sent;
    out.why.message = explanation(code);
    if (too_large_)
      out.why = {errc::bad_reply,
                 "the reply exceeds " + std::to_string(body_limit_) + " bytes"};
    if (fenced_)
      out.why = {errc::cancelled, "the lease fence has passed"};
  }
  to->done(id_, std::move(out));
}

void curl_operation::end_with(CURLcode code) {
  stream_end out;
  out.status = status();
  out.retry_after = retry_after();
  out.body = std::move(received_);
  const bool healthy = out.status == 200;
  if (healthy && code == CURLE_OK) {
    out.why = end_kind::finished;
  } else if (healthy && code == CURLE_OPERATION_TIMEDOUT) {
    out.why = end_kind::expired;
  } else {
    out.why = end_kind::broken;
    if (out.status != 0 && !healthy)
      out.detail = error_of_status(out.status, out.body, {});
    else
      out.detail = {
          left() ? errc::no_reply : errc::not_sent, explanation(code), {}, 0};
  }
  std::get<stream_callbacks>(to_).end(id_, std::move(out));
}

void curl_operation::abort(end_kind kind, errc code, std::string message) {
  error why{code, std::move(message), {}, 0};
  if (!refusal_.message.empty())
    why = refusal_;
  if (auto* stream = std::get_if<stream_callbacks>(&to_)) {
    stream_end out;
    out.why = kind;
    out.status = status();
    if (kind != end_kind::finished)
      out.detail = std::move(why);
    stream->end(id_, std::move(out));
  } else if (auto* plain = std::get_if<request_callbacks>(&to_)) {
    reply out;
    out.how = left() ? sent::maybe : sent::no;
    out.why = std::move(why);
    plain->done(id_, std::move(out));
  }
}

} // namespace spark
