#pragma once

#include "k8s/transport.hpp"
#include "tests/support/resource_api.hpp"
#include "tests/support/step.hpp"
#include "tests/support/watch_stream.hpp"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace spark::test {

/// What goes wrong with one request.
struct fault {
  enum class kind {
    none,
    not_sent,           ///< never left: reply sent::no, no effect
    drop_before,        ///< left, never executed: reply sent::maybe
    lose_reply,         ///< executed, reply sent::maybe
    answer,             ///< not executed, the given status comes back
    execute_and_answer, ///< executed, yet the given status comes back
    land_late, ///< reply sent::maybe first, may still be executed after it
  };
  kind what = kind::none;
  int status = 0;      ///< of the answer
  std::string message; ///< of its Status body
  seconds retry_after{0};
};

/// A request on its way, as a test sees it.
struct flight {
  std::uint64_t ticket = 0; ///< unique in the server, unlike op_id
  std::string client;
  const request* what = nullptr;
  bool executed = false; ///< or dropped: the server is done with it
  bool waiting = false;  ///< the client still waits for its reply
};

/// What becomes of requests that a dead client had sent.
enum class fate {
  land, ///< they stay on the wire and may be executed until they are too old
  drop
};

/// An API server in memory with the contract of `transport`. Single-threaded
/// and deterministic: submit and open only queue, nothing happens and no
/// callback runs outside run() (and a transport's destructor). The order of
/// everything is the caller's, who picks from runnable().
///
/// The server drops a request that is older than its `timeout=` parameter (60 s
/// without one), so a late write cannot land after that.
class memory_api_server : public step_source {
public:
  explicit memory_api_server(const manual_clock& clock);
  ~memory_api_server() override;

  /// A client; the name shows up in commits() and labels. The transport may
  /// outlive crash(name) but not the server.
  [[nodiscard]] std::unique_ptr<transport> connect(std::string client);

  // --- the schedule -------------------------------------------------------
  [[nodiscard]] std::vector<step> runnable() const override;
  bool run(const step& what) override;
  /// When the clock alone makes a step possible (a deadline, a stream's end).
  [[nodiscard]] std::optional<manual_clock::steady_point> next_deadline() const;

  // --- what clients get to know -------------------------------------------
  /// Called with each body that answers a request, and with the lines of a
  /// watch as they are handed over.
  using on_delivery = std::function<void(
      const std::string& client, const request& asked, std::string_view text)>;
  void set_delivery_listener(on_delivery listen) {
    delivered_ = std::move(listen);
  }

  // --- faults -------------------------------------------------------------
  [[nodiscard]] std::vector<flight> flights() const;
  /// Asked once at each submit.
  void set_fault_rule(std::function<fault(const flight&)> rule);
  /// Replaces what the rule said; only before the request is executed or the
  /// stream started. Any fault but `none` ends a stream broken, with the
  /// status if one is given.
  bool set_fault(std::uint64_t ticket, fault what);
  /// Removes a request whose client is gone or gave up: it will not land.
  bool drop(std::uint64_t ticket);
  /// kill -9: none of its callbacks runs any more, its streams are gone.
  void crash(const std::string& client, fate of_requests);
  /// The network breaks: all streams end broken, all waiting clients ("" or
  /// one) learn sent::maybe; requests not yet executed meet their fate.
  void disconnect(fate of_requests, const std::string& client = {});
  /// While down, new requests get sent::no and new streams end broken; for
  /// those that are open already see disconnect().
  void set_down(bool down) { down_ = down; }

  // --- watches ------------------------------------------------------------
  /// Lines per deliver_events step (default 1), bytes per chunk (16 KiB).
  void set_delivery(std::size_t lines, std::size_t chunk_bytes);
  /// Queues a BOOKMARK on every stream that allows them.
  void send_bookmarks();
  /// Ends every stream in the normal way after what is queued.
  void end_streams();
  void compact() { store_.compact(); }

  // --- direct access: user, kubelet, garbage collector --------------------
  api_answer call(const std::string& client, const std::string& method,
                  const std::string& path, const json::value& body = {},
                  std::string content_type = "application/merge-patch+json");
  /// `path` is the collection; kind, apiVersion are filled in when absent.
  api_answer create(const std::string& path, json::value object,
                    const std::string& client = "user");
  api_answer patch(const std::string& path, const json::value& body,
                   const std::string& client = "user");
  api_answer remove(const std::string& path, const json::value& options = {},
                    const std::string& client = "user");
  /// nullptr when there is none.
  [[nodiscard]] object_ptr get(const std::string& path) const;
  /// By collection path, with selectors if wanted.
  [[nodiscard]] std::vector<object_ptr> list(const std::string& path) const;
  /// What the scheduler does.
  api_answer bind_pod(const std::string& path, const std::string& node);
  [[nodiscard]] time_point now() const { return clock_.wall(); }
  /// Everything there is to collect, until nothing is; gives how many steps.
  std::size_t collect_garbage();

  [[nodiscard]] const std::vector<commit>& commits() const {
    return api_.commits();
  }
  /// Admission, pruning CRDs, hidden resources, lagging caches.
  [[nodiscard]] resource_api& rules() { return api_; }
  [[nodiscard]] const object_store& objects() const { return store_; }

private:
  class client_transport;
  struct client_state;
  struct request_state;
  struct stream_state;

  void submit(client_state& who, op_id id, request what,
              transport::on_reply done);
  void open(client_state& who, op_id id, request what,
            transport::on_chunk chunk, transport::on_end end);
  void cancel(client_state& who, op_id id);
  void close(client_state& who);

  void execute(request_state& r);
  reply answer_of(const request_state& r) const;
  bool reply_ready(const request_state& r) const;
  bool may_execute(const request_state& r) const;
  bool too_old(const request_state& r) const;
  void settle(std::uint64_t ticket);
  bool run_reply(std::uint64_t ticket);
  bool run_start(std::uint64_t ticket);
  bool run_end(std::uint64_t ticket);
  void publish();
  void offer_streams(std::vector<step>& out) const;

  const manual_clock& clock_;
  object_store store_;
  resource_api api_;
  std::vector<std::shared_ptr<client_state>> clients_;
  std::map<std::uint64_t, request_state> requests_;
  std::map<std::uint64_t, stream_state> streams_;
  std::uint64_t tickets_ = 0;
  std::uint64_t published_ = 0; ///< version up to which streams were fed
  std::function<fault(const flight&)> rule_;
  on_delivery delivered_;
  std::size_t lines_ = 1;
  std::size_t chunk_bytes_ = 16 * 1024;
  bool down_ = false;
};

} // namespace spark::test
