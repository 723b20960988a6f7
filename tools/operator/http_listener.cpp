#include "tools/operator/http_listener.hpp"

#include "tools/operator/http_session.hpp"

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <list>
#include <map>
#include <signal.h>
#include <system_error>
#include <thread>
#include <unistd.h>
#include <utility>

namespace spark {

namespace {

namespace asio = boost::asio;
using error_code = boost::system::error_code;

/// After an error of accept, e.g. no file descriptor is left.
constexpr std::chrono::milliseconds accept_pause{100};

result<std::string> path_from(const http_listener::file_source& source,
                              const std::stop_token& stop) {
  try {
    return source(stop);
  } catch (const std::exception& e) {
    return fail(errc::internal, e.what());
  } catch (...) {
    return fail(errc::internal, "unknown exception");
  }
}

} // namespace

struct http_listener::impl final : session_host {
  explicit impl(http_limits l) : limits_(l) {}

  const http_limits& limits() const override { return limits_; }
  const http_route* route(std::string_view path) const override {
    auto found = routes.find(path);
    return found == routes.end() ? nullptr : &found->second;
  }
  bool begin_download(std::shared_ptr<http_session> who,
                      const http_route& what) override;
  void download_ended() override { downloading = false; }
  void leave(http_session& who) override {
    sessions.remove_if([&](const auto& s) { return s.get() == &who; });
  }

  void accept();
  void admit(any_stream::socket socket);
  void run();

  const http_limits limits_;
  std::map<std::string, http_route, std::less<>> routes;
  listen_address where;
  bool downloading = false;
  bool running = false;
  // From here on the order matters: what uses the io_context dies before it.
  asio::io_context io{1};
  asio::basic_socket_acceptor<any_stream> acceptor{io};
  asio::steady_timer pause{io};
  std::list<std::shared_ptr<http_session>> sessions; ///< oldest first
  std::jthread producer;
  std::thread thread;
};

void http_listener::impl::accept() {
  acceptor.async_accept([this](error_code ec, any_stream::socket socket) {
    if (ec == asio::error::operation_aborted)
      return;
    if (!ec) {
      try {
        admit(std::move(socket));
      } catch (const std::exception&) {
        // No memory for this one; its socket is closed.
      }
      return accept();
    }
    pause.expires_after(accept_pause);
    pause.async_wait([this](error_code stopped) {
      if (!stopped)
        accept();
    });
  });
}

void http_listener::impl::admit(any_stream::socket socket) {
  error_code ec;
  auto peer = socket.remote_endpoint(ec);
  if (ec)
    return; // gone already
  if (sessions.size() >= limits_.connections) {
    auto idle = std::find_if(sessions.begin(), sessions.end(),
                             [](const auto& s) { return s->waiting(); });
    if (idle == sessions.end())
      return;
    auto out = *idle; // must outlive its place in the list
    out->finish();
  }
  auto entered = std::make_shared<http_session>(*this, std::move(socket),
                                                is_this_machine(peer));
  sessions.push_back(entered);
  entered->read_request();
}

bool http_listener::impl::begin_download(std::shared_ptr<http_session> who,
                                         const http_route& what) {
  if (downloading)
    return false;
  auto work = [this, who = std::move(who),
               &what](std::stop_token stop) mutable {
    auto file = std::make_shared<produced_file>(path_from(what.file, stop));
    asio::post(io, [who = std::move(who), file, &what] {
      who->send_file(file, what.save_as);
    });
  };
  try {
    // Joins the last one, which posted its file before that download ended.
    producer = std::jthread(std::move(work));
  } catch (const std::system_error&) {
    return false; // no thread to be had: as good as busy
  }
  downloading = true;
  return true;
}

void http_listener::impl::run() {
  for (;;) {
    try {
      io.run();
      return;
    } catch (const std::exception&) {
      // Memory ran out in the middle of one connection; the others go on.
    }
  }
}

http_listener::http_listener(http_limits limits)
    : impl_(std::make_unique<impl>(limits)) {}

http_listener::~http_listener() { stop(); }

void http_listener::route(std::string path, handler what, reach who) {
  impl_->routes[std::move(path)] = {std::move(what), nullptr, "", who};
}

void http_listener::file_route(std::string path, std::string save_as,
                               file_source what, reach who) {
  impl_->routes[std::move(path)] = {nullptr, std::move(what),
                                    std::move(save_as), who};
}

result<void> http_listener::start(const listen_address& where) {
  auto& i = *impl_;
  i.where = where;
  auto fd = open_listening_socket(i.where);
  if (!fd)
    return tl::unexpected{fd.error()};
  int family =
      where.how == listen_address::kind::unix_socket ? AF_UNIX : AF_INET;
  error_code ec;
  i.acceptor.assign(any_stream{family, 0}, *fd, ec);
  if (ec) {
    close(*fd);
    return fail(errc::io, ec.message(), "listen on " + to_string(where));
  }
  i.running = true;
  i.accept();
  // Signals are for the thread that waits for them.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  i.thread = std::thread([&i] { i.run(); });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return {};
}

void http_listener::stop() {
  auto& i = *impl_;
  if (!std::exchange(i.running, false))
    return;
  i.io.stop();
  i.thread.join();
  if (i.producer.joinable()) {
    i.producer.request_stop();
    i.producer.join();
  }
  i.sessions.clear();
  error_code ignored;
  i.acceptor.close(ignored);
  if (i.where.how == listen_address::kind::unix_socket)
    unlink(i.where.path.c_str());
}

listen_address http_listener::address() const { return impl_->where; }

} // namespace spark
