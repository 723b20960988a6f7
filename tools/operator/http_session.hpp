#pragma once

// Internal to the listener: only http_listener.cpp and http_session.cpp may
// include it, because Boost.Beast is slow to compile.

#include "tools/operator/http_listener.hpp"
#include "tools/operator/produced_file.hpp"

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <array>
#include <optional>

namespace spark {

struct http_route {
  http_listener::handler page;
  http_listener::file_source file; ///< instead of a page
  std::string save_as;
  reach who = reach::anyone;
};

class http_session;

/// What a connection needs of its listener.
class session_host {
public:
  virtual const http_limits& limits() const = 0;
  /// Null: there is none of this path.
  virtual const http_route* route(std::string_view path) const = 0;
  /// Makes the file elsewhere, then calls send_file. False: another download
  /// is under way. True: the session must call download_ended once.
  virtual bool begin_download(std::shared_ptr<http_session> who,
                              const http_route& what) = 0;
  virtual void download_ended() = 0;
  virtual void leave(http_session& who) = 0;

protected:
  ~session_host() = default;
};

using any_stream = boost::asio::generic::stream_protocol; // TCP and unix alike

/// One connection. Everything runs on the listener's thread; each operation
/// holds a reference, and so the session lives until none is left. At its
/// destruction it does not touch the host any more.
class http_session : public std::enable_shared_from_this<http_session> {
public:
  http_session(session_host& host, any_stream::socket socket, bool local);

  void read_request();
  void send_file(std::shared_ptr<produced_file> file,
                 const std::string& save_as);
  /// Waits for a request, and so can make room for another connection.
  [[nodiscard]] bool waiting() const { return waiting_; }
  /// Closes and leaves the listener's list. Idempotent.
  void finish();

private:
  using parser =
      boost::beast::http::request_parser<boost::beast::http::string_body>;

  void on_request(boost::system::error_code ec);
  void answer();
  /// Null when `page` has the answer already; then `allow` may be the header.
  const http_route* find_route(http_response& page, std::string& allow);
  void send_page(http_response page, bool keep, std::string_view allow = {});
  void pump();
  void end_download();
  void drain();
  auto self() { return shared_from_this(); }

  session_host& host_;
  boost::beast::basic_stream<any_stream> stream_;
  const bool local_;
  bool waiting_ = true;
  bool left_ = false;
  bool downloading_ = false; ///< holds the one download there is
  boost::beast::flat_buffer buffer_;
  std::optional<parser> parser_;
  std::shared_ptr<produced_file> file_;
  std::uint64_t left_to_send_ = 0;
  std::chrono::steady_clock::time_point download_end_{};
  std::array<char, 16 * 1024> chunk_;
  std::size_t drained_ = 0;
};

/// Whether the other end of a connection is on this machine.
[[nodiscard]] bool is_this_machine(const any_stream::endpoint& peer);

} // namespace spark
