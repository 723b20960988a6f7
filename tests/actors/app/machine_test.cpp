#include "tests/actors/app/machine_dsl.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace spark;
using namespace spark::test;

namespace {

driver_fact waiting(std::string why) {
  auto d = driver_of(1, "Pending");
  d.waiting = std::move(why);
  return d;
}

driver_fact with_exit(std::int64_t code, std::string phase = "Running") {
  auto d = driver_of(1, std::move(phase));
  d.has_exit = true;
  d.exit_code = code;
  return d;
}

driver_fact foreign() {
  auto d = driver_of(1, "Running");
  d.owner_uid = "other";
  d.owner_name = "";
  return d;
}

} // namespace

TEST_CASE("whose driver is it", "[machine]") {
  auto s = given(claimed).state();
  CHECK(owner_of(s, driver_of(1, "")) == driver_owner::current);
  CHECK(owner_of(s, driver_of(2, "")) == driver_owner::older_attempt);
  CHECK(owner_of(s, foreign()) == driver_owner::foreign);
  auto d = driver_of(1, "");
  d.owner_uid = "earlier";
  CHECK(owner_of(s, d) == driver_owner::predecessor);
  d.owner_uid.clear(); // a Go operator's: its submission id is the tie
  CHECK(owner_of(s, d) == driver_owner::current);
  d.submission_id.clear();
  CHECK(owner_of(s, d) == driver_owner::foreign);
}

TEST_CASE("the first claim", "[machine]") {
  adopted a;
  a.app = app_of(1, "1:a");
  a.epoch = 1;
  given({}).when(a).then(claiming).planned({"claim_attempt"});
}

TEST_CASE("nothing is decided twice", "[machine]") {
  given(claiming).when(app_of(1, "1:a")).then({});
  given(submitted).when(driver_observed{driver_of(1, "Pending")}).then({});
  given(submitted).when(app_of(1, "1:a", 1)).then({});
  given(posted)
      .when(settled(child::config, ending::retry, "busy"))
      .then_kinds({"attempt_blocked"})
      .when(settled(child::config, ending::retry, "busy"))
      .then({});
}

TEST_CASE("replies about another number mean nothing", "[machine]") {
  given(claiming).when(claim_settled{2, ending::done, false, ""}).then({});
  auto f = settled(child::driver, ending::refused, "no");
  f.number = 7;
  given(posted).when(f).then({});
}

TEST_CASE("a generation alone is no edit, nor is a hash alone", "[machine]") {
  auto exempt = app_of(2, "1:a", 1);
  given(running).when(exempt).then_kinds({"spec_seen"});
  auto rule = app_of(1, "1:b", 1); // the same spec cannot hash differently
  given(running).when(rule).then_kinds({"spec_seen"});
  given(running)
      .when(app_of(2, "1:b", 1))
      .then_kinds({"spec_seen", "app_invalidated"});
}

TEST_CASE("an edit before the driver is created", "[machine]") {
  SECTION("nothing of it was POSTed: at once") {
    given(claimed)
        .when(app_of(2, "1:b", 1))
        .then_kinds({"spec_seen", "attempt_superseded", "claim_intended"})
        .planned({"claim_attempt"});
  }
  SECTION("a POST may be under way: settle first") {
    auto s = given(posted);
    s.when(app_of(2, "1:b", 1)).then_kinds({"spec_seen", "driver_unsure"});
    s.at(t0 + settle_time - milliseconds{1}).when(absent()).then({});
    s.at(t0 + settle_time)
        .when(absent())
        .then_kinds({"attempt_superseded", "claim_intended"});
    CHECK(s.state().current.number == 2);
    CHECK(s.state().submission_attempts == 1);
  }
  SECTION("no look proves absence while the POST is still under way") {
    auto s = given(posted);
    s.view().in_flight.insert({effect_kind::create_driver, 1, ""});
    s.when(app_of(2, "1:b", 1)).status_is_written();
    s.at(t0 + seconds{60}).planned({});
    s.view().in_flight.clear();
    s.planned({"look_at_driver"});
  }
}

TEST_CASE("settling: no look before it could prove absence", "[machine]") {
  auto s = given(posted);
  s.when(settled(child::driver, ending::unsure, "timeout"))
      .then({driver_unsure{t0 + settle_time, "timeout"}})
      .planned({});
  CHECK(wake_at(s.state(), s.view(), t0) == t0 + settle_time);
  s.at(t0 + settle_time).planned({"look_at_driver"});
}

TEST_CASE("surely without effect: the same number again", "[machine]") {
  given(posted)
      .when(settled(child::driver, ending::retry, "busy"))
      .then_kinds({"attempt_blocked"})
      .status_is_written()
      .planned({"create_driver"});
}

TEST_CASE("a new term never POSTs an old number", "[machine]") {
  adopted a;
  a.app = app_of(1, "1:a", 1);
  a.epoch = 2;
  auto s = given(posted);
  s.when(a).then({term_began{2, t0 + settle_time}});
  s.status_is_written().planned({});
  s.at(t0 + settle_time).planned({"look_at_driver"});
  s.when(absent()).then_kinds({"attempt_superseded", "claim_intended"});
}

TEST_CASE("giving up counts from when it could not start", "[machine]") {
  auto s = given(submitted);
  s.when(driver_observed{waiting("Unschedulable")});
  s.at(t0 + seconds{3600}).when(found(waiting("Unschedulable")));
  s.then({wait_noticed{}}).status_is_written().view().looked_at = s.now();
  auto wake = wake_at(s.state(), s.view(), s.now());
  CHECK(wake == s.now() + row_of(phase::submitted).looks_again);
  s.when(driver_observed{waiting("ErrImagePull")})
      .then_kinds({"driver_changed", "wait_noticed"});
  s.at(t0 + seconds{3900}).when(driver_observed{waiting("ImagePullBackOff")});
  auto now = found(waiting("ImagePullBackOff"));
  s.at(t0 + seconds{4199}).when(now).then({}).status_is_written();
  s.view().looked_at = s.now();
  CHECK(wake_at(s.state(), s.view(), s.now()) == t0 + seconds{4200});
  s.at(t0 + seconds{4200}).when(timer_fired{}).then({});
  s.planned({"look_at_driver"});
  s.when(now).then_kinds({"driver_given_up"});
}

TEST_CASE("a driver that starts in the last moment is not given up",
          "[machine]") {
  auto s = given(submitted);
  s.when(driver_observed{waiting("ErrImagePull")});
  s.at(t0 + seconds{700}).when(found(driver_of(1, "Running")));
  s.then_kinds({"driver_changed"});
  CHECK(s.state().at == phase::running);
}

TEST_CASE("an end that comes before our DELETE counts", "[machine]") {
  auto given_up = submitted + events{driver_given_up{"ErrImagePull", "late"}};
  given(given_up)
      .when(driver_observed{with_exit(0, "Succeeded")})
      .then_kinds({"driver_changed", "driver_succeeded", "policy_finished"});
  given(given_up)
      .when(driver_gone{driver_of(1, "Failed")})
      .then({driver_failed{"late", false}, policy_finished{}});
}

TEST_CASE("users hear of a wait when it is one", "[machine]") {
  auto shown = [](story& s) {
    auto all = projection(s.state(), {}).conditions;
    return std::any_of(all.begin(), all.end(),
                       [](auto& c) { return c.type == "Blocked"; });
  };
  auto s = given(submitted);
  s.when(driver_observed{waiting("Unschedulable")});
  CHECK_FALSE(shown(s));
  s.status_is_written();
  CHECK(wake_at(s.state(), s.view(), t0) == t0 + first_look);
  s.at(t0 + first_look).when(found(waiting("Unschedulable"))).then({});
  s.view().looked_at = s.now();
  CHECK(wake_at(s.state(), s.view(), s.now()) == t0 + unscheduled_notice);
  s.at(t0 + unscheduled_notice).when(found(waiting("Unschedulable")));
  s.then({wait_noticed{}});
  CHECK(shown(s));
  s.when(driver_observed{waiting("ContainerCreating")});
  CHECK_FALSE(shown(s));
}

TEST_CASE("an old driver that does not go is told of once", "[machine]") {
  auto ending = driver_of(1, "Running");
  ending.terminating = true;
  ending.grace = 30;
  auto s = given(running + events{app_invalidated{}});
  s.when(driver_observed{ending}).then_kinds({"driver_changed"});
  s.at(t0 + seconds{89}).when(found(ending)).then({});
  s.at(t0 + seconds{90}).when(found(ending)).then_kinds({"driver_lingers"});
  s.at(t0 + seconds{200}).when(found(ending)).then({});
  CHECK(projection(s.state(), {}).conditions.back().reason == "DriverLingers");
  s.when(absent()).then({rerun_due{}});
  CHECK(s.state().lingering.empty());
}

TEST_CASE("a pod that waits for its node is not given up", "[machine]") {
  for (auto* why : {"Unschedulable", "SchedulingGated", "SchedulerError",
                    "ContainerCreating", "PodInitializing"}) {
    auto s = given(submitted);
    s.when(driver_observed{waiting(why)});
    s.at(t0 + std::chrono::hours{1000}).when(found(waiting(why)));
    CHECK(s.state().at == phase::submitted);
  }
}

TEST_CASE("start_timeout 0 never gives up", "[machine]") {
  auto s = given(submitted);
  s.state().spec.start_timeout = 0;
  s.when(driver_observed{waiting("ErrImagePull")});
  s.at(t0 + std::chrono::hours{1000}).when(found(waiting("ErrImagePull")));
  s.then({}).status_is_written();
  CHECK(wake_at(s.state(), s.view(), s.now()) != no_time);
}

TEST_CASE("how a driver ends", "[machine]") {
  auto ends = [](driver_fact d) {
    return given(running).when(driver_observed{std::move(d)}).state();
  };
  CHECK(ends(with_exit(0)).current.outcome == "Completed");
  CHECK(ends(with_exit(0, "Failed")).current.outcome == "Completed");
  CHECK(ends(driver_of(1, "Succeeded")).current.outcome == "Completed");
  CHECK(ends(with_exit(1)).current.outcome == "Failed");
  CHECK(ends(driver_of(1, "Failed")).current.outcome == "Failed");
  auto oom = with_exit(137);
  oom.reason = "OOMKilled";
  CHECK(ends(oom).application_failures == 1);
  auto evicted = driver_of(1, "Failed");
  evicted.reason = "Evicted";
  CHECK(ends(evicted).infrastructure_failures == 1);
}

TEST_CASE("a DELETED event's last state is the outcome", "[machine]") {
  given(running)
      .when(driver_gone{with_exit(0)})
      .then_kinds({"driver_changed", "driver_succeeded", "policy_finished"});
  auto evicted = driver_of(1, "Failed");
  evicted.reason = "Evicted";
  given(running)
      .when(driver_gone{evicted})
      .then_kinds({"driver_changed", "driver_failed", "policy_finished"});
  given(running)
      .when(driver_gone{driver_of(1, "Running")})
      .then({driver_missing{}})
      .when(absent())
      .then_kinds({"driver_lost", "policy_finished"});
  auto other = driver_of(1, "Running");
  other.uid = "another";
  given(running).when(driver_gone{other}).then({});
}

TEST_CASE("lost only after two looks", "[machine]") {
  auto s = given(running);
  s.when(absent()).then({driver_missing{}});
  s.when(found(driver_of(1, "Running"))).then_kinds({"driver_changed"});
  s.when(absent()).then({driver_missing{}});
  s.when(absent()).then_kinds({"driver_lost", "policy_finished"});
  CHECK(s.state().current.outcome == "DriverLost");
}

TEST_CASE("a name with another owner means that ours is gone", "[machine]") {
  given(running).when(found(foreign())).then({driver_missing{}});
}

TEST_CASE("deletion stops everything", "[machine]") {
  auto deleting = app_of(2, "1:b", 1);
  deleting.deleting = true;
  for (auto& past : {claiming, claimed, posted, submitted, running}) {
    auto s = given(past);
    s.when(deleting).then({deletion_seen{false}});
    s.when(app_of(3, "1:c", 1)).then({});
    s.when(claim_settled{1, ending::done, false, ""}).then({});
    s.when(absent());
    s.when(absent());
    CHECK(s.state().current.outcome.empty()); // no DriverLost any more
    for (auto& e : plan(s.state(), s.view(), t0 + seconds{60}))
      CHECK((e.kind == effect_kind::look_at_driver ||
             e.kind == effect_kind::delete_driver));
    CHECK(wake_at(s.state(), s.view(), t0) != no_time);
  }
}

TEST_CASE("deleting looks again every 10 s, not at once", "[machine]") {
  auto deleting = app_of(1, "1:a", 1);
  deleting.deleting = true;
  auto s = given(claimed);
  s.when(deleting);
  s.view().looked_at = t0;
  s.planned({});
  CHECK(wake_at(s.state(), s.view(), t0) == t0 + seconds{10});
  s.at(t0 + seconds{10}).planned({"look_at_driver"});
}

TEST_CASE("without a claim there is no driver to look at", "[machine]") {
  auto deleting = app_of(1, "1:a");
  deleting.deleting = true;
  given({}).when(deleting).planned({"look_at_app"});
}

TEST_CASE("an orphan is kept and still looked at", "[machine]") {
  auto orphan = app_of(1, "1:a", 1);
  orphan.deleting = orphan.orphan = true;
  auto s = given(running);
  s.when(orphan).then({deletion_seen{true}}).planned({});
  CHECK(wake_at(s.state(), s.view(), t0) == t0 + seconds{10});
  s.at(t0 + seconds{10}).planned({"look_at_driver"});
}

TEST_CASE("a create that raced the deletion is removed by uid", "[machine]") {
  auto reply = settled(child::driver, ending::done);
  reply.has_driver = true;
  reply.driver = driver_of(1, "Pending");
  auto s = given(posted + events{deletion_seen{false}});
  s.when(reply).then({stray_driver{"pod-1"}});
  // Met again by a look: one DELETE, not two.
  s.when(found(driver_of(1, "Pending"))).then_kinds({"driver_changed"});
  auto all = plan(s.state(), s.view(), t0);
  CHECK(std::set<effect>(all.begin(), all.end()).size() == all.size());
  given(posted + events{app_vanished{}})
      .when(reply)
      .then({stray_driver{"pod-1"}})
      .planned({"delete_driver"})
      .when(driver_gone{driver_of(1, "")})
      .then({stray_driver{}})
      .planned({});
  reply.driver = foreign();
  given(posted + events{app_vanished{}}).when(reply).then({});
  reply.driver = driver_of(1, "Pending");
  given(posted + events{deletion_seen{true}}).when(reply).then({});
}

TEST_CASE("an ownerless driver goes with its application", "[machine]") {
  auto d = driver_of(1, "Running");
  d.owner_uid.clear();
  d.submission_id = "go-1";
  claim_adopted theirs;
  theirs.number = 1;
  theirs.submission_id = "go-1";
  theirs.state = "RUNNING";
  theirs.unclaimed = true;
  auto go = events{theirs, driver_changed{d}};
  given(go)
      .when(app_gone{})
      .then({app_vanished{}, stray_driver{"pod-1"}})
      .planned({"delete_driver"});
  given(running).when(app_gone{}).then({app_vanished{}}).planned({});
  given(go + events{deletion_seen{true}})
      .when(app_gone{})
      .then({app_vanished{}});
}

TEST_CASE("a foreign ConfigMap: ten minutes from the first sight",
          "[machine]") {
  auto taken = settled(child::config, ending::taken, "x is not ours");
  auto s = given(claimed);
  s.when(taken).then_kinds({"attempt_blocked"});
  s.when(absent()).then({}); // says nothing about a ConfigMap
  s.at(t0 + seconds{300}).when(taken).then({});
  s.at(t0 + name_conflict_limit).when(timer_fired{}).then({});
  s.when(taken).then_kinds({"submission_failed", "policy_finished"});
}

TEST_CASE("a foreign pod: the last look decides", "[machine]") {
  auto met = posted + events{attempt_blocked{blockage::name_conflict, "pod-1",
                                             false, 0, "NameConflict", "x"}};
  auto s = given(met);
  s.at(t0 + name_conflict_limit)
      .when(found(foreign()))
      .then_kinds({"submission_failed", "policy_finished"});
  s = given(met); // it went at the last moment
  s.at(t0 + name_conflict_limit).when(absent()).then({attempt_unblocked{}});
}

TEST_CASE("an edit gets out of a name conflict", "[machine]") {
  auto s = given(posted);
  s.when(found(foreign())).then_kinds({"attempt_blocked"});
  s.when(app_of(2, "1:b", 1)).then_kinds({"spec_seen", "driver_unsure"});
  s.status_is_written();
  CHECK(wake_at(s.state(), s.view(), t0) == t0 + settle_time);
  s.at(t0 + settle_time)
      .when(found(foreign()))
      .then_kinds({"attempt_superseded", "claim_intended"});
}

TEST_CASE("an ending driver of another submission is waited for", "[machine]") {
  auto ending = foreign();
  ending.terminating = true;
  ending.grace = 3600;
  auto s = given(posted);
  s.when(found(ending)).then_kinds({"attempt_blocked"});
  CHECK(s.state().blocked == blockage::old_driver);
  s.at(t0 + seconds{3000}).when(found(ending));
  CHECK(s.state().at == phase::claimed);
}

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

TEST_CASE("superseding leaves the policy's counters alone", "[machine]") {
  auto s = given(posted);
  auto before = s.state().submission_attempts;
  s.when(settled(child::driver, ending::unsure));
  s.at(t0 + settle_time).when(absent());
  CHECK(s.state().current.number == 2);
  CHECK(s.state().submission_attempts == before);
  // ... also when the claim that follows is in doubt itself.
  s.when(claim_settled{2, ending::conflict, false, ""});
  auto seen = app_of(1, "1:a", 1);
  s.when(seen).then_kinds({"claim_intended"});
  CHECK(s.state().current.number == 2);
  CHECK(s.state().submission_attempts == before);
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
