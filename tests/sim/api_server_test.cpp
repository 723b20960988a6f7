// What the in-memory API server makes of one request, against what a real one
// was seen to do (reference/reliability.md §1).
#include "tests/support/one_client.hpp"

using namespace spark;
using namespace spark::test;

TEST_CASE("a created object gets the metadata of a real server") {
  cluster c;
  auto made = c.server.create(
      apps, named("a", {{"spec", {{"x", 1}}}, {"status", {{"s", 1}}}}));
  REQUIRE(made.status == 201);
  CHECK(text(made.body, "/metadata/uid").size() == 36);
  CHECK(text(made.body, "/metadata/creationTimestamp") ==
        "2026-01-01T00:00:00Z");
  CHECK(number(made.body, "/metadata/generation") == 1);
  CHECK(text(made.body, "/metadata/namespace") == "ns");
  CHECK_FALSE(find(made.body, "/status"));
  CHECK(text(made.body, "/kind") == "SparkApplication");

  auto again = c.server.create(apps, named("a"));
  CHECK(again.status == 409);
  CHECK(text(again.body, "/reason") == "AlreadyExists");

  auto drawn = c.server.create(
      maps, json::value{{"metadata", {{"generateName", "a-"}}}});
  CHECK(text(drawn.body, "/metadata/name") == "a-00001");
  CHECK_FALSE(find(drawn.body, "/metadata/generation"));
  CHECK(c.server.create(maps, named("Bad_Name")).status == 422);
  CHECK(c.server.commits().size() == 2);
}

TEST_CASE("spec and status are written apart") {
  cluster c;
  c.server.create(apps, named("a", {{"spec", {{"x", 1}, {"y", 2}}}}));
  auto path = apps + "/a";
  auto edit = c.server.patch(
      path, {{"spec", {{"x", nullptr}}}, {"status", {{"z", 1}}}});
  CHECK(number(edit.body, "/metadata/generation") == 2);
  CHECK_FALSE(find(edit.body, "/spec/x"));
  CHECK(number(edit.body, "/spec/y") == 2);
  CHECK_FALSE(find(edit.body, "/status"));

  auto status = c.server.patch(path + "/status",
                               {{"spec", {{"y", 9}}}, {"status", {{"z", 1}}}});
  CHECK(number(status.body, "/metadata/generation") == 2);
  CHECK(number(status.body, "/spec/y") == 2);
  CHECK(number(status.body, "/status/z") == 1);

  auto same = c.server.patch(path + "/status", {{"status", {{"z", 1}}}});
  CHECK(rv_of(same.body) == rv_of(status.body));
  CHECK(c.server.commits().size() == 3);

  auto labelled = c.server.patch(
      path, {{"metadata", {{"labels", {{"k", "v"}}}, {"uid", nullptr}}}});
  CHECK(number(labelled.body, "/metadata/generation") == 2);
  CHECK(text(labelled.body, "/metadata/uid") ==
        text(status.body, "/metadata/uid"));
}

TEST_CASE("a status patch is a compare-and-swap") {
  cluster c;
  auto made = c.server.create(apps, named("a"));
  auto path = apps + "/a/status";
  json::value guarded{{"metadata",
                       {{"uid", text(made.body, "/metadata/uid")},
                        {"resourceVersion", rv_of(made.body)}}},
                      {"status", {{"claim", {{"number", 1}}}}}};
  CHECK(c.server.patch(path, guarded).status == 200);
  auto late = c.server.patch(path, guarded);
  CHECK(late.status == 409);
  CHECK(text(late.body, "/reason") == "Conflict");

  c.server.remove(apps + "/a");
  CHECK(c.server.patch(path, guarded).status == 404);
  c.server.create(apps, named("a"));
  auto reborn = c.server.patch(
      path, {{"metadata", {{"uid", text(made.body, "/metadata/uid")}}},
             {"status", {{"x", 1}}}});
  CHECK(reborn.status == 409);
  CHECK(error_of_status(409, json::serialize(reborn.body), "").code ==
        errc::conflict);
}

TEST_CASE("somebody else's CRD prunes") {
  cluster c;
  c.server.rules().prune_status("sparkapplications.sparkoperator.k8s.io",
                                {"claim"});
  c.server.create(apps, named("a"));
  auto done = c.server.patch(
      apps + "/a/status", {{"status", {{"claim", 1}, {"submissionID", "x"}}}});
  CHECK_FALSE(find(done.body, "/status/claim"));
  CHECK(text(done.body, "/status/submissionID") == "x");
  c.server.rules().hide("sparkapplications.sparkoperator.k8s.io");
  CHECK(c.server.call("op", "GET", apps).status == 404);
}

TEST_CASE("apply creates or merges, other patch types are refused") {
  cluster c;
  auto type = "application/apply-patch+yaml";
  json::value body{{"apiVersion", "v1"},
                   {"kind", "ConfigMap"},
                   {"metadata", {{"name", "m"}}},
                   {"data", {{"k", "1"}}}};
  auto path = maps + "/m?fieldManager=t&force=true";
  CHECK(c.server.call("op", "PATCH", path, body, type).status == 201);
  body.as_object()["data"] = {{"l", "2"}};
  auto merged = c.server.call("op", "PATCH", path, body, type);
  CHECK(merged.status == 200);
  CHECK(text(merged.body, "/data/k") == "1");
  CHECK(c.server.call("op", "PATCH", maps + "/m", body, type).status == 400);
  CHECK(c.server.call("op", "PATCH", maps + "/m", body, "application/json")
            .status == 415);
}

TEST_CASE("lists select, page and know their version") {
  cluster c;
  for (auto name : {"a", "b", "c", "d"}) {
    auto map = named(name);
    map.as_object()["metadata"].as_object()["labels"] = {{"name", name},
                                                         {"all", "yes"}};
    c.server.create(maps, map);
  }
  c.server.create("/api/v1/namespaces/other/configmaps", named("e"));
  auto count = [&](const std::string& query) {
    auto got = c.server.call("op", "GET", maps + query);
    REQUIRE(got.status == 200);
    return find(got.body, "/items")->as_array().size();
  };
  CHECK(count("") == 4);
  CHECK(count("?labelSelector=name%3Da") == 1);
  CHECK(count("?labelSelector=name!=a,all") == 3);
  CHECK(count("?labelSelector=name+in+(a,b),!none") == 2);
  CHECK(count("?labelSelector=name%20notin%20(a)") == 3);
  CHECK(count("?fieldSelector=metadata.name%3Db") == 1);
  CHECK(c.server.call("op", "GET", maps + "?fieldSelector=a%3Db").status ==
        400);
  auto everywhere = c.server.call("op", "GET", "/api/v1/configmaps");
  CHECK(find(everywhere.body, "/items")->as_array().size() == 5);

  auto first = c.server.call("op", "GET", maps + "?limit=3");
  auto more = text(first.body, "/metadata/continue");
  REQUIRE_FALSE(more.empty());
  c.server.create(maps, named("z"));
  auto rest = c.server.call("op", "GET", maps + "?limit=3&continue=" + more);
  CHECK(find(rest.body, "/items")->as_array().size() == 1);
  CHECK(rv_of(rest.body) == rv_of(first.body));
  CHECK(text(rest.body, "/metadata/continue").empty());
  c.server.compact();
  CHECK(c.server.call("op", "GET", maps + "?limit=3&continue=" + more).status ==
        410);
  auto future = c.server.call("op", "GET", maps + "?resourceVersion=999999");
  CHECK(future.status == 504);
  CHECK(text(future.body, "/details/causes/0/reason") ==
        "ResourceVersionTooLarge");
}

TEST_CASE("a lagging cache shows the past to those who allow it") {
  cluster c;
  c.server.create(maps, named("a"));
  c.server.create(maps, named("b"));
  c.server.rules().lag_cache(1);
  auto old = c.server.call("op", "GET", maps + "?resourceVersion=0");
  CHECK(find(old.body, "/items")->as_array().size() == 1);
  auto live = c.server.call("op", "GET", maps);
  CHECK(find(live.body, "/items")->as_array().size() == 2);
}

TEST_CASE("deletion: preconditions, grace of pods, finalizers") {
  cluster c;
  auto made = c.server.create(apps, named("a"));
  auto uid = text(made.body, "/metadata/uid");
  auto wrong =
      c.server.remove(apps + "/a", {{"preconditions", {{"uid", "other"}}}});
  CHECK(wrong.status == 409);
  c.server.patch(apps + "/a", {{"spec", {{"x", 1}}}});
  auto stale = c.server.remove(
      apps + "/a", {{"preconditions",
                     {{"uid", uid}, {"resourceVersion", rv_of(made.body)}}}});
  CHECK(stale.status == 409);
  CHECK(c.server.remove(apps + "/a", {{"preconditions", {{"uid", uid}}}}).ok());
  CHECK(c.server.remove(apps + "/a").status == 404);

  SECTION("an unscheduled pod goes at once") {
    c.server.create(pods, driver("p"));
    CHECK(c.server.remove(pods + "/p").ok());
    CHECK_FALSE(c.server.get(pods + "/p"));
  }
  SECTION("a bound one waits for its kubelet") {
    c.server.create(pods, driver("p"));
    c.server.bind_pod(pods + "/p", "n");
    CHECK(c.server.remove(pods + "/p").ok());
    auto pod = c.server.get(pods + "/p");
    REQUIRE(pod);
    CHECK(text(*pod, "/metadata/deletionTimestamp") == "2026-01-01T00:00:30Z");
    CHECK(c.server.create(pods, driver("p")).status == 409);
    auto commits = c.server.commits().size();
    CHECK(c.server.remove(pods + "/p").ok());
    CHECK(c.server.commits().size() == commits);
    c.server.remove(pods + "/p", {{"gracePeriodSeconds", 0}}, "kubelet");
    CHECK_FALSE(c.server.get(pods + "/p"));
  }
  SECTION("finalizers hold it") {
    json::array finalizers;
    finalizers.push_back("x/y");
    auto held = named("f");
    held.as_object()["metadata"].as_object()["finalizers"] = finalizers;
    c.server.create(apps, held);
    c.server.remove(apps + "/f");
    REQUIRE(c.server.get(apps + "/f"));
    c.server.patch(apps + "/f", {{"metadata", {{"finalizers", nullptr}}}});
    CHECK_FALSE(c.server.get(apps + "/f"));
  }
}

TEST_CASE("the garbage collector: background, foreground, orphan") {
  cluster c;
  auto app = c.server.create(apps, named("a")).body;
  c.server.create(maps, owned("m", app));
  c.server.create(maps, named("free"));
  CHECK(c.server.collect_garbage() == 0);
  SECTION("background") {
    c.server.remove(apps + "/a");
    CHECK(c.server.get(maps + "/m"));
    CHECK(c.server.collect_garbage() == 1);
    CHECK_FALSE(c.server.get(maps + "/m"));
    CHECK(c.server.get(maps + "/free"));
    CHECK(c.server.commits().back().call.client == "gc");
  }
  SECTION("foreground") {
    c.server.remove(apps + "/a", {{"propagationPolicy", "Foreground"}});
    CHECK(c.server.get(apps + "/a"));
    c.server.collect_garbage();
    CHECK_FALSE(c.server.get(maps + "/m"));
    CHECK_FALSE(c.server.get(apps + "/a"));
  }
  SECTION("orphan") {
    c.server.remove(apps + "/a", {{"propagationPolicy", "Orphan"}});
    c.server.collect_garbage();
    REQUIRE(c.server.get(maps + "/m"));
    CHECK_FALSE(
        find(*c.server.get(maps + "/m"), "/metadata/ownerReferences/0"));
    CHECK_FALSE(c.server.get(apps + "/a"));
  }
}

TEST_CASE("admission refuses before anything happens") {
  cluster c;
  c.server.rules().set_admission(
      [](const api_call& call,
         const json::value&) -> std::optional<api_answer> {
        if (call.method != "POST")
          return std::nullopt;
        return failure(403, "pods \"p\" is forbidden: exceeded quota: q");
      });
  c.post(1, pods, driver("p"));
  c.settle();
  auto r = c.only(1);
  CHECK(r.status == 403);
  CHECK(error_of_reply(r, "").code == errc::over_quota);
  CHECK(c.server.commits().empty());
}
