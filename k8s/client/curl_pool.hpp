#pragma once

#include "k8s/client/curl_operation.hpp"

#include <functional>
#include <memory>
#include <unordered_map>
#include <vector>

namespace spark {

/// A multi handle with the connections it may hold, and the operations on them:
/// one over HTTP/2, more only when its streams are used up. Belongs to one
/// lane's thread.
///
/// Two things make a pool retire: new certificates, or a connection that does
/// not answer. A retired pool takes nothing new, lets its requests run to their
/// deadlines and is then destroyed, connections included. Of several
/// connections one that is silent alone is not noticed here: those who watch
/// over it notice it themselves, later.
class curl_pool {
public:
  using clock = curl_operation::clock;

  curl_pool(const curl_options& options,
            std::shared_ptr<const credentials> with);
  /// Every operation must have ended.
  ~curl_pool();
  curl_pool(const curl_pool&) = delete;
  curl_pool& operator=(const curl_pool&) = delete;

  [[nodiscard]] bool fits(const credentials& c) const noexcept {
    return c.connection_version == with_->connection_version &&
           c.server == with_->server;
  }
  [[nodiscard]] bool empty() const noexcept { return operations_.empty(); }
  [[nodiscard]] CURLM* handle() const noexcept { return multi_.get(); }
  /// Timeouts in a row, or a probe that failed: the connection is lost.
  [[nodiscard]] bool dead() const noexcept;

  /// False: it could not be started, and its caller knows already.
  bool start(std::unique_ptr<curl_operation> op,
             std::shared_ptr<const credentials> with);
  /// Lets curl work; ends what is done. A 401 is passed to `source`.
  void advance(credential_source& source);
  /// Sends a probe when open streams have been silent for too long; gives how
  /// long until that should be looked at again.
  std::chrono::milliseconds
  watch_silence(std::shared_ptr<const credentials> with);
  [[nodiscard]] bool cancel(op_id id);
  void end_streams(end_kind kind, std::string why);
  void end_all(std::string why);

private:
  using held = std::unique_ptr<curl_operation>;
  struct multi_release {
    void operator()(CURLM* p) const { curl_multi_cleanup(p); }
  };

  held remove(curl_operation* op);
  void end_overdue();
  void abort_if(const std::function<bool(const curl_operation&)>& chosen,
                end_kind kind, errc code, const std::string& why);
  void finish(curl_operation* op, CURLcode code, credential_source& source);
  void allow_http1();
  void limit_connections();

  const curl_options& options_;
  const std::shared_ptr<const credentials> with_;
  wire_state wire_;
  bool http1_ = false;
  bool probing_ = false;
  bool probe_failed_ = false;
  int timeouts_ = 0;
  std::size_t streams_ = 0;
  std::unique_ptr<CURLM, multi_release> multi_;
  std::unordered_map<curl_operation*, held> operations_;
};

} // namespace spark
