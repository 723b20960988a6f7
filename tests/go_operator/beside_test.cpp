// A Go operator that still runs: named, not fought. And what belongs to nobody
// any more, or to somebody else.
#include "messages/ids.hpp"
#include "tests/go_operator/left_behind.hpp"

#include <catch2/catch.hpp>

using namespace spark;
using namespace spark::test;
using namespace std::chrono_literals;

namespace {

const std::string pods = "/api/v1/namespaces/ns/pods";
const std::string driver_path = pods + "/app-driver";

/// Writes statuses as a Go operator does: as a whole, of what it knows.
class go_operator {
public:
  explicit go_operator(simulation& sim) : sim_{sim} {}

  /// Our members go; what it has to say itself is `own`.
  void writes(json::object own = {}) {
    json::object status{{"claim", nullptr},
                        {"conditions", nullptr},
                        {"observedGeneration", nullptr},
                        {"failureCounts", nullptr},
                        {"executorCounts", nullptr}};
    for (auto& member : own)
      status[member.key()] = member.value();
    sim_.say("the Go operator writes");
    sim_.server.patch(apps_path("ns") + "/app/status",
                      {{"status", std::move(status)}});
  }

  /// All the while, as executors come and go.
  void works_for(milliseconds time) {
    for (milliseconds spent{0}; spent < time; spent += 20s) {
      sim_.run_for(20s);
      auto* state = spent.count() / 20000 % 2 == 0 ? "RUNNING" : "PENDING";
      writes({{"executorState", {{"app-go-exec-9", state}}}});
    }
  }

private:
  simulation& sim_;
};

struct world {
  explicit world(std::uint64_t seed = 1) : sim{options(seed)}, go{sim} {}

  simulation_options options(std::uint64_t seed) {
    simulation_options out;
    out.seed = seed;
    out.trace = std::getenv("SIM_TRACE") != nullptr;
    out.kubelet.plan = [this](auto&) {
      pod_end how;
      how.never = !may_end;
      return how;
    };
    return out;
  }

  std::string leave_running(bool owned) {
    return leave(sim, {"RUNNING", driver_left::runs, becoming::ends_well, 2,
                       owned, "Never"});
  }

  [[nodiscard]] std::int64_t claim() const {
    return number(*sim.app("ns", "app"), "/status/claim/number");
  }

  void await_claim() {
    REQUIRE(sim.run_until([this] { return claim() > 0; }, 10min));
  }

  bool shows_contest() const {
    auto* all = find(*sim.app("ns", "app"), "/status/conditions");
    if (all && all->is_array())
      for (auto& c : all->get_array())
        if (text(c, "/type") == "Contested")
          return text(c, "/status") == "True";
    return false;
  }

  /// By our operator: "POST pods", "PATCH sparkapplications", ...
  int did(const std::string& method, const std::string& collection) const {
    int n = 0;
    for (auto& c : sim.server.commits())
      n += c.call.client == "a" && c.call.method == method &&
           c.id.collection.compare(0, collection.size(), collection) == 0;
    return n;
  }

  void ends() {
    may_end = true;
    sim.finish();
    CHECK(sim.state("ns", "app") == "COMPLETED");
  }

  void check_nothing_left() {
    sim.delete_app("ns", "app");
    sim.run_for(2min);
    CHECK(sim.server.list("/api/v1/pods").empty());
    CHECK(sim.server.list("/api/v1/configmaps").empty());
  }

  bool may_end = false;
  simulation sim;
  go_operator go;
};

} // namespace

TEST_CASE("a Go operator that goes on beside ours is named, not fought") {
  world w;
  w.leave_running(true);
  w.sim.start("a");
  w.await_claim();
  auto before = w.did("PATCH", "sparkapplications");
  bool named = false;
  w.sim.after_step = [&](const step&) { named = named || w.shows_contest(); };
  w.go.works_for(3h);
  CHECK(named);
  auto writes = w.did("PATCH", "sparkapplications") - before;
  CHECK(writes < 80); // it has written 540 times
  CHECK(w.did("POST", "pods") == 0);
  CHECK(w.did("DELETE", "pods") == 0);
  // It stops, and is given as long as the last time.
  w.sim.run_for(90min);
  w.ends();
  CHECK(w.claim() == 1);
  w.check_nothing_left();
}

TEST_CASE("a claim that was dropped is not made twice") {
  for (bool lose_journal : {false, true})
    for (bool ended : {false, true}) {
      INFO("journal lost: " << lose_journal << ", ended: " << ended);
      world w;
      w.sim.add_app("ns", "app");
      w.sim.start("a");
      REQUIRE(w.sim.run_until(
          [&] { return w.sim.state("ns", "app") == "RUNNING"; }, 10min));
      if (ended)
        w.ends();
      w.sim.kill("a");
      w.go.writes();
      w.sim.start("a", lose_journal);
      w.sim.run_for(1h);
      w.ends();
      CHECK(w.claim() == 1);
      CHECK(w.did("POST", "pods") == 1);
      CHECK(w.did("DELETE", "pods") == 0);
      w.check_nothing_left();
    }
}

TEST_CASE("what a Go operator starts beside ours is left to it") {
  world w;
  w.sim.add_app("ns", "app");
  w.sim.start("a");
  REQUIRE(w.sim.run_until([&] { return w.sim.state("ns", "app") == "RUNNING"; },
                          10min));
  w.sim.delete_pod("ns", "app-driver");
  const std::string theirs = "77777777-7777-4777-8777-777777777777";
  w.go.writes({{"submissionID", theirs},
               {"applicationState", {{"state", "SUBMITTED"}}},
               {"executionAttempts", 1},
               {"submissionAttempts", 1}});
  REQUIRE(
      w.sim.run_until([&] { return !w.sim.server.get(driver_path); }, 5min));
  leave_driver(w.sim, theirs, "");
  w.sim.run_for(5min);
  CHECK(w.shows_contest());
  CHECK(w.did("DELETE", "pods") == 0);
  // It falls silent: its attempt is taken over, and watched to its end.
  REQUIRE(w.sim.run_until([&] { return w.claim() == 2; }, 20min));
  w.ends();
  CHECK(w.did("POST", "pods") == 1);
  CHECK(text(*w.sim.app("ns", "app"), "/status/submissionID") == theirs);
  w.check_nothing_left();
}

TEST_CASE("a Go operator that cannot submit beside ours takes nothing away") {
  enum class ours { goes_on, restarts, restarts_without_journal };
  for (auto life :
       {ours::goes_on, ours::restarts, ours::restarts_without_journal}) {
    INFO("life " << static_cast<int>(life));
    world w;
    w.sim.add_app("ns", "app");
    w.sim.start("a");
    REQUIRE(w.sim.run_until(
        [&] { return w.sim.state("ns", "app") == "RUNNING"; }, 10min));
    // The driver's name is taken, by ours.
    for (auto* state : {"SUBMISSION_FAILED", "FAILED"})
      w.go.writes({{"submissionID", "88888888-8888-4888-8888-888888888888"},
                   {"applicationState", {{"state", state}}},
                   {"executionAttempts", 0},
                   {"submissionAttempts", 1}});
    if (life != ours::goes_on) {
      w.sim.kill("a");
      w.sim.start("a", life == ours::restarts_without_journal);
    }
    w.sim.run_for(20min);
    CHECK(w.sim.state("ns", "app") == "RUNNING");
    w.ends();
    CHECK(w.claim() == 1);
    CHECK(w.did("POST", "pods") == 1);
    CHECK(w.did("DELETE", "pods") == 0);
    w.check_nothing_left();
  }
}

namespace {

/// What it may write of our attempt, or of one that it could not submit since
/// our driver has the name. Of an end or a rerun it speaks when the driver is
/// gone, and is believed.
void any_word(world& w) {
  static const std::vector<const char*> lives{"SUBMITTED", "RUNNING",
                                              "UNKNOWN"};
  static const std::vector<const char*> fails{"SUBMISSION_FAILED", "FAILED"};
  auto state = [&w](auto& among) {
    return json::object{{"state", among[w.sim.draw(among.size())]}};
  };
  json::object own;
  switch (w.sim.draw(4)) {
  case 0:
    own["applicationState"] = state(lives);
    break;
  case 1:
    own["submissionID"] = w.sim.draw(2) == 0
                              ? "99999999-9999-4999-8999-999999999999"
                              : "88888888-8888-4888-8888-888888888888";
    own["applicationState"] = state(fails);
    break;
  default:
    break;
  }
  w.go.writes(std::move(own));
}

void any_life(std::uint64_t seed) {
  world w{seed};
  auto& sim = w.sim;
  bool ours = seed % 2 == 0;
  if (ours)
    sim.add_app("ns", "app");
  else
    w.leave_running(seed % 4 == 1);
  sim.start("a");
  REQUIRE(sim.run_until([&] { return sim.state("ns", "app") == "RUNNING"; },
                        10min));
  w.await_claim();
  for (int i = 0; i < 8; ++i) {
    w.may_end = seed % 4 == 0 && i > 3; // in the midst of it
    sim.run_for(milliseconds{sim.draw(20 * 60 * 1000)});
    if (sim.draw(3) == 0) {
      sim.kill("a", sim.draw(2) == 0 ? fate::land : fate::drop);
      sim.start("a", sim.draw(2) == 0);
    }
    for (auto words = sim.draw(4); words > 0; --words)
      any_word(w);
  }
  sim.run_for(3h);
  CHECK(sim.state("ns", "app") == (w.may_end ? "COMPLETED" : "RUNNING"));
  w.ends();
  CHECK(w.did("POST", "pods") == (ours ? 1 : 0));
  CHECK(w.did("DELETE", "pods") == 0);
  w.check_nothing_left();
}

} // namespace

TEST_CASE("whatever a Go operator writes, the driver that runs is watched",
          "[long]") {
  auto* given = std::getenv("SIM_SEED");
  auto one = given ? std::strtoull(given, nullptr, 10) : 0;
  auto* more = std::getenv("GO_SEEDS");
  auto seeds = more ? std::strtoull(more, nullptr, 10) : 40;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed)
    if (one == 0 || seed == one) {
      INFO("repeat: SIM_SEED=" << seed);
      try {
        any_life(seed);
      } catch (const violation& why) {
        FAIL_CHECK(why.what());
      }
    }
}

TEST_CASE("a driver that its user keeps is kept") {
  for (bool ended : {false, true}) {
    INFO("ended: " << ended);
    world w;
    w.leave_running(false);
    w.sim.start("a");
    w.await_claim();
    if (ended)
      w.ends();
    w.sim.delete_app("ns", "app", "Orphan");
    w.sim.run_for(10min);
    CHECK_FALSE(w.sim.app("ns", "app"));
    CHECK(w.sim.server.get(driver_path));
    CHECK(w.did("DELETE", "pods") == 0);
  }
}

TEST_CASE("a driver that is older than the application is not its own") {
  world w;
  leave_driver(w.sim, "33333333-3333-4333-8333-333333333333", "");
  w.sim.pass_time(1min);
  w.sim.add_app("ns", "app");
  w.sim.start("a");
  w.sim.run_for(20min); // the name is taken: it fails at last
  CHECK(w.sim.state("ns", "app") == "FAILED");
  w.sim.delete_app("ns", "app");
  w.sim.run_for(2min);
  CHECK(w.sim.server.get(driver_path));
}

TEST_CASE("what our own user kept is not taken for a Go operator's") {
  world w;
  w.sim.add_app("ns", "app");
  // As young as the application, and of our form.
  leave_driver(w.sim, submission_id("an-earlier-app", 1), "");
  w.sim.start("a");
  w.sim.run_for(20min);
  CHECK(w.sim.state("ns", "app") == "FAILED");
  CHECK(w.sim.server.get(driver_path));
}

TEST_CASE("a driver without owner goes when a time to live is over") {
  world w;
  auto uid = leave(w.sim, {"COMPLETED", driver_left::ended_well,
                           becoming::stays_well, 1, false, "Never"});
  w.sim.server.patch(apps_path("ns") + "/app",
                     {{"spec", {{"timeToLiveSeconds", 60}}}});
  w.sim.start("a");
  REQUIRE(w.sim.run_until([&] { return !w.sim.app("ns", "app"); }, 10min));
  w.sim.run_for(1min);
  CHECK(w.sim.server.list("/api/v1/pods").empty());
}
