#pragma once

#include "k8s/client/curl_transport.hpp"

#include <curl/curl.h>

#include <array>
#include <chrono>
#include <memory>
#include <string>
#include <variant>

namespace spark {

/// What a connection of a lane observed; shared by the operations on it.
struct wire_state {
  std::chrono::steady_clock::time_point last_byte{};
  bool http1 = false; ///< a reply came in HTTP/1: no multiplexing
};

struct request_callbacks {
  transport::on_reply done;
};
struct stream_callbacks {
  transport::on_chunk chunk;
  transport::on_end end;
};
/// Our own question whether the server lives.
struct probe_callbacks {};

/// One request or stream from submit to its end: an easy handle and what its
/// callbacks saw. Lives on the lane's thread. Not movable: curl points here.
class curl_operation {
public:
  using clock = std::chrono::steady_clock;
  using callbacks =
      std::variant<request_callbacks, stream_callbacks, probe_callbacks>;

  curl_operation(op_id id, request what, callbacks to, clock::time_point since);
  curl_operation(const curl_operation&) = delete;
  curl_operation& operator=(const curl_operation&) = delete;

  /// Makes the easy handle; false: say why() to the caller, nothing was sent.
  [[nodiscard]] bool prepare(const curl_options& options,
                             std::shared_ptr<const credentials> with,
                             wire_state& wire);

  [[nodiscard]] CURL* handle() const noexcept { return easy_.get(); }
  [[nodiscard]] op_id id() const noexcept { return id_; }
  [[nodiscard]] bool streams() const noexcept {
    return std::holds_alternative<stream_callbacks>(to_);
  }
  [[nodiscard]] bool probes() const noexcept {
    return std::holds_alternative<probe_callbacks>(to_);
  }
  /// A connection was given to it.
  [[nodiscard]] bool began() const noexcept { return began_; }
  /// It still has none, well after curl would have noticed the deadline.
  [[nodiscard]] bool overdue(clock::time_point now) const noexcept {
    return !began_ && now > since_ + what_.deadline + std::chrono::seconds{1};
  }
  [[nodiscard]] const credentials* used() const noexcept { return with_.get(); }
  [[nodiscard]] int status() const;

  /// The transfer ended with `code`: tells the caller.
  void complete(CURLcode code);
  /// We end it: tells the caller. `kind` for a stream.
  void abort(end_kind kind, errc code, std::string message);

private:
  struct easy_release {
    void operator()(CURL* p) const { curl_easy_cleanup(p); }
  };
  struct list_release {
    void operator()(curl_slist* p) const { curl_slist_free_all(p); }
  };
  using list_ptr = std::unique_ptr<curl_slist, list_release>;

  [[nodiscard]] bool refuse(errc code, std::string message);
  [[nodiscard]] bool acceptable();
  [[nodiscard]] bool past_fence() const;
  [[nodiscard]] bool left() const noexcept;
  void set_target();
  void set_method();
  void set_headers();
  void set_trust();
  void set_connection(const curl_options& options);
  void add(list_ptr& list, const std::string& line);
  template<class T>
  void set(CURLoption option, T value);

  [[nodiscard]] std::string explanation(CURLcode code) const;
  [[nodiscard]] std::chrono::seconds retry_after() const;
  void reply_with(CURLcode code);
  void end_with(CURLcode code);

  // An exception must not pass through curl's C frames.
  static std::size_t on_read(char* to, std::size_t, std::size_t room,
                             void* me) noexcept;
  static std::size_t on_write(char* from, std::size_t, std::size_t size,
                              void* me) noexcept;
  static std::size_t on_header(char* from, std::size_t, std::size_t size,
                               void* me) noexcept;
  static int on_seek(void*, curl_off_t, int) noexcept;
  static int on_begin(void* me, char*, char*, int, int) noexcept;
  static int on_socket(void*, curl_socket_t fd, curlsocktype) noexcept;

  const op_id id_;
  request what_;
  callbacks to_;
  const clock::time_point since_;
  std::shared_ptr<const credentials> with_; // curl reads its bytes in place
  wire_state* wire_ = nullptr;
  std::size_t body_limit_ = 0;
  std::size_t body_read_ = 0;
  bool began_ = false;
  bool body_left_ = false;
  bool fenced_ = false;
  bool too_large_ = false;
  std::string received_;
  std::array<char, CURL_ERROR_SIZE> trouble_{};
  error refusal_;
  list_ptr headers_;
  list_ptr connect_to_;
  std::unique_ptr<CURL, easy_release> easy_; // last: released first
};

} // namespace spark
