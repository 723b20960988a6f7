#pragma once

#include "messages/error.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace spark {

/// Chosen by the caller, unique while the operation lives. So a reply cannot
/// overtake its own registration.
using op_id = std::uint64_t;

enum class verb { get, post, patch, del };
[[nodiscard]] std::string_view to_string(verb v) noexcept;

/// Which connection carries it. Lease renewal must not queue behind others.
enum class lane { lease, watch, work };

struct request {
  verb method = verb::get;
  std::string path;         ///< with query, e.g. "/api/v1/pods?limit=500"
  std::string body;         ///< JSON or empty
  std::string content_type; ///< empty: application/json
  std::chrono::milliseconds deadline{5000};
  /// The write may not leave after this instant of the steady clock (the lease
  /// fence). Zero: no fence.
  std::chrono::steady_clock::time_point not_after{};
  lane where = lane::work;
};

/// Judged by what left the process, not by curl's result code: codes of the
/// connect phase were seen although the server had received the request.
enum class sent {
  no,      ///< no byte of the request left: it had no effect
  maybe,   ///< it left, and no status came back
  answered ///< a status came back
};

struct reply {
  sent how = sent::no;
  int status = 0; ///< HTTP status, 0 unless answered
  std::string body;
  error why;                           ///< set unless answered
  std::chrono::seconds retry_after{0}; ///< from Retry-After, 0 if absent
};

enum class end_kind {
  finished, ///< the server ended the stream in its normal way
  expired,  ///< our own deadline for the stream passed
  broken,   ///< the connection failed, or a status other than 200 came
  overflow, ///< the consumer is too slow; it must relist
  cancelled ///< we asked for it
};

struct stream_end {
  end_kind why = end_kind::finished;
  int status = 0;   ///< HTTP status of the stream's start, 0 if none came
  std::string body; ///< the start of an error body, at most 64 KiB
  error detail;
  std::chrono::seconds retry_after{0};
};

/// The one way to an API server. Knows no CAF and no curl types, so tests put
/// an in-memory server in its place with the same contract.
///
/// Callbacks run on the transport's own thread, must not block, and must do no
/// more than hand the value on. Every submit gets exactly one reply, every open
/// exactly one end, also at destruction: the destructor ends all live
/// operations first (as `cancelled`, with the `sent` that is true) and then
/// joins its thread.
class transport {
public:
  using on_reply = std::function<void(op_id, reply)>;
  using on_chunk = std::function<void(op_id, std::string_view)>;
  using on_end = std::function<void(op_id, stream_end)>;

  virtual ~transport() = default;
  /// One request, one reply. Any thread.
  virtual void submit(op_id id, request what, on_reply done) = 0;
  /// A watch: chunks are cut anywhere. Any thread.
  virtual void open(op_id id, request what, on_chunk chunk, on_end end) = 0;
  /// Idempotent; the end callback still comes, exactly once. Any thread.
  virtual void cancel(op_id id) = 0;
};

/// What the status and the Kubernetes Status body mean; `context` names the
/// object and operation. Call only with an answered status >= 400.
[[nodiscard]] error error_of_status(int status, std::string_view body,
                                    std::string context);
/// The error of any reply that is not a success (2xx); see reply::how.
[[nodiscard]] error error_of_reply(const reply& r, std::string context);

} // namespace spark
