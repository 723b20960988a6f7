#pragma once

#include "actors/environment.hpp"
#include "actors/protocol.hpp"

#include <caf/stateful_actor.hpp>

#include <atomic>
#include <memory>
#include <optional>

namespace spark {

/// Who is told what a watch of T means.
template<class T>
struct consumer_of {
  using type = registry_actor;
};
template<>
struct consumer_of<observed_schedule> {
  using type = scheduler_actor;
};
template<class T>
using watch_consumer = typename consumer_of<T>::type;

/// Keeps one collection in step and tells its consumer what it means. Objects
/// are reduced to what we keep on the transport's thread, so no full object
/// ever waits in a mailbox.
template<class T>
struct watch_state {
  static constexpr const char* name = "watch";

  watch_state() = default;
  /// Nobody is left to read what the server still sends.
  ~watch_state() {
    if (out)
      out->cancel(exchange);
    if (env)
      env->counters->watch_ended(resource);
  }
  watch_state(const watch_state&) = delete;
  watch_state& operator=(const watch_state&) = delete;

  std::optional<watch_machine> machine;
  std::size_t source = 0; ///< among the watches of this kind
  std::string resource;   ///< plural, for metrics
  std::shared_ptr<transport> out;
  environment_ptr env;
  watch_consumer<T> consumer;
  std::shared_ptr<std::atomic<int>> owed; ///< see owed_lines
  op_id exchange = 0; ///< the list or stream that is under way
  bool listed = false;
  std::uint64_t timer_generation = 0;
};

/// Starts listing at once.
watch_actor<observed_application>::behavior_type
watch_applications(watch_actor<observed_application>::stateful_pointer<
                       watch_state<observed_application>>
                       self,
                   std::string ns, std::size_t source,
                   std::shared_ptr<transport> out, environment_ptr env,
                   registry_actor registry);

watch_actor<observed_pod>::behavior_type watch_pods(
    watch_actor<observed_pod>::stateful_pointer<watch_state<observed_pod>> self,
    std::string ns, std::size_t source, std::shared_ptr<transport> out,
    environment_ptr env, registry_actor registry);

watch_actor<observed_schedule>::behavior_type
watch_schedules(watch_actor<observed_schedule>::stateful_pointer<
                    watch_state<observed_schedule>>
                    self,
                std::string ns, std::size_t source,
                std::shared_ptr<transport> out, environment_ptr env,
                scheduler_actor scheduler);

} // namespace spark
