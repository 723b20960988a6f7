#pragma once

#include "actors/api/api_actor.hpp"
#include "actors/environment.hpp"
#include "tests/support/manual_clock.hpp"

#include <caf/all.hpp>
#include <caf/scheduler/test_coordinator.hpp>

#include <algorithm>
#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace spark::test {

/// A transport whose other side is the test itself.
class scripted_transport : public transport {
public:
  struct asked {
    op_id id;
    request what;
    on_reply done;
  };
  struct opened {
    op_id id;
    request what;
    on_chunk chunk;
    on_end end;
  };

  void submit(op_id id, request what, on_reply done) override {
    requests.push_back({id, std::move(what), std::move(done)});
  }
  void open(op_id id, request what, on_chunk chunk, on_end end) override {
    streams.push_back({id, std::move(what), std::move(chunk), std::move(end)});
  }
  void cancel(op_id id) override { cancelled.push_back(id); }

  /// Answers the oldest request.
  void answer(reply r) {
    auto first = std::move(requests.front());
    requests.pop_front();
    first.done(first.id, std::move(r));
  }
  void answer(int status, std::string body = "{}", seconds retry_after = {}) {
    reply r;
    r.how = sent::answered;
    r.status = status;
    r.body = std::move(body);
    r.retry_after = retry_after;
    answer(std::move(r));
  }

  std::deque<asked> requests; ///< not answered yet, oldest first
  std::vector<opened> streams;
  std::vector<op_id> cancelled;
};

/// Actors on CAF's test scheduler, a clock and a transport in the test's hands.
class actor_bench {
public:
  actor_bench() {
    auto made = std::make_shared<environment>();
    made->now = [this] { return clock.wall(); };
    made->steady = [this] { return clock.steady(); };
    made->counters = std::make_shared<metrics>(metrics_settings{});
    env = made;
    config.set("scheduler.policy", caf::atom("testing"));
    sys = std::make_unique<caf::actor_system>(config);
  }
  ~actor_bench() {
    for (auto& a : spawned_)
      caf::anon_send_exit(a, caf::exit_reason::user_shutdown);
    run();
    sched().clock().cancel_all();
    spawned_.clear();
    run();
  }
  actor_bench(const actor_bench&) = delete;
  actor_bench& operator=(const actor_bench&) = delete;

  template<class... Args>
  auto spawn(Args&&... args) {
    auto handle = sys->spawn(std::forward<Args>(args)...);
    spawned_.push_back(caf::actor_cast<caf::actor>(handle));
    return handle;
  }
  /// Until every mailbox is empty.
  void run() { sched().run(); }
  /// Timers fire as they would, to a twentieth of a second.
  void pass(milliseconds time) {
    for (milliseconds step{50}; time.count() > 0; time -= step) {
      clock.advance(std::min(step, time));
      sched().advance_time(std::min(step, time));
      run();
    }
  }
  /// The value of a line of the metrics page, "" if there is none.
  [[nodiscard]] std::string metric(const std::string& line) const {
    auto page = env->counters->text();
    auto at = page.find("\n" + line + " ");
    if (at == std::string::npos)
      return "";
    auto from = at + line.size() + 2;
    return page.substr(from, page.find('\n', from) - from);
  }

  manual_clock clock;
  environment_ptr env;
  std::shared_ptr<scripted_transport> wire =
      std::make_shared<scripted_transport>();
  caf::actor_system_config config;
  std::unique_ptr<caf::actor_system> sys;

private:
  [[nodiscard]] caf::scheduler::test_coordinator& sched() const {
    return dynamic_cast<caf::scheduler::test_coordinator&>(sys->scheduler());
  }

  std::vector<caf::actor> spawned_;
};

} // namespace spark::test
