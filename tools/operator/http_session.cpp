#include "tools/operator/http_session.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http.hpp>

#include <algorithm>
#include <cstring>
#include <utility>

namespace spark {

namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using error_code = boost::system::error_code;
using std::chrono::milliseconds;
using clock = std::chrono::steady_clock;

constexpr milliseconds drain_deadline{500};
constexpr std::size_t drain_bytes = 64 * 1024;

/// "localhost" or an IP address, with or without a port.
bool is_local_host_name(std::string_view host) {
  if (host.starts_with('[')) {
    auto end = host.find(']');
    if (end == host.npos)
      return false;
    host = host.substr(1, end - 1);
  } else {
    host = host.substr(0, host.find(':'));
  }
  error_code ec;
  asio::ip::make_address(std::string{host}, ec);
  return host == "localhost" || !ec;
}

http_response plain(int status, std::string text) {
  return {status, std::move(text) + "\n"};
}

/// What to answer to bytes that are no request, 0: nothing.
int status_of(const error_code& ec) {
  if (ec == http::error::header_limit || ec == http::error::buffer_overflow)
    return 431;
  if (ec == http::error::body_limit)
    return 413;
  if (ec == http::error::end_of_stream || ec == http::error::partial_message)
    return 0;
  bool of_http = ec.category() ==
                 http::make_error_code(http::error::bad_method).category();
  return of_http ? 400 : 0;
}

http_response answer_of(const http_listener::handler& page) {
  try {
    return page();
  } catch (const std::exception& e) {
    return plain(500, std::string{"internal error: "} + e.what());
  } catch (...) {
    return plain(500, "internal error");
  }
}

} // namespace

http_session::http_session(session_host& host, any_stream::socket socket,
                           bool local)
    : host_(host), stream_(std::move(socket)), local_(local),
      buffer_(host.limits().header_bytes + host.limits().body_bytes) {}

void http_session::read_request() {
  waiting_ = true;
  parser_.emplace();
  parser_->header_limit(host_.limits().header_bytes);
  parser_->body_limit(host_.limits().body_bytes);
  stream_.expires_after(host_.limits().deadline);
  http::async_read(
      stream_, buffer_, *parser_,
      [me = self()](error_code ec, std::size_t) { me->on_request(ec); });
}

void http_session::on_request(error_code ec) {
  waiting_ = false;
  if (!ec)
    return answer();
  if (int status = status_of(ec); status != 0)
    return send_page(plain(status, ec.message()), false);
  finish();
}

const http_route* http_session::find_route(http_response& page,
                                           std::string& allow) {
  const auto& request = parser_->get();
  auto target =
      std::string_view{request.target().data(), request.target().size()};
  const auto* route = host_.route(target.substr(0, target.find('?')));
  if (route == nullptr) {
    page = plain(404, "not found");
    return nullptr;
  }
  bool get = request.method() == http::verb::get;
  if (!get && (route->file || request.method() != http::verb::head)) {
    allow = route->file ? "GET" : "GET, HEAD";
    page = plain(405, "method not allowed");
    return nullptr;
  }
  auto host = request[http::field::host];
  if (route->who == reach::local_only &&
      (!local_ ||
       (!host.empty() && !is_local_host_name({host.data(), host.size()})))) {
    page = plain(403, "only from this machine, as localhost");
    return nullptr;
  }
  return route;
}

void http_session::answer() {
  http_response page;
  std::string allow;
  bool keep = parser_->get().keep_alive();
  const auto* route = find_route(page, allow);
  if (route == nullptr)
    return send_page(std::move(page), keep, allow);
  if (!route->file)
    return send_page(answer_of(route->page), keep);
  if (!host_.begin_download(self(), *route))
    return send_page(plain(503, "another download is under way"), keep);
  downloading_ = true;
}

void http_session::send_page(http_response page, bool keep,
                             std::string_view allow) {
  using message = http::response<http::string_body>;
  bool head = parser_->get().method() == http::verb::head;
  auto reply = std::make_shared<message>();
  bool sensible = page.status >= 200 && page.status <= 599;
  reply->result(static_cast<unsigned>(sensible ? page.status : 500));
  // An HTTP/1.0 client must not get a version that it does not know.
  reply->version(parser_->get().version() == 10 ? 10 : 11);
  reply->set(http::field::content_type, page.content_type);
  reply->set(http::field::cache_control, "no-store");
  reply->set("X-Content-Type-Options", "nosniff");
  if (!allow.empty())
    reply->set(http::field::allow, allow);
  if (page.status == 503)
    reply->set(http::field::retry_after, "5");
  reply->keep_alive(keep);
  reply->body() = std::move(page.body);
  reply->prepare_payload();
  auto serializer =
      std::make_shared<http::response_serializer<http::string_body>>(*reply);
  auto sent = [me = self(), reply, serializer, keep](error_code ec,
                                                     std::size_t) {
    if (ec)
      me->finish();
    else if (keep)
      me->read_request();
    else
      me->drain();
  };
  stream_.expires_after(host_.limits().deadline);
  if (head)
    http::async_write_header(stream_, *serializer, std::move(sent));
  else
    http::async_write(stream_, *serializer, std::move(sent));
}

void http_session::send_file(std::shared_ptr<produced_file> file,
                             const std::string& save_as) {
  auto size = file->open_and_remove();
  if (!size)
    return send_page(plain(500, to_string(size.error())), false);
  file_ = std::move(file);
  left_to_send_ = *size;
  download_end_ = clock::now() + host_.limits().download_deadline;
  using message = http::response<http::empty_body>;
  auto reply = std::make_shared<message>(http::status::ok, 11);
  reply->set(http::field::content_type, "application/octet-stream");
  reply->set(http::field::content_disposition,
             "attachment; filename=\"" + save_as + "\"");
  reply->set(http::field::cache_control, "no-store");
  reply->keep_alive(false); // so that a short file cannot go unnoticed
  reply->content_length(*size);
  auto serializer =
      std::make_shared<http::response_serializer<http::empty_body>>(*reply);
  stream_.expires_after(host_.limits().deadline);
  http::async_write_header(
      stream_, *serializer,
      [me = self(), reply, serializer](error_code ec, std::size_t) {
        if (ec)
          me->finish();
        else
          me->pump();
      });
}

void http_session::pump() {
  if (left_to_send_ == 0) {
    end_download();
    return drain();
  }
  auto want = std::min<std::uint64_t>(left_to_send_, chunk_.size());
  auto got = file_->read_some({chunk_.data(), static_cast<std::size_t>(want)});
  if (got == 0 || clock::now() >= download_end_)
    return finish();
  left_to_send_ -= got;
  stream_.expires_after(host_.limits().deadline);
  asio::async_write(stream_, asio::buffer(chunk_.data(), got),
                    [me = self()](error_code ec, std::size_t) {
                      if (ec)
                        me->finish();
                      else
                        me->pump();
                    });
}

void http_session::end_download() {
  file_.reset();
  if (std::exchange(downloading_, false))
    host_.download_ended();
}

/// Closing a socket with unread input resets it, and the client might lose the
/// answer: so say that we are done, and read for a moment what still comes.
void http_session::drain() {
  if (drained_ == 0) {
    waiting_ = true; // nobody misses it
    error_code ignored;
    stream_.socket().shutdown(any_stream::socket::shutdown_send, ignored);
    stream_.expires_after(drain_deadline);
  }
  stream_.async_read_some(asio::buffer(chunk_),
                          [me = self()](error_code ec, std::size_t n) {
                            me->drained_ += n;
                            if (ec || me->drained_ > drain_bytes)
                              me->finish();
                            else
                              me->drain();
                          });
}

void http_session::finish() {
  if (std::exchange(left_, true))
    return;
  end_download();
  error_code ignored;
  stream_.socket().close(ignored);
  host_.leave(*this);
}

bool is_this_machine(const any_stream::endpoint& peer) {
  auto family = peer.data()->sa_family;
  if (family == AF_UNIX)
    return true;
  asio::ip::tcp::endpoint tcp;
  if ((family != AF_INET && family != AF_INET6) || peer.size() > tcp.capacity())
    return false;
  std::memcpy(tcp.data(), peer.data(), peer.size());
  auto address = tcp.address();
  if (address.is_v6() && address.to_v6().is_v4_mapped())
    return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6())
        .is_loopback();
  return address.is_loopback();
}

} // namespace spark
