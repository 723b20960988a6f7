#include "tests/actors/app/machine_dsl.hpp"

#include <catch2/catch.hpp>

using namespace spark;
using namespace spark::test;

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
      .then_kinds({"driver_changed", "driver_succeeded", "policy_finished",
                   "driver_missing"});
  auto evicted = driver_of(1, "Failed");
  evicted.reason = "Evicted";
  given(running)
      .when(driver_gone{evicted})
      .then_kinds({"driver_changed", "driver_failed", "policy_finished",
                   "driver_missing"});
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
