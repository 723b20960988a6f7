// Do the rules of the simulation fire? Each is shown what it forbids.
#include "messages/ids.hpp"
#include "tests/sim/cluster_rules.hpp"
#include "tests/sim/operator_knowledge.hpp"
#include "tests/sim/simulation.hpp"

#include <catch2/catch.hpp>

using namespace spark;
using namespace spark::test;

namespace {

using Catch::Contains;

/// One application, and an operator that does whatever the test wants.
class obedient {
public:
  obedient() {
    auto made = server.create(
        apps_path("ns"),
        {{"metadata", {{"name", "app"}}},
         {"spec", {{"mode", "cluster"}, {"arguments", json::array{"0"}}}}});
    uid_ = text(made.body, "/metadata/uid");
  }

  void status(json::object patch) {
    auto app = server.get(path);
    json::object meta{
        {"uid", uid_},
        {"resourceVersion", text(*app, "/metadata/resourceVersion")}};
    server.patch(path + "/status",
                 {{"metadata", meta}, {"status", std::move(patch)}}, "a");
  }
  void claim(int n) {
    auto app = server.get(path);
    json::object claim{{"number", n},
                       {"generation", number(*app, "/metadata/generation")},
                       {"outcome", nullptr}};
    status({{"submissionID", id_of(n)}, {"claim", std::move(claim)}});
  }
  void end(const char* outcome, const char* state) {
    status({{"claim", {{"outcome", outcome}}},
            {"applicationState", {{"state", state}}}});
  }
  void state(const char* shown) {
    status({{"applicationState", {{"state", shown}}}});
  }
  void child(const char* plural, int n, const std::string& name) {
    json::object owner{{"uid", uid_}, {"name", "app"}, {"controller", true}};
    json::object labels{{"sparkoperator.k8s.io/submission-id", id_of(n)},
                        {"spark-role", "driver"}};
    json::object meta{{"name", name},
                      {"labels", labels},
                      {"ownerReferences", json::array{owner}}};
    server.create(std::string{"/api/v1/namespaces/ns/"} + plural,
                  {{"metadata", std::move(meta)}}, "a");
  }
  void driver(int n) { child("pods", n, "app-driver"); }
  void phase(const char* p) {
    server.patch(pod + "/status", {{"status", {{"phase", p}}}}, "kubelet");
  }
  void remove_driver(const std::string& who) {
    auto its = text(*server.get(pod), "/metadata/uid");
    server.remove(pod, {{"preconditions", {{"uid", its}}}}, who);
  }
  void edit(const char* to) {
    server.patch(path, {{"spec", {{"arguments", json::array{to}}}}});
  }

  static std::string id_of(int n) { return submission_id("app", n); }

  const std::string path = apps_path("ns") + "/app";
  const std::string pod = "/api/v1/namespaces/ns/pods/app-driver";
  manual_clock clock;
  memory_api_server server{clock};
  cluster_rules rules{server};

private:
  std::string uid_;
};

} // namespace

TEST_CASE("the rules say nothing about a proper life") {
  obedient a;
  a.claim(1);
  a.claim(2); // no driver came of the first
  a.child("configmaps", 2, "conf");
  a.driver(2);
  a.state("SUBMITTED");
  a.phase("Running");
  a.edit("1");
  a.end("Superseded", "INVALIDATING");
  a.remove_driver("a");
  a.server.remove("/api/v1/namespaces/ns/configmaps/conf");
  a.state("PENDING_RERUN");
  a.claim(3);
  a.driver(3);
  a.phase("Failed");
  a.end("Failed", "FAILED");
  CHECK(a.rules.check().empty());
}

TEST_CASE("the rules catch wrong claims") {
  obedient a;
  a.claim(1);
  SECTION("a number is left out") {
    a.claim(3);
    CHECK_THAT(a.rules.check(), Contains("claim 3 after 1"));
  }
  SECTION("a number comes back") {
    a.claim(2);
    a.claim(1);
    CHECK_THAT(a.rules.check(), Contains("claim 1 after 2"));
  }
  SECTION("another submission id under the same number") {
    a.status({{"submissionID", "other"}});
    CHECK_THAT(a.rules.check(), Contains("submission id changed"));
  }
  SECTION("over a driver that runs") {
    a.driver(1);
    a.phase("Running");
    a.claim(2);
    CHECK_THAT(a.rules.check(), Contains("superseded a driver that ran"));
  }
  SECTION("over a driver that ran") {
    a.driver(1);
    a.phase("Running");
    a.remove_driver("user");
    a.claim(2);
    CHECK_THAT(a.rules.check(), Contains("superseded a driver that ran"));
  }
  SECTION("over a driver that is yet to run") {
    a.driver(1);
    a.claim(2);
    CHECK_THAT(a.rules.check(), Contains("while there is a driver"));
  }
  SECTION("after an end, without an edit") {
    a.driver(1);
    a.phase("Succeeded");
    a.end("Completed", "COMPLETED");
    a.remove_driver("user");
    a.claim(2);
    CHECK_THAT(a.rules.check(), Contains("out of state COMPLETED"));
  }
  SECTION("invalidated without an edit") {
    a.driver(1);
    a.end("Superseded", "INVALIDATING");
    CHECK_THAT(a.rules.check(), Contains("without an edit"));
  }
}

TEST_CASE("the rules catch wrong drivers and children") {
  obedient a;
  a.claim(1);
  SECTION("two drivers of one number") {
    a.driver(1);
    a.remove_driver("user");
    a.driver(1);
    CHECK_THAT(a.rules.check(), Contains("a second driver pod"));
  }
  SECTION("a POST that lands after its attempt was superseded") {
    a.claim(2);
    a.driver(1);
    CHECK_THAT(a.rules.check(), Contains("of an attempt that is over"));
  }
  SECTION("children of two attempts") {
    a.child("configmaps", 1, "one");
    a.claim(2);
    a.child("services", 2, "two");
    CHECK_THAT(a.rules.check(), Contains("children of two attempts"));
  }
}

TEST_CASE("the rules catch wrong ends") {
  obedient a;
  a.claim(1);
  a.driver(1);
  a.phase("Running");
  SECTION("failed while it lives") {
    a.end("Failed", "FAILED");
    CHECK_THAT(a.rules.check(), Contains("while the driver lives"));
  }
  SECTION("lost while it lives") {
    a.end("DriverLost", "FAILED");
    CHECK_THAT(a.rules.check(), Contains("while the driver lives"));
  }
  SECTION("lost, yet it ended in sight") {
    a.phase("Succeeded");
    a.end("DriverLost", "FAILED");
    CHECK_THAT(a.rules.check(), Contains("ended in sight"));
  }
  SECTION("completed while it lives") {
    a.end("Completed", "COMPLETED");
    CHECK_THAT(a.rules.check(), Contains("Completed recorded"));
  }
  SECTION("failed, by our own doing") {
    a.remove_driver("a");
    a.end("DriverLost", "FAILED");
    CHECK_THAT(a.rules.check(), Contains("although nothing happened"));
  }
  SECTION("the harm of one attempt excuses no other") {
    a.remove_driver("user");
    a.end("DriverLost", "FAILED");
    a.edit("1");
    a.state("INVALIDATING");
    a.claim(2);
    a.driver(2);
    CHECK(a.rules.check().empty());
    a.remove_driver("a");
    a.end("DriverLost", "FAILED");
    CHECK_THAT(a.rules.check(), Contains("although nothing happened"));
  }
  SECTION("an outcome changes") {
    a.phase("Succeeded");
    a.end("Completed", "COMPLETED");
    a.end("Failed", "FAILED");
    CHECK_THAT(a.rules.check(), Contains("outcome Completed became Failed"));
  }
  SECTION("submission failed without a cause") {
    a.end("SubmissionFailed", "FAILED");
    CHECK_THAT(a.rules.check(), Contains("SubmissionFailed recorded"));
  }
  SECTION("refused without a cause") {
    a.end("Refused", "FAILED");
    CHECK_THAT(a.rules.check(), Contains("Refused recorded"));
  }
}

TEST_CASE("the rules catch writes that a stale view could misuse") {
  obedient a;
  a.claim(1);
  a.driver(1);
  SECTION("DELETE of whatever has the name") {
    a.server.remove(a.pod, {}, "a");
    CHECK_THAT(a.rules.check(), Contains("DELETE without a uid"));
  }
  SECTION("DELETE that cuts the grace") {
    a.server.remove(a.pod,
                    {{"preconditions",
                      {{"uid", text(*a.server.get(a.pod), "/metadata/uid")}}},
                     {"gracePeriodSeconds", 0}},
                    "a");
    CHECK_THAT(a.rules.check(), Contains("grace period"));
  }
  SECTION("status PATCH over whatever is there") {
    a.server.patch(a.path + "/status", {{"status", {{"x", 1}}}}, "a");
    CHECK_THAT(a.rules.check(), Contains("status PATCH without"));
  }
}

TEST_CASE("what an operator was told counts once it had time to understand") {
  json::object owner{{"uid", "u1"}};
  json::object meta{{"uid", "p1"}, {"ownerReferences", json::array{owner}}};
  request watch;
  watch.path = "/apis/x/v1/sparkapplications?watch=true";
  request post;
  post.method = verb::post;
  post.path = "/api/v1/namespaces/ns/pods?timeout=5s";
  post.body = json::serialize(json::object{{"metadata", meta}});
  operator_knowledge knows;
  json::object line{{"type", "DELETED"},
                    {"object", {{"metadata", {{"uid", "u1"}}}}}};
  knows.delivered(watch, json::serialize(line) + "\n");
  CHECK(knows.check_create(post).empty());
  knows.delivered(post, post.body);
  CHECK_FALSE(knows.must_delete("p1"));
  knows.rested();
  CHECK_THAT(knows.check_create(post), Contains("seen to go"));
  knows.delivered(post, post.body);
  CHECK(knows.must_delete("p1"));
  knows.forget("u1");
  CHECK_FALSE(knows.must_delete("p1"));
}
