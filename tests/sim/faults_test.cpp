// Faults of our own parts, and long ones of the API server.
#include "actors/app/history.hpp"
#include "actors/app/procedure.hpp"
#include "k8s/paths.hpp"
#include "messages/codec.hpp"
#include "tests/sim/simulation.hpp"

#include <catch2/catch.hpp>

using namespace spark;
using namespace spark::test;
using namespace std::chrono_literals;

namespace {

std::string name_of(int i) { return "app-" + std::to_string(i); }

bool write_of_ours(const flight& f) {
  return f.what->method != verb::get &&
         f.what->path.find("/events") == std::string::npos;
}

bool path_has(const flight& f, const char* part) {
  return f.what->path.find(part) != std::string::npos;
}

/// Runs until the state of ns/app is `state`.
void reach(simulation& sim, const std::string& state) {
  REQUIRE(sim.run_until([&] { return sim.state("ns", "app") == state; }));
}

simulation_options driver_that_waits(std::shared_ptr<bool> may_end) {
  simulation_options o;
  o.kubelet.plan = [may_end](const json::value&) {
    pod_end end;
    end.never = !*may_end;
    return end;
  };
  return o;
}

} // namespace

TEST_CASE("an actor that fails comes back, and its neighbours never notice") {
  auto may_end = std::make_shared<bool>(false);
  simulation sim{driver_that_waits(may_end)};
  auto& op = sim.start("a");
  auto uid = sim.add_app("ns", "app");
  auto other = sim.add_app("ns", "neighbour");
  for (int times = 1; times <= 3; ++times) {
    reach(sim, "RUNNING");
    REQUIRE(sim.run_until([&] { return op.app(uid) && op.app(other); }));
    auto* before = op.app(other);
    REQUIRE(op.poison(uid));
    sim.run_for(30s);
    CHECK(op.app(uid));
    CHECK(op.app(other) == before);
    CHECK(op.metric("spark_operator_actor_respawns_total") ==
          std::to_string(times));
  }
  *may_end = true;
  sim.finish();
  CHECK(sim.rules.of(uid).drivers == 1);
  CHECK(sim.rules.of(uid).status_patches <= 4);
}

TEST_CASE("an actor that keeps failing is left alone, and says so") {
  auto may_end = std::make_shared<bool>(false);
  simulation sim{driver_that_waits(may_end)};
  auto& op = sim.start("a");
  auto uid = sim.add_app("ns", "app");
  sim.add_app("ns", "neighbour");
  reach(sim, "RUNNING");
  for (int times = 0; times < 4; ++times) {
    REQUIRE(sim.run_until([&] { return op.poison(uid); }));
    sim.run_for(20s);
  }
  CHECK_FALSE(op.app(uid));
  CHECK(sim.server.get("/api/v1/namespaces/ns/events/app.quarantined"));
  auto shown = sim.server.get(application_path({"ns", "app"}));
  REQUIRE(shown);
  CHECK(json::serialize(*shown).find("\"Quarantined\"") != std::string::npos);
  *may_end = true;
  REQUIRE(sim.run_until(
      [&] { return sim.state("ns", "neighbour") == "COMPLETED"; }));
  CHECK(sim.state("ns", "app") == "RUNNING");
  // The next start looks at it anew.
  sim.kill("a");
  sim.start("a");
  sim.finish();
  CHECK(sim.state("ns", "app") == "COMPLETED");
}

TEST_CASE("whichever append fails, the application runs through") {
  int appends = 0;
  for (int n = 1; n <= 1 + appends; ++n) {
    simulation_options options;
    options.journal_explains = false;
    simulation sim{options};
    sim.journals["a"] = std::make_shared<memory_journal>();
    sim.journals["a"]->fail_append(n, error{errc::io, "disk full"});
    sim.start("a");
    auto uid = sim.add_app("ns", "app");
    // The gap must not make what is loaded another state than the live one.
    int stored = 0;
    sim.after_step = [&](const step&) {
      if (std::exchange(stored, sim.rows) == sim.rows)
        return;
      auto folded = fold(*sim.journals["a"]->load(uid));
      REQUIRE(folded);
      REQUIRE(state_hash(folded->state) ==
              sim.journals["a"]->all_rows().back().state_hash);
    };
    INFO("append " << n);
    sim.finish();
    appends = std::max(appends, sim.journals["a"]->appends());
    CHECK(sim.state("ns", "app") == "COMPLETED");
    CHECK(sim.rules.of(uid).drivers == 1);
  }
  CHECK(appends > 5);
}

TEST_CASE("without a journal that works, applications run all the same") {
  simulation_options options;
  options.journal_explains = false;
  simulation sim{options};
  sim.journals["a"] = std::make_shared<memory_journal>();
  sim.journals["a"]->fail_all(error{errc::io, "gone"});
  sim.start("a");
  for (int i = 0; i < 3; ++i)
    sim.add_app("ns", name_of(i));
  sim.run_until([&] { return !sim.state("ns", "app-0").empty(); });
  sim.kill("a");
  sim.start("a");
  sim.finish();
  CHECK(sim.state("ns", "app-2") == "COMPLETED");
}

TEST_CASE("a minute of errors, two minutes of silence: all converges") {
  auto how = GENERATE(0, 500, 429, 503);
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    simulation_options options;
    options.seed = seed;
    simulation sim{options};
    sim.start("a");
    for (int i = 0; i < 5; ++i)
      sim.add_app("ns", name_of(i));
    // Trouble begins anywhere in those lives.
    for (std::uint64_t i = 0; i < seed * 60; ++i)
      if (!sim.step())
        sim.pass_time();
    INFO("status " << how << " seed " << seed);
    if (how == 0) {
      sim.server.set_down(true);
      sim.server.disconnect(fate::land);
      sim.run_for(2min);
      sim.server.set_down(false);
    } else {
      sim.on_request = [how](const flight&) {
        return fault{fault::kind::answer, how, "down", seconds{1}};
      };
      sim.run_for(1min);
      sim.on_request = {};
    }
    auto calm = sim.clock.wall();
    REQUIRE_NOTHROW(sim.finish());
    CHECK(sim.clock.wall() - calm < 3min);
  }
}

TEST_CASE(
    "a CRD that drops claims never gets a driver, and readiness says so") {
  simulation sim;
  sim.server.rules().prune_status("sparkapplications.sparkoperator.k8s.io",
                                  {"claim"});
  auto& op = sim.start("a");
  auto uid = sim.add_app("ns", "app");
  sim.run_for(10min);
  CHECK(op.env().condition->claims_pruned);
  CHECK(sim.rules.of(uid).drivers == 0);
  CHECK(sim.server.list("/api/v1/pods").empty());
  CHECK(sim.rules.of(uid).writes <= 10); // tried again, once a minute
  CHECK(sim.rules.of(uid).writes >= 5);
}

TEST_CASE("what happened while a watch had expired is found by the list") {
  auto may_end = std::make_shared<bool>(false);
  simulation sim{driver_that_waits(may_end)};
  sim.start("a");
  sim.add_app("ns", "app");
  sim.add_app("ns", "gone");
  REQUIRE(sim.run_until([&] {
    return sim.state("ns", "app") == "RUNNING" &&
           sim.state("ns", "gone") == "RUNNING";
  }));
  // No watch can begin again before all this has happened.
  sim.on_request = [](const flight& f) {
    return path_has(f, "watch=true")
               ? fault{fault::kind::answer, 503, "not now"}
               : fault{};
  };
  sim.server.disconnect(fate::drop);
  *may_end = true;
  sim.delete_app("ns", "gone");
  sim.edit_app("ns", "app", 1);
  sim.run_for(5s);
  sim.server.compact();
  sim.on_request = {};
  sim.finish();
  CHECK(sim.state("ns", "app") == "COMPLETED");
}

TEST_CASE("an operator that cannot keep up with a watch lists again") {
  simulation sim;
  auto& op = sim.start("a");
  sim.server.set_delivery(100000, 1 << 24);
  sim.run_for(1s);
  // Twenty thousand lines wait before the operator gets to run; what else was
  // among them is lost with them.
  for (int n = 0; n < 20000; ++n)
    sim.server.send_bookmarks();
  for (int i = 0; i < 5; ++i)
    sim.add_app("ns", name_of(i));
  auto lists = op.metric("spark_operator_watch_relists_total");
  for (auto& s : sim.server.runnable())
    if (s.kind == step_kind::deliver_events)
      sim.server.run(s);
  sim.finish();
  CHECK(op.metric("spark_operator_watch_relists_total") != lists);
  CHECK(sim.state("ns", "app-4") == "COMPLETED");
}

TEST_CASE("a thousand applications do not delay another tenant's one") {
  simulation sim;
  sim.server.set_delivery(1000, 1 << 24);
  sim.start("a");
  constexpr int many = 150;
  for (int i = 0; i < many; ++i)
    sim.add_app("crowd", name_of(i));
  auto uid = sim.add_app("single", "app");
  int claims = 0;
  auto claimed = [&] {
    auto& all = sim.server.commits();
    claims = 0;
    for (auto& c : all)
      if (c.call.client == "a" && c.call.path.ends_with("status?timeout=5s") &&
          c.before && number(*c.before, "/status/claim/number") == 0) {
        ++claims;
        if (c.id.ns == "single")
          return true;
      }
    return false;
  };
  int every = 0;
  REQUIRE(sim.run_until([&] { return ++every % 200 == 0 && claimed(); }));
  // The window's worth of calls that had left, and one turn.
  CHECK(claims < 40);
}

TEST_CASE("a clock that is set back does not prolong a pause for the others") {
  simulation sim;
  auto& op = sim.start("a");
  for (int i = 0; i < 20; ++i)
    sim.add_app("ns", name_of(i));
  std::uint64_t throttled = 0;
  sim.on_request = [&](const flight& f) {
    if (throttled > 0 || !write_of_ours(f))
      return fault{};
    throttled = f.ticket;
    return fault{fault::kind::answer, 429, "slowly", seconds{2}};
  };
  bool set_back = false;
  sim.after_step = [&](const step& s) {
    if (s.kind != step_kind::deliver_reply || s.ticket != throttled)
      return;
    op.run_all();
    sim.clock.step_wall(-5min);
    set_back = true;
  };
  REQUIRE(sim.run_until([&] { return set_back; }));
  sim.run_for(20s);
  int done = 0;
  for (int i = 0; i < 20; ++i)
    done += sim.state("ns", name_of(i)) == "COMPLETED";
  CHECK(done >= 19); // the throttled one has a backoff of its own
  sim.finish();
}

TEST_CASE("an operator without its lease writes nothing, and another goes on") {
  auto may_end = std::make_shared<bool>(false);
  simulation sim{driver_that_waits(may_end)};
  sim.start("a");
  sim.add_app("ns", "app");
  reach(sim, "RUNNING");
  sim.run_for(10s); // nothing of it is under way any more
  sim.find_operator("a")->lose_lease();
  auto before = sim.server.commits().size();
  *may_end = true;
  sim.edit_app("ns", "app", 1);
  sim.run_for(1min);
  auto& all = sim.server.commits();
  for (auto i = before; i < all.size(); ++i)
    CHECK(all[i].call.client != "a");
  CHECK(sim.state("ns", "app") == "RUNNING");
  sim.start("b");
  REQUIRE(sim.run_until([&] { return sim.state("ns", "app") == "COMPLETED"; }));
  sim.kill("a");
  sim.finish();
}

TEST_CASE("a driver that was made while its application went is deleted") {
  int ours = 0;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    simulation_options options;
    options.seed = seed;
    options.races_are_ours = true;
    options.companions = {}; // which make the race a rare one
    simulation sim{options};
    bool posted = false;
    sim.on_request = [&](const flight& f) {
      posted |= f.what->method == verb::post && path_has(f, "/pods?");
      return fault{};
    };
    sim.after_step = [&](const step&) {
      if (std::exchange(posted, false))
        sim.delete_app("ns", "app");
    };
    sim.start("a");
    sim.add_app("ns", "app");
    INFO("seed " << seed);
    sim.run_until([&] { return sim.server.commits().size() > 1; });
    REQUIRE_NOTHROW(sim.finish());
    CHECK(sim.server.list("/api/v1/pods").empty());
    for (auto& c : sim.server.commits())
      ours += c.call.client == "a" && c.call.method == "DELETE" &&
              c.id.collection == "pods";
  }
  CHECK(ours > 3);
}

TEST_CASE("a create that waits for its turn is withdrawn when its owner goes") {
  simulation sim;
  auto& op = sim.start("a");
  sim.add_app("ns", "app");
  int posted = 0;
  sim.on_request = [&](const flight& f) {
    bool headless = f.what->body.find("-driver-svc") != std::string::npos;
    if (f.what->method != verb::post || !path_has(f, "/services") || !headless)
      return fault{};
    ++posted;
    return fault{fault::kind::answer, 429, "slowly", seconds{20}};
  };
  REQUIRE(sim.run_until([&] { return posted > 0; }));
  // It is refused, backs off, and then waits until the server's pause is over.
  for (int i = 0; i < 5; ++i) {
    while (sim.step()) {
    }
    sim.pass_time(2s);
  }
  CHECK(op.open_calls() > 0);
  sim.delete_app("ns", "app");
  REQUIRE_NOTHROW(sim.finish());
  CHECK(posted == 1);
}
