#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace spark::test {

/// Everything that can happen next in a simulated cluster.
enum class step_kind {
  execute,         ///< the server carries out one request in flight
  deliver_reply,   ///< a client gets its answer, or learns that none came
  start_stream,    ///< the server accepts a watch
  deliver_events,  ///< a watch hands over its next lines
  end_stream,      ///< a watch ends; what it had not delivered is lost
  collect_garbage, ///< the garbage collector looks after one object
  bind_pod,        ///< the scheduler gives a pod a node
  start_pod,       ///< its containers run
  finish_pod,      ///< its main container ends as the plan says
  fail_pod,        ///< its main container fails (costs one of the failures)
  stop_pod,        ///< a terminating pod's containers report their end
  remove_pod,      ///< a terminating pod goes
  start_executor,  ///< a running driver creates one executor pod
};

/// One possible next thing. A value: it can be recorded and tried again in
/// another run, where it means the same as long as the past was the same.
struct step {
  step_kind kind{};
  std::uint64_t ticket = 0; ///< of the request or stream, where it is one
  std::string subject;      ///< "ns/name" of the object, where it is one
  std::string label;        ///< for people: "execute #7 old POST …"
};

/// Has steps to offer. The simulation asks all sources, chooses one step (by
/// seed, by exhaustive search) and runs it on the source that offered it.
class step_source {
public:
  virtual ~step_source() = default;
  /// In an order that depends on the past alone.
  [[nodiscard]] virtual std::vector<step> runnable() const = 0;
  /// False, and nothing happened, when the step is not possible (any more).
  virtual bool run(const step& what) = 0;
};

} // namespace spark::test
