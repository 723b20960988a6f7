// The end of an operator around every single write of many short lives, with
// every fate that the write can have, with or without the journal, and also as
// a hand-over: each must end as if nothing had happened.
#include "crds/parse.hpp"
#include "tests/sim/stories.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <cstdlib>
#include <iostream>

using namespace spark;
using namespace spark::test;
using namespace std::chrono_literals;

namespace {

/// kill -9 and a restart, or another operator takes over.
enum class crash_at {
  sent_dropped, ///< the request never arrives
  sent_landing, ///< it may arrive after the operator's death
  executed,     ///< the reply is lost
  answered,     ///< the operator has made what it can of the reply
  handed_over   ///< the lease is lost; the request may land, its sender lives
};

struct crash_point {
  int nth = 0; ///< 0: never
  crash_at when = crash_at::sent_dropped;
  bool lose_journal = false;
  std::uint64_t seed = 1;
};

class crashing_life {
public:
  crashing_life(const story& what, crash_point point, bool trace)
      : story_{what}, point_{point}, sim_{options_of(what, point, trace)} {
    sim_.on_request = [this](const flight& f) { return on_request(f); };
    sim_.after_step = [this](const step& done) {
      act_now();
      if (!crashed_ && due(done))
        crash();
      // What has lost its lease soon notices, and ends.
      if (crashed_ && sim_.find_operator("b") && sim_.find_operator("a") &&
          sim_.clock.steady() > crashed_at_ + 15s)
        sim_.kill("a");
    };
  }

  /// False: there was no n-th write.
  bool run() {
    sim_.add_app("ns", "app");
    if (story_.before)
      story_.before(sim_);
    sim_.start("a");
    sim_.finish();
    return crashed_;
  }

  [[nodiscard]] simulation& sim() { return sim_; }

private:
  static simulation_options options_of(const story& what,
                                       const crash_point& point, bool trace) {
    simulation_options o;
    o.seed = point.seed;
    o.trace = trace;
    o.kubelet = what.kubelet;
    return o;
  }

  fault on_request(const flight& f) {
    bool write = f.what->method != verb::get &&
                 f.what->path.find("/events") == std::string::npos;
    if (write && ++writes_ == point_.nth)
      ticket_ = f.ticket;
    return story_.on_request ? story_.on_request(sim_, f) : fault{};
  }

  void act_now() {
    if (acted_ == story_.acts.size() || !story_.acts[acted_].when(sim_))
      return;
    story_.acts[acted_++].what(sim_);
  }

  bool due(const step& done) {
    if (ticket_ == 0)
      return false;
    switch (point_.when) {
    case crash_at::sent_dropped:
    case crash_at::sent_landing:
    case crash_at::handed_over:
      return true;
    case crash_at::executed:
      return done.kind == step_kind::execute && done.ticket == ticket_;
    case crash_at::answered:
      return done.kind == step_kind::deliver_reply && done.ticket == ticket_;
    }
    return false;
  }

  void crash() {
    crashed_ = true;
    crashed_at_ = sim_.clock.steady();
    if (point_.when == crash_at::handed_over) {
      sim_.find_operator("a")->lose_lease();
      sim_.start("b");
      return;
    }
    if (point_.when == crash_at::answered)
      sim_.find_operator("a")->run_all();
    bool drop = point_.when == crash_at::sent_dropped;
    sim_.kill("a", drop ? fate::drop : fate::land);
    sim_.start("a", point_.lose_journal);
  }

  const story& story_;
  crash_point point_;
  simulation sim_;
  int writes_ = 0;
  std::size_t acted_ = 0;
  std::uint64_t ticket_ = 0;
  bool crashed_ = false;
  manual_clock::steady_point crashed_at_{};
};

void erase_all(json::object& from, std::initializer_list<const char*> keys) {
  for (auto* key : keys)
    from.erase(key);
}

/// What users care about: no times, and nothing that tells one attempt from the
/// next, since superseding one that never had a driver is no event to them.
std::string told_by_status(simulation& sim) {
  auto app = sim.app("ns", "app");
  auto status = app->as_object().at("status").as_object();
  erase_all(status, {"lastSubmissionAttemptTime", "terminationTime",
                     "submissionID", "sparkApplicationId"});
  // Nobody makes a web UI reachable whose driver has ended meanwhile.
  erase_all(status.at("driverInfo").as_object(),
            {"webUIServiceName", "webUIPort", "webUIAddress",
             "webUIIngressName", "webUIIngressAddress"});
  // How many executors a driver gets before it ends is its own matter.
  erase_all(status, {"executorState", "executorCounts"});
  erase_all(status.at("claim").as_object(), {"number", "epoch"});
  json::array conditions;
  for (auto& c : status.at("conditions").as_array()) {
    c.as_object().erase("lastTransitionTime");
    // Only who looks while it runs can say that it ran.
    if (text(c, "/type") != "Running")
      conditions.push_back(c);
  }
  status["conditions"] = std::move(conditions);
  return canonical_json(status);
}

void check_undisturbed(simulation& sim, const std::string& expected) {
  auto app = sim.app("ns", "app");
  auto uid = text(*app, "/metadata/uid");
  CHECK(sim.rules.of(uid).drivers == 1);
  CHECK(number(*app, "/status/executionAttempts") == 1);
  CHECK(number(*app, "/status/submissionAttempts") == 1);
  CHECK(told_by_status(sim) == expected);
}

std::string uncrashed(const story& what, std::uint64_t seed) {
  crashing_life life{what, {0, {}, false, seed}, false};
  life.run();
  return what.undisturbed ? told_by_status(life.sim()) : "";
}

/// All n of one fate; gives how many there were.
int crash_points(const story& what, crash_point point,
                 const std::string& expected) {
  auto chosen = std::getenv("SIM_CRASH");
  for (point.nth = 1;; ++point.nth) {
    // Every other time without the journal; the next fate the other way round.
    auto turn = static_cast<std::uint64_t>(point.nth) + point.seed +
                static_cast<std::uint64_t>(point.when);
    point.lose_journal = turn % 2 == 0;
    auto name = fmt::format("{} at {} fate {} journal {} seed {}", what.name,
                            point.nth, static_cast<int>(point.when),
                            point.lose_journal ? "lost" : "kept", point.seed);
    crashing_life life{what, point, chosen && name == chosen};
    INFO("repeat: SIM_CRASH='" << name << "' sim_tests 'an operator that *'");
    try {
      if (!life.run())
        return point.nth - 1;
      if (what.undisturbed)
        check_undisturbed(life.sim(), expected);
    } catch (const violation& why) {
      FAIL_CHECK(why.what());
    }
    if (point.nth > 200)
      return point.nth;
  }
}

/// Every fate with one of three seeds; with SIM_CRASHES=all each with all
/// three, which takes minutes under a sanitizer.
int crash_points(const story& what, std::uint64_t seed) {
  std::string expected;
  REQUIRE_NOTHROW(expected = uncrashed(what, seed));
  int points = 0;
  for (auto when :
       {crash_at::sent_dropped, crash_at::sent_landing, crash_at::executed,
        crash_at::answered, crash_at::handed_over})
    if (std::getenv("SIM_CRASHES") ||
        static_cast<std::uint64_t>(when) % 3 + 1 == seed)
      points += crash_points(what, {0, when, false, seed}, expected);
  return points;
}

} // namespace

TEST_CASE("an operator that ends around any write leaves no trace", "[long]") {
  auto* only = std::getenv("SIM_STORY");
  int points = 0;
  for (auto& what : stories())
    for (std::uint64_t seed = 1; seed <= 3; ++seed)
      if (!only || what.name == only)
        points += crash_points(what, seed);
  std::cout << "crash points: " << points << "\n";
  CHECK((only || points > 1000));
}
