#include "tests/actors/app/machine_dsl.hpp"

#include <catch2/catch.hpp>

using namespace spark;
using namespace spark::test;
using namespace std::chrono_literals;

TEST_CASE("a CRD that drops claims", "[machine]") {
  claim_settled dropped;
  dropped.number = 1;
  dropped.pruned = true;
  SECTION("while claiming: nothing runs, and it is tried again") {
    auto s = given(claiming);
    s.when(dropped).then({claims_pruned{}});
    CHECK(s.state().at == phase::fresh);
    auto seen = app_of(1, "1:a");
    seen.submission_id = submission_id(app_uid, 1);
    s.when(seen).then({});
    s.at(t0 + seconds{60}).when(seen).then_kinds({"claim_intended"});
    CHECK(s.state().current.number == 1);
    CHECK(s.state().submission_attempts == 1);
    s.when(dropped).then({claims_pruned{}}); // not yet
    s.at(t0 + seconds{120}).when(seen).then_kinds({"claim_intended"});
    s.when(claim_settled{1, ending::done, false, ""});
    CHECK_FALSE(s.state().pruned);
  }
  SECTION("what is over stays over") {
    auto s = given(completed);
    s.when(dropped).then({claims_pruned{}}).planned({});
    CHECK(s.state().at == phase::completed);
  }
  SECTION("without its journal it is known by its submission id") {
    adopted a;
    a.app = app_of(1, "1:a");
    a.app.submission_id = submission_id(app_uid, 3);
    a.epoch = 1;
    auto s = given({});
    s.when(a);
    CHECK(s.state().at == phase::claimed);
    CHECK(s.state().current.number == 3);
    CHECK(s.state().current.outcome.empty());
    // No driver came of it: the next number, never this one again.
    s.at(t0 + settle_time).when(driver_looked_up{});
    CHECK(s.state().current.number == 4);
  }
}

TEST_CASE("a claim that somebody's write has dropped", "[machine]") {
  adopted a;
  a.epoch = 2;
  a.app = app_of(1, "1:a");
  a.app.submission_id = submission_id(app_uid, 1);
  a.app.writer = "spark-operator";
  SECTION("is not made again by a restart") {
    a.app.state = "RUNNING";
    a.drivers = {driver_of(1, "Running")};
    auto s = given(running);
    s.when(a);
    CHECK(s.state().at == phase::running);
    CHECK(s.state().current.number == 1);
    CHECK(s.state().contested_by == "spark-operator");
  }
  SECTION("nor what has ended, when the journal is lost, too") {
    a.app.state = "COMPLETED";
    auto s = given({});
    s.when(a);
    CHECK(s.state().at == phase::completed);
    CHECK(s.state().current.number == 1);
    CHECK(s.state().current.outcome == "Completed");
  }
  SECTION("is taken back, later each time") {
    auto o = a.app;
    o.state = "RUNNING";
    auto shown = app_of(1, "1:a", 1);
    auto s = given(running);
    auto at = t0;
    for (seconds silence : {600s, 1200s, 2400s, 4800s, 4800s}) {
      s.at(at).when(o).then_kinds({"app_contested"});
      s.at(at + silence - 1s).when(o).then({});
      s.at(at + silence).when(o).then({contest_ended{}});
      s.when(o).then({}); // seen again before our write has landed
      at += silence + 10s;
      s.at(at).when(shown);
    }
  }
}

TEST_CASE("an older journal than what the cluster holds", "[machine]") {
  adopted a;
  a.epoch = 3;
  SECTION("a claim that it meant to follow got a driver after all") {
    // This leader was about to follow 2 when another took over, made 2, and
    // saw its driver run to its end.
    auto s =
        given(claimed + events{attempt_superseded{"no driver"}, intended(3)});
    a.app = app_of(1, "1:a", 2);
    a.app.state = "SUBMITTED";
    auto d = driver_of(2, "Succeeded");
    d.has_exit = true;
    a.drivers = {d};
    s.when(a);
    CHECK(s.state().at == phase::completed);
    CHECK(s.state().current.number == 2);
  }
  SECTION("a claim that it meant to follow was suspended meanwhile") {
    auto s =
        given(claimed + events{attempt_superseded{"no driver"}, intended(2)});
    a.app = app_of(2, "1:a", 1);
    a.app.suspend = true;
    a.app.state = "SUSPENDED";
    a.app.claim_outcome = "Suspended";
    s.when(a);
    CHECK(s.state().at == phase::suspended);
    CHECK(s.state().current.number == 1);
  }
  SECTION("the attempt ended in another way than it was about to say") {
    // It saw the edit, and another leader the driver's end before that.
    auto s = given(running + events{spec_of(2, "1:b"), app_invalidated{}});
    REQUIRE(s.state().current.outcome == "Superseded");
    a.app = app_of(2, "1:b", 1);
    a.app.claim_outcome = "Completed";
    a.app.state = "SUSPENDED";
    a.app.suspend = true;
    s.when(a);
    CHECK(s.state().current.outcome == "Completed");
    CHECK(s.state().at == phase::suspended);
  }
  SECTION("a failure is on its way to its retry already") {
    driver_failed failed;
    failed.message = "exit code 1";
    retry_scheduled retry;
    retry.at = t0 + 60s;
    retry.retry = 1;
    auto s = given(running + events{failed, retry});
    REQUIRE(s.state().at == phase::failing);
    a.app = app_of(1, "1:a", 1);
    a.app.claim_outcome = "Failed";
    a.app.state = "PENDING_RERUN";
    s.when(a);
    CHECK(s.state().retry_at == no_time);
    CHECK(s.state().ended_at == no_time);
    CHECK(s.state().shows == "PENDING_RERUN");
  }
  SECTION("an attempt that it had called off ran to its end after all") {
    // Suspended before it knew whether its claim would land, which it did not.
    auto s =
        given(claiming + events{claim_unsure{"no reply"}, app_suspending{}});
    REQUIRE(s.state().current.outcome == "Suspended");
    a.app = app_of(1, "1:a", 1);
    a.app.claim_epoch = 2;
    a.app.claim_outcome = "Completed";
    a.app.state = "COMPLETED";
    s.when(a);
    CHECK(s.state().at == phase::completed);
    CHECK(s.state().current.outcome == "Completed");
  }
  SECTION("what had ended was edited, and is being replaced") {
    auto s = given(completed);
    a.app = app_of(2, "1:b", 1);
    a.app.claim_outcome = "Completed";
    a.app.state = "INVALIDATING"; // its end is shown no longer
    s.when(a);
    CHECK(s.state().at == phase::invalidating);
    CHECK(s.state().shows == "INVALIDATING");
    CHECK(s.state().ended_at == no_time);
  }
}

TEST_CASE("drivers that no status tells of", "[machine]") {
  adopted a;
  a.epoch = 1;
  a.app = app_of(1, "1:a");
  a.app.created = t0;
  auto d = driver_of(1, "Running");
  d.submission_id = "go-2";
  auto adopts = [&] {
    a.drivers = {d};
    auto s = given({});
    s.when(a);
    return s.state().current.submission_id == "go-2";
  };
  CHECK(adopts());
  SECTION("the one that the status knows is on its way out") {
    a.app.state = "PENDING_RERUN";
    CHECK(adopts());
    a.app.submission_id = "go-2";
    a.drivers = {d};
    auto s = given({});
    s.when(a);
    CHECK(s.state().at == phase::pending_rerun);
    CHECK(s.state().current.outcome == "Superseded");
  }
  SECTION("one that runs says more than a status that knows another") {
    a.app.state = "FAILED";
    a.app.submission_id = "go-3";
    CHECK(adopts());
    d.phase = "Failed";
    CHECK_FALSE(adopts());
  }
  SECTION("without owner it must not be older than the application") {
    d.owner_uid.clear();
    CHECK_FALSE(adopts());
    d.created = t0;
    CHECK(adopts());
    d.created = t0 - 1s;
    CHECK_FALSE(adopts());
  }
  SECTION("what we made for an earlier application is nobody's") {
    d.owner_uid.clear();
    d.created = t0;
    d.submission_id = submission_id("earlier", 1);
    a.drivers = {d};
    auto s = given({});
    s.when(a);
    CHECK(s.state().current.submission_id == submission_id(app_uid, 1));
  }
}

TEST_CASE("a status that has not caught up is no contest", "[machine]") {
  adopted a;
  a.epoch = 1;
  a.app = app_of(1, "1:a");
  a.app.state = "SUBMISSION_FAILED";
  a.app.submission_id = "go-1";
  auto d = driver_of(1, "Running");
  d.submission_id = "go-2";
  a.drivers = {d};
  auto s = given({});
  s.when(a);
  CHECK(s.state().current.submission_id == "go-2");
  CHECK_FALSE(s.state().contested);
}

TEST_CASE("keeping the driver is not called off", "[machine]") {
  auto s = given(running);
  auto o = app_of(1, "1:a", 1);
  o.deleting = o.orphan = true;
  s.when(o);
  o.orphan = false; // the collector is done, another finalizer is not
  s.when(o).then({});
  CHECK(s.state().orphan);
}

TEST_CASE("a Go operator ran it while we were away", "[machine]") {
  adopted a;
  a.epoch = 2;
  a.app = app_of(2, "1:b");
  a.app.submission_id = "go-1";
  a.app.state = "RUNNING";
  auto theirs = driver_of(7, "Running");
  theirs.owner_uid.clear();
  theirs.submission_id = "go-1";
  a.drivers = {theirs};
  auto s = given(completed);
  s.when(a);
  CHECK(s.state().at == phase::running);
  CHECK(s.state().current.number == 2);
  CHECK(s.state().current.submission_id == "go-1");
  CHECK(s.state().current.outcome.empty());
  for (auto& e : plan(s.state(), s.view(), t0))
    CHECK(e.kind != effect_kind::delete_driver);
}

TEST_CASE("a Go operator was faster than our claim", "[machine]") {
  auto s = given(claiming);
  s.when(claim_settled{1, ending::conflict, false, ""});
  auto seen = app_of(1, "1:a");
  seen.submission_id = "go-1";
  seen.state = "SUBMITTED";
  s.when(seen).then_kinds({"claim_adopted"});
  CHECK(s.state().at == phase::submitted);
  CHECK(s.state().current.number == 1);
}

TEST_CASE("the leader before us was faster than what we made of its status",
          "[machine]") {
  // Suspended and resumed before its first attempt: a state, and no claim.
  adopted a;
  a.epoch = 2;
  a.app = app_of(1, "1:a");
  a.app.state = "RESUMING";
  auto s = given({});
  s.when(a);
  REQUIRE(s.state().current.number == 1);
  REQUIRE(s.state().current.submission_id.empty());
  // Its claim lands before our write, which the server refuses for it.
  auto theirs = app_of(1, "1:a", 1);
  theirs.state = "RESUMING";
  theirs.claim_epoch = 1;
  s.when(theirs);
  CHECK(s.state().at == phase::claimed);
  CHECK(s.state().current.submission_id == submission_id(app_uid, 1));
  CHECK(s.state().current.outcome.empty());
  CHECK_FALSE(s.state().current.mine);
  // Until nothing of it can land any more; then the next number.
  s.at(t0 + settle_time - 1s).when(driver_looked_up{});
  CHECK(s.state().current.number == 1);
  s.at(t0 + settle_time).when(driver_looked_up{});
  CHECK(s.state().current.number == 2);
}

TEST_CASE("what we refused alone, another leader may have run", "[machine]") {
  auto refused = claiming + events{spec_refused{"no"}, policy_finished{}};
  adopted a;
  a.epoch = 3;
  a.app = app_of(2, "1:b", 1);
  a.app.claim_generation = 2;
  a.app.claim_hash = "1:b";
  a.app.state = "RUNNING";
  a.drivers = {driver_of(1, "Running")};
  auto s = given(refused);
  s.when(a);
  CHECK(s.state().at == phase::running);
  CHECK(s.state().current.outcome.empty());
  // Our own refusal, seen again, is nothing new.
  a.app = app_of(1, "1:a", 1);
  a.app.claim_outcome = "Refused";
  a.app.state = "FAILED";
  a.drivers.clear();
  given(refused).when(a).then_kinds({"term_began", "claims_kept"});
}

TEST_CASE("failure counts outlive the journal", "[machine]") {
  adopted a;
  a.app = app_of(1, "1:a", 3);
  a.app.claim_outcome = "Failed";
  a.app.state = "FAILED";
  a.app.application_failures = 2;
  a.app.infrastructure_failures = 1;
  auto s = given({});
  s.when(a);
  CHECK(projection(s.state(), {}).failures_application == 2);
  CHECK(projection(s.state(), {}).failures_infrastructure == 1);
}

TEST_CASE("orphaned unseen: the driver stays", "[machine]") {
  auto kept = driver_of(1, "Running");
  kept.owner_uid.clear(); // the garbage collector let it go
  given(running + events{driver_changed{kept}})
      .when(app_gone{})
      .then({app_vanished{}});
}

TEST_CASE("what older attempts left goes", "[machine]") {
  auto second = running + events{app_invalidated{}, rerun_due{},
                                 intended(2, 2, "1:b"), claim_made{2}};
  SECTION("not before their last create has ended") {
    auto s = given(second);
    s.view().in_flight.insert({effect_kind::create_config, 1, ""});
    s.at(t0 + settle_time).planned({});
    s.view().in_flight.clear();
    s.planned({"sweep_attempt"});
    s.view().creates_settled_at = s.now() + settle_time;
    s.planned({});
  }
  SECTION("also beside a driver that was adopted") {
    adopted a;
    a.epoch = 2;
    a.app = app_of(1, "1:a", 2);
    a.app.state = "RUNNING";
    a.drivers = {driver_of(2, "Running")};
    auto s = given({});
    s.when(a).status_is_written();
    s.planned({"sweep_attempt"});
    auto done = settled(child::sweep, ending::done);
    done.number = 2;
    s.when(done).then({child_ready{child::sweep}});
  }
}

TEST_CASE("what older attempts left goes also where the name is taken",
          "[machine]") {
  adopted a;
  a.epoch = 2;
  a.app = app_of(1, "1:a", 2);
  auto s = given({});
  s.when(a).status_is_written();
  auto before = s.state().current.settle_until;
  s.at(before)
      .when(found(foreign()))
      .planned({"sweep_attempt", "patch_status"});
}

TEST_CASE("what the cluster says counts, but an outcome stands", "[machine]") {
  adopted a;
  a.epoch = 2;
  a.app = app_of(1, "1:a", 1);
  a.app.state = "RUNNING";
  auto s = given(completed);
  s.when(a).then({term_began{2, t0 + settle_time}});
  CHECK(s.state().current.outcome == "Completed");
  CHECK(s.state().at == phase::completed);
}

TEST_CASE("an attempt of another operator keeps what it says of its end",
          "[machine]") {
  application_status seen;
  seen.state = "FAILED";
  seen.error_message = "driver container failed";
  seen.termination_time = "2025-12-31T00:00:00Z";
  seen.submission_id = "go-1";
  seen.executor_state["pi-exec-1"] = "FAILED";
  adopted a;
  a.app = app_of(1, "1:a");
  a.app.state = "FAILED";
  a.app.error_message = seen.error_message;
  a.app.ended_at = from_rfc3339(seen.termination_time);
  a.app.submission_id = "go-1";
  auto s = given({});
  s.when(a);
  auto shown = projection(s.state(), seen);
  CHECK(shown.error_message == seen.error_message);
  CHECK(shown.termination_time == seen.termination_time);
  CHECK(shown.executor_state == seen.executor_state);
  CHECK(shown.claim.outcome == "Failed");
  // The next attempt shows nothing of it.
  auto edited = app_of(2, "1:b", 1);
  edited.submission_id = "go-1";
  edited.claim_outcome = "Failed";
  edited.ended_at = a.app.ended_at;
  s.when(edited);
  shown = projection(s.state(), shown);
  CHECK(shown.error_message.empty());
  CHECK(shown.termination_time.empty());
  CHECK(shown.executor_state.empty());
}

TEST_CASE("a Go operator's transient states are over for us", "[machine]") {
  for (auto [theirs, ours] : {std::pair{"SUBMISSION_FAILED", "FAILED"},
                              {"FAILING", "FAILED"},
                              {"SUCCEEDING", "COMPLETED"},
                              {"COMPLETED", "COMPLETED"}}) {
    adopted a;
    a.app = app_of(1, "1:a");
    a.app.state = theirs;
    a.app.submission_id = "go-1";
    CHECK(given({}).when(a).state().shows == ours);
  }
}
