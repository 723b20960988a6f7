#include "tests/actors/app/machine_dsl.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace spark;
using namespace spark::test;

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
      .then({driver_failed{"late", false, "ErrImagePull"}, policy_finished{}});
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
