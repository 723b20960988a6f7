#include "tests/actors/app/machine_dsl.hpp"

#include <catch2/catch.hpp>

using namespace spark;
using namespace spark::test;

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
  SECTION("without its journal it is fresh, not a Go operator's") {
    adopted a;
    a.app = app_of(1, "1:a");
    a.app.submission_id = submission_id(app_uid, 1);
    a.epoch = 1;
    given({}).when(a).then(claiming);
  }
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
  given(refused).when(a).then_kinds({"term_began"});
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
  a.app.submission_id = "go-1";
  auto s = given({});
  s.when(a);
  auto shown = projection(s.state(), seen);
  CHECK(shown.error_message == seen.error_message);
  CHECK(shown.termination_time == seen.termination_time);
  CHECK(shown.executor_state == seen.executor_state);
  CHECK(shown.claim.outcome == "Failed");
  // The next attempt shows nothing of it.
  s.when(app_of(2, "1:b", 1));
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
