#include "actors/app/driver_truth.hpp"
#include "tests/actors/app/procedure_run.hpp"

#include <catch2/catch.hpp>

using namespace spark;
using namespace spark::test;

TEST_CASE("how a reply to a write is to be read", "[procedure]") {
  CHECK(ending_of(answer(201)) == ending::done);
  CHECK(ending_of(exists()) == ending::taken);
  CHECK(ending_of(conflict()) == ending::conflict);
  CHECK(ending_of(not_sent()) == ending::retry);
  CHECK(ending_of(lost()) == ending::unsure);
  CHECK(ending_of(failure(429, "slow")) == ending::retry);
  CHECK(ending_of(failure(503, "down")) == ending::retry);
  CHECK(ending_of(failure(401, "who")) == ending::retry);
  CHECK(ending_of(failure(403, "x exceeded quota: q")) == ending::retry);
  CHECK(ending_of(failure(408, "slow")) == ending::unsure);
  CHECK(ending_of(failure(500, "failed calling webhook \"x\"")) ==
        ending::retry);
  CHECK(ending_of(failure(500, "etcd")) == ending::unsure);
  CHECK(ending_of(failure(504, "timeout")) == ending::unsure);
  for (int status : {400, 403, 404, 413, 422})
    CHECK(ending_of(failure(status, "no")) == ending::refused);
}

TEST_CASE("claiming", "[procedure]") {
  auto s = given(claiming).state();
  run r{effect_kind::claim_attempt, s};
  r.expect(verb::patch, app_path + "/status" + in5);
  CHECK(r.call().rank == priority::claim);
  auto sent = r.body();
  CHECK(sent.at("metadata").at("uid") == app_uid);
  CHECK(sent.at("metadata").at("resourceVersion") == "7");
  auto& status = sent.at("status").as_object();
  CHECK(status.at("claim").at("number") == 1);
  CHECK(status.at("submissionID") == submission_id(app_uid, 1).c_str());
  CHECK(status.at("submissionAttempts") == 1);
  CHECK(status.at("driverInfo").at("podName") == "pi-driver");
  CHECK(status.contains("lastSubmissionAttemptTime"));
  CHECK(status.at("applicationState") == boost::json::value{{"state", ""}});
  CHECK_FALSE(status.contains("executionAttempts"));

  auto settles = [&](const reply& answer) {
    return run{effect_kind::claim_attempt, s}.answered(answer);
  };
  CHECK(settles(answer(200, app(1))).fact<claim_settled>().how == ending::done);
  CHECK_FALSE(settles(answer(200, app(1))).fact<claim_settled>().pruned);
  CHECK(settles(answer(200, app(0))).fact<claim_settled>().pruned);
  CHECK(settles(conflict()).fact<claim_settled>().how == ending::conflict);
  CHECK_FALSE(settles(conflict()).end().failed);
  CHECK(settles(lost()).fact<claim_settled>().how == ending::unsure);
  CHECK(settles(failure(404, "gone")).end().app_is_gone);
  // Accepted, but the reply cannot be read: nobody prunes anything.
  reply torn = answer(200);
  torn.body = "{\"metadata\":{\"na";
  CHECK(settles(torn).fact<claim_settled>().how == ending::unsure);
  CHECK_FALSE(settles(torn).fact<claim_settled>().pruned);
}

TEST_CASE("looking at the driver", "[procedure]") {
  auto s = given(submitted).state();
  auto look = [&](const reply& r) {
    run out{effect_kind::look_at_driver, s};
    out.expect(verb::get, core + "pods/pi-driver");
    out.answered(r);
    return out;
  };
  CHECK(look(answer(200, pod(app_uid))).fact<driver_looked_up>().found);
  auto gone = look(failure(404, "not found"));
  CHECK_FALSE(gone.fact<driver_looked_up>().found);
  CHECK(gone.end().looked_at_driver);
  for (auto& r : {lost(), failure(500, "x"), failure(403, "no")}) {
    auto failed = look(r);
    CHECK(failed.end().stimuli.empty()); // only a 404 is absence
    CHECK(failed.end().failed);
    CHECK_FALSE(failed.end().looked_at_driver);
  }
}

TEST_CASE("a driver that does not start: its Events say why", "[procedure]") {
  auto s = given(submitted).state();
  auto creating = pod(app_uid);
  creating["status"] = json::parse(R"({"phase": "Pending",
    "containerStatuses": [{"name": "spark-kubernetes-driver",
      "state": {"waiting": {"reason": "ContainerCreating"}}}]})");
  auto event = [](const char* type, const char* reason, const char* at) {
    return json::object{{"type", type},
                        {"reason", reason},
                        {"message", "words"},
                        {"lastTimestamp", at}};
  };
  auto look = [&](const reply& events) {
    run out{effect_kind::look_at_driver, s};
    out.answered(answer(200, creating));
    out.expect(verb::get, core + "events?limit=100&fieldSelector="
                                 "involvedObject.uid%3Dpod-1");
    out.answered(events);
    return out.fact<driver_looked_up>().driver;
  };
  auto list = [](json::array items) {
    return answer(200, json::object{{"items", std::move(items)}});
  };
  auto scheduled = event("Normal", "Scheduled", "2026-01-01T00:00:00Z");
  auto failed = event("Warning", "FailedMount", "2026-01-01T00:00:05Z");
  auto pulling = event("Normal", "Pulling", "2026-01-01T00:00:09Z");
  auto d = look(list({failed, scheduled}));
  CHECK(d.complaint == "FailedMount");
  CHECK(d.complaint_message == "words");
  CHECK(cannot_start(d));
  CHECK(look(list({pulling, scheduled, failed})).complaint.empty());
  for (auto& nothing : {list({}), failure(403, "no"), lost(),
                        answer(200, json::object{{"items", 3}})})
    CHECK_FALSE(cannot_start(look(nothing)));
  // Warnings of other things come again and again while all is well.
  auto noise = event("Warning", "DNSConfigForming", "2026-01-01T00:00:30Z");
  CHECK_FALSE(cannot_start(look(list({pulling, noise}))));
  CHECK(look(list({failed, noise})).complaint == "FailedMount");
}

TEST_CASE("Events are asked for where they can tell more", "[procedure]") {
  auto s = given(submitted).state();
  auto asks = [&](const char* node, const char* status) {
    auto it = pod(app_uid);
    it["spec"] = json::object{{"nodeName", node}};
    it["status"] = json::parse(status);
    run out{effect_kind::look_at_driver, s};
    out.answered(answer(200, it));
    return !out.has_ended();
  };
  CHECK(asks("n1", R"({"phase": "Pending"})")); // the node says nothing
  CHECK_FALSE(asks("", R"({"phase": "Pending"})"));
  CHECK(asks("n1", R"({"phase": "Pending", "containerStatuses": [
    {"name": "spark-kubernetes-driver",
     "state": {"waiting": {"reason": "PodInitializing"}}}]})"));
  CHECK_FALSE(asks("n1", R"({"phase": "Pending", "containerStatuses": [
    {"name": "spark-kubernetes-driver",
     "state": {"waiting": {"reason": "ErrImagePull"}}}]})"));
  CHECK_FALSE(asks("n1", R"({"phase": "Running"})"));
}

TEST_CASE("deleting a driver", "[procedure]") {
  auto s = given(submitted).state();
  auto del = [&] { return run{effect_kind::delete_driver, s, "pod-1"}; };
  SECTION("only while our claim stands") {
    auto r = del();
    r.expect(verb::get, app_path);
    r.answered(answer(200, app(2)));
    CHECK(r.end().failed);
    CHECK(r.end().app->fact.claim_number == 2);
  }
  SECTION("by uid, with its own grace") {
    auto r = del();
    r.answered(answer(200, app(1)))
        .expect(verb::del, core + "pods/pi-driver" + in5);
    auto sent = r.body();
    CHECK(sent.at("preconditions").at("uid") == "pod-1");
    CHECK_FALSE(sent.as_object().contains("gracePeriodSeconds"));
    r.answered(answer(200));
    CHECK(r.end().stimuli.empty()); // its delete event says when it is gone
    CHECK(r.end().pause == seconds{5});
  }
  SECTION("gone, or its name has another pod") {
    for (auto& reply : {failure(404, "not found"), conflict()}) {
      auto r = del();
      r.answered(answer(200, app(1))).answered(reply);
      CHECK(r.fact<driver_gone>().driver.uid == "pod-1");
    }
  }
  SECTION("the application is gone or another: nothing to ask") {
    auto r = del();
    r.answered(failure(404, "not found"))
        .expect(verb::del, core + "pods/pi-driver" + in5);
    auto other = del();
    other.answered(answer(200, app(1, "uid-2")));
    other.expect(verb::del, core + "pods/pi-driver" + in5);
    CHECK(other.answered(answer(200)).end().stimuli.empty());
  }
  SECTION("no reply says nothing") {
    auto r = del();
    r.answered(lost());
    CHECK(r.end().failed);
  }
}

TEST_CASE("sweeping", "[procedure]") {
  auto s = given(claimed).state();
  auto ours = submission_id(app_uid, 1);
  auto list = [&](std::initializer_list<json::object> all) {
    json::array items;
    for (auto& o : all)
      items.push_back(o);
    return answer(200, json::object{{"items", items}});
  };
  run r{effect_kind::sweep_attempt, s};
  r.expect(verb::get,
           core + "configmaps?labelSelector=sparkoperator.k8s.io%2Fapp-name"
                  "%3Dpi");
  r.answered(list({owned("mine", "1", app_uid, "h", ours),
                   owned("old", "2", app_uid, "h", "older"),
                   owned("foreign", "3", "other", "h", "older")}));
  r.expect(verb::del, core + "configmaps/old" + in5);
  CHECK(r.body().at("preconditions").at("uid") == "2");
  r.answered(failure(404, "not found"));
  r.expect(verb::get,
           core + "services?labelSelector=sparkoperator.k8s.io%2Fapp-name"
                  "%3Dpi");
  r.answered(list({}));
  r.expect(verb::get, core + "persistentvolumeclaims?labelSelector="
                             "sparkoperator.k8s.io%2Fapp-name%3Dpi");
  r.answered(list({}));
  const std::string policies =
      "/apis/networking.k8s.io/v1/namespaces/ns/networkpolicies";
  r.expect(verb::get, policies + "?labelSelector=sparkoperator.k8s.io%2F"
                                 "app-name%3Dpi");
  r.answered(list({owned("policy", "4", app_uid, "h", "older")}));
  r.expect(verb::del, policies + "/policy" + in5);
  r.answered(answer(200));
  // Executors go with their driver, unless the application owns them, too.
  r.expect(verb::get, core + "pods?labelSelector=sparkoperator.k8s.io%2F"
                             "app-name%3Dpi%2Cspark-role%3Dexecutor");
  auto executor = owned("exec-1", "5", "pod-1", "h", "older");
  auto both = owned("exec-2", "6", "pod-1", "h", "older");
  auto& owners =
      both.at("metadata").as_object().at("ownerReferences").as_array();
  owners.push_back({{"uid", app_uid}, {"controller", false}});
  r.answered(list({executor, both}));
  r.expect(verb::del, core + "pods/exec-2" + in5);
  r.answered(answer(200));
  CHECK(r.fact<child_settled>().what == child::sweep);
  CHECK(r.fact<child_settled>().how == ending::done);

  run broken{effect_kind::sweep_attempt, s};
  broken.answered(failure(500, "x"));
  CHECK(broken.fact<child_settled>().how == ending::retry);
  run odd{effect_kind::sweep_attempt, s};
  odd.answered(answer(200, json::object{{"items", json::array{1, "x", {}}}}));
  odd.expect(verb::get,
             core + "services?labelSelector=sparkoperator.k8s.io%2Fapp-name"
                    "%3Dpi");
}

TEST_CASE("writing the status", "[procedure]") {
  auto s = given(submitted).state();
  auto write = [&] { return run{effect_kind::patch_status, s}; };
  auto r = write();
  r.expect(verb::patch, app_path + "/status" + in5);
  CHECK(r.call().rank == priority::status);
  CHECK(r.body().at("metadata").at("resourceVersion") == "7");
  r.answered(answer(200, app(1)));
  CHECK(r.end().status_written);
  CHECK(r.end().app->resource_version == "8");

  for (auto& unclear : {conflict(), lost(), failure(500, "x"),
                        failure(422, "x"), failure(403, "x")}) {
    auto again = write();
    again.answered(unclear).expect(verb::get, app_path);
    again.answered(answer(200, app(2)));
    CHECK(again.end().app->fact.claim_number == 2);
    CHECK_FALSE(again.end().status_written);
    // Only a conflict is worth the same write at once.
    CHECK(again.end().failed == (unclear.status != 409));
  }
  auto same = app(1);
  same["metadata"].as_object()["resourceVersion"] = "7";
  CHECK(write().answered(answer(200, same)).end().failed);
  auto dropped = write();
  dropped.answered(answer(200, app(0)));
  CHECK(dropped.fact<claim_settled>().pruned);
  CHECK(write().answered(failure(429, "slow")).end().failed);
  CHECK(write().answered(failure(404, "x")).end().app_is_gone);
  CHECK(write().answered(not_sent()).end().failed);

  auto over = given(completed).state();
  CHECK(run{effect_kind::patch_status, over}.call().rank == priority::work);
}

TEST_CASE(
    "a condition that changed at an unknown time changes when it is shown",
    "[procedure]") {
  auto s = given({app_suspending{}}).state();
  run r{effect_kind::patch_status, s};
  auto finished = r.body().at("status").at("conditions").at(0);
  CHECK(finished.at("type") == "Finished");
  CHECK(finished.at("lastTransitionTime") == "2026-01-01T00:00:09Z");
}

TEST_CASE("looking at the application", "[procedure]") {
  auto s = given(claiming).state();
  auto look = [&](const reply& r) {
    run out{effect_kind::look_at_app, s};
    out.answered(r);
    return out;
  };
  CHECK(look(answer(200, app(1))).end().app.has_value());
  CHECK(look(failure(404, "x")).end().app_is_gone);
  CHECK(look(answer(200, app(1, "uid-2"))).end().app_is_gone);
  CHECK(look(lost()).end().failed);
  CHECK(look(answer(200, json::array{})).end().failed);
  CHECK(look(answer(200, app(1))).end().pause == seconds{1});
  // Where nothing else goes on, as rarely as the phase says.
  auto pruned = given(claiming + events{claims_pruned{}}).state();
  run rare{effect_kind::look_at_app, pruned};
  CHECK(rare.answered(answer(200, app(0))).end().pause == seconds{30});
}
