// When things happen on the in-memory API server: steps, faults, watches (as in
// reference/curl-caf-apiserver.md §2) and the fake kubelet.
#include "tests/support/one_client.hpp"

#include <random>

using namespace spark;
using namespace spark::test;

TEST_CASE("nothing happens before its step") {
  cluster c;
  c.post(1, maps, named("m"));
  CHECK(c.server.commits().empty());
  auto steps = c.server.runnable();
  REQUIRE(steps.size() == 1);
  CHECK(steps[0].kind == step_kind::execute);
  REQUIRE(c.server.run(steps[0]));
  CHECK(c.server.commits().size() == 1);
  CHECK(c.replies.empty());
  CHECK_FALSE(c.server.run(steps[0]));
  REQUIRE(c.take(step_kind::deliver_reply));
  CHECK(c.only(1).status == 201);
  CHECK(c.server.runnable().empty());
  CHECK(c.server.flights().empty());
}

TEST_CASE("faults of one request") {
  cluster c;
  auto with = [&](fault f) {
    c.server.set_fault_rule([f](const flight&) { return f; });
    c.post(1, maps, named("m"));
    c.settle();
    return c.only(1);
  };
  using kind = fault::kind;
  SECTION("never left") {
    CHECK(with({kind::not_sent}).how == sent::no);
    CHECK(c.server.commits().empty());
  }
  SECTION("left, never arrived") {
    CHECK(with({kind::drop_before}).how == sent::maybe);
    CHECK(c.server.commits().empty());
  }
  SECTION("arrived, reply lost") {
    CHECK(with({kind::lose_reply}).how == sent::maybe);
    CHECK(c.server.commits().size() == 1);
  }
  SECTION("throttled") {
    auto r = with({kind::answer, 429, "slow down", 3s});
    CHECK(r.status == 429);
    CHECK(r.retry_after == 3s);
    CHECK(c.server.commits().empty());
  }
  SECTION("500 although it happened") {
    CHECK(with({kind::execute_and_answer, 500, "etcd"}).status == 500);
    CHECK(c.server.commits().size() == 1);
  }
}

TEST_CASE("a late POST lands after its client gave up, within its timeout") {
  cluster c;
  c.post(1, maps + "?timeout=5s", named("m"));
  SECTION("by fault") {
    REQUIRE(c.server.set_fault(c.server.flights()[0].ticket,
                               {fault::kind::land_late}));
    REQUIRE(c.take(step_kind::deliver_reply));
    CHECK(c.only(1).how == sent::maybe);
    REQUIRE(c.take(step_kind::execute));
    CHECK(c.server.get(maps + "/m"));
  }
  SECTION("by the clock") {
    CHECK(*c.server.next_deadline() == c.clock.steady() + 5s);
    c.clock.advance(5s);
    REQUIRE(c.take(step_kind::deliver_reply));
    CHECK(c.only(1).how == sent::maybe);
    REQUIRE(c.take(step_kind::execute));
    CHECK(c.server.get(maps + "/m"));
  }
  SECTION("not after the server's limit") {
    c.clock.advance(5001ms);
    CHECK_FALSE(c.take(step_kind::execute));
    REQUIRE(c.take(step_kind::deliver_reply));
    CHECK(c.server.flights().empty());
  }
  SECTION("without timeout= the server is patient") {
    c.post(2, maps, named("n"));
    c.clock.advance(59s);
    CHECK(c.server.runnable().size() == 3); // two replies, one execution
  }
  CHECK(c.server.runnable().size() <= 3);
}

TEST_CASE("an answer that comes after the deadline is lost") {
  cluster c;
  c.post(1, maps, named("m"));
  REQUIRE(c.take(step_kind::execute));
  c.clock.advance(6s);
  c.settle();
  CHECK(c.only(1).how == sent::maybe);
  CHECK(c.server.get(maps + "/m"));
}

TEST_CASE("no write leaves after the fence") {
  cluster c;
  request what;
  what.method = verb::post;
  what.path = maps;
  what.not_after = c.clock.steady();
  c.clock.advance(1ms);
  reply got;
  c.client->submit(1, what, [&](op_id, reply r) { got = std::move(r); });
  c.settle();
  CHECK(got.how == sent::no);
  CHECK(got.why.code == errc::not_sent);
}

TEST_CASE("crash: callbacks stop, requests meet their fate") {
  cluster c;
  auto other = c.server.connect("other");
  c.post(1, maps, named("m"));
  c.watch(2, maps + "?watch=1");
  SECTION("they land") {
    c.server.crash("op", fate::land);
    c.settle();
    CHECK(c.server.get(maps + "/m"));
  }
  SECTION("they are lost") {
    c.server.crash("op", fate::drop);
    CHECK(c.server.runnable().empty());
  }
  c.post(3, maps, named("n")); // a dead process says nothing
  c.settle();
  c.client.reset();
  CHECK(c.replies.empty());
  CHECK(c.ends.empty());
  CHECK_FALSE(c.server.get(maps + "/n"));
}

TEST_CASE("closing a transport ends everything, exactly once") {
  cluster c;
  c.post(1, maps, named("m"));
  c.post(2, maps, named("n"));
  REQUIRE(c.take(step_kind::execute));
  c.watch(3, maps + "?watch=1");
  c.client->cancel(3);
  c.client->cancel(3);
  c.client.reset();
  CHECK(c.only(1).how == sent::maybe);
  CHECK(c.only(2).why.code == errc::cancelled);
  REQUIRE(c.ends[3].size() == 1);
  CHECK(c.ends[3][0].why == end_kind::cancelled);
  c.settle(); // the second one was on the wire
  CHECK(c.server.get(maps + "/n"));
  CHECK(c.replies[2].size() == 1);
}

TEST_CASE("disconnect and outage") {
  cluster c;
  c.watch(1, maps + "?watch=1");
  REQUIRE(c.take(step_kind::start_stream));
  c.post(2, maps, named("m"));
  c.post(3, maps, named("n"));
  REQUIRE(c.take(step_kind::execute));
  c.server.disconnect(fate::drop);
  c.server.set_down(true);
  c.post(4, maps, named("o"));
  c.watch(5, maps + "?watch=1");
  c.settle();
  CHECK(c.only(2).how == sent::maybe);
  CHECK(c.only(3).how == sent::maybe);
  CHECK(c.only(4).how == sent::no);
  CHECK(c.ends[1][0].why == end_kind::broken);
  CHECK(c.ends[5][0].why == end_kind::broken);
  CHECK(c.server.get(maps + "/m"));
  CHECK_FALSE(c.server.get(maps + "/n"));
}

TEST_CASE("a watch shows the initial state, then changes") {
  cluster c;
  c.server.create(maps, named("a"));
  c.server.set_delivery(100, 7); // chunks cut anywhere
  SECTION("from nothing") {
    c.watch(1, maps + "?watch=1");
    c.settle();
    CHECK(c.types(1) == "ADDED");
    c.server.patch(maps + "/a", {{"data", {{"k", "v"}}}});
    c.server.remove(maps + "/a");
    c.settle();
    CHECK(c.types(1) == "ADDED MODIFIED DELETED");
    auto last = c.seen[1].substr(c.seen[1].rfind("{\"type"));
    CHECK(rv_of(json::parse(last).at("object")) ==
          std::to_string(c.server.objects().rv()));
  }
  SECTION("from a list") {
    auto rv = rv_of(c.server.call("op", "GET", maps).body);
    c.server.create(maps, named("b"));
    c.server.create("/api/v1/namespaces/other/configmaps", named("c"));
    c.watch(1, maps + "?watch=1&resourceVersion=" + rv);
    c.settle();
    CHECK(c.types(1) == "ADDED");
  }
  SECTION("as a watch-list") {
    c.watch(1, maps + "?watch=1&sendInitialEvents=true&allowWatchBookmarks="
                      "true&resourceVersionMatch=NotOlderThan");
    c.settle();
    CHECK(c.types(1) == "ADDED BOOKMARK");
    CHECK(c.seen[1].find("k8s.io/initial-events-end") != std::string::npos);
    c.server.send_bookmarks();
    c.settle();
    CHECK(c.types(1) == "ADDED BOOKMARK BOOKMARK");
  }
  CHECK(c.ends.empty());
}

TEST_CASE("an object that leaves the selection is deleted for the watcher") {
  cluster c;
  c.watch(1, maps + "?watch=1&labelSelector=x%3D1");
  c.settle();
  c.server.create(maps, named("a"));
  auto label = [](std::string_view v) {
    return json::value{{"metadata", {{"labels", {{"x", v}}}}}};
  };
  c.server.patch(maps + "/a", label("1"));
  c.server.patch(maps + "/a", label("2"));
  c.server.remove(maps + "/a");
  c.settle();
  CHECK(c.types(1) == "ADDED DELETED");
}

TEST_CASE("watches end as real ones do") {
  cluster c;
  c.server.create(maps, named("a"));
  auto rv = rv_of(*c.server.get(maps + "/a"));
  SECTION("compacted: 200 and an ERROR line of 410") {
    c.server.create(maps, named("b"));
    c.server.compact();
    c.watch(1, maps + "?watch=1&resourceVersion=" + rv);
    c.settle();
    CHECK(c.types(1) == "ERROR");
    CHECK(c.seen[1].find("410") != std::string::npos);
    CHECK(c.ends[1].at(0).why == end_kind::finished);
    CHECK(c.ends[1].at(0).status == 200);
  }
  SECTION("from the future: silence until timeoutSeconds") {
    c.watch(1, maps + "?watch=1&timeoutSeconds=300&resourceVersion=999999");
    c.settle();
    c.server.create(maps, named("b"));
    c.settle();
    CHECK(c.seen[1].empty());
    c.clock.advance(300s);
    c.settle();
    CHECK(c.ends[1].at(0).why == end_kind::finished);
  }
  SECTION("our own deadline") {
    c.watch(1, maps + "?watch=1", 10s);
    c.settle();
    c.clock.advance(10s);
    c.settle();
    CHECK(c.ends[1].at(0).why == end_kind::expired);
  }
  SECTION("refused at the start") {
    c.watch(1, maps + "?watch=1");
    c.server.set_fault_rule([](const flight&) {
      return fault{fault::kind::answer, 429, "later", 2s};
    });
    c.watch(2, maps + "?watch=1");
    c.settle();
    CHECK(c.ends[2].at(0).status == 429);
    CHECK(c.ends[2].at(0).retry_after == 2s);
    CHECK(c.ends[1].empty());
  }
  SECTION("a normal end waits for what is queued, a break does not") {
    c.watch(1, maps + "?watch=1");
    REQUIRE(c.take(step_kind::start_stream));
    c.server.end_streams();
    c.settle();
    CHECK(c.types(1) == "ADDED");
    c.watch(2, maps + "?watch=1");
    REQUIRE(c.take(step_kind::start_stream));
    c.server.disconnect(fate::drop);
    c.settle();
    CHECK(c.seen[2].empty());
  }
}

TEST_CASE("the fake kubelet takes a driver through its life") {
  cluster c;
  c.server.create(pods, driver("d"));
  kubelet_options options;
  options.executors = 2;
  fake_kubelet kubelet{c.server, options};
  auto take = [&](step_kind kind) {
    for (auto& s : kubelet.runnable())
      if (s.kind == kind)
        return kubelet.run(s);
    return false;
  };
  auto state = [&](std::string_view pointer) {
    return text(*c.server.get(pods + "/d"), pointer);
  };
  REQUIRE(take(step_kind::bind_pod));
  CHECK_FALSE(take(step_kind::bind_pod));
  REQUIRE(take(step_kind::start_pod));
  CHECK(state("/status/phase") == "Running");
  CHECK(state("/status/containerStatuses/0/name") == "spark-kubernetes-driver");
  REQUIRE(take(step_kind::start_executor));
  REQUIRE(take(step_kind::start_executor));
  CHECK_FALSE(take(step_kind::start_executor));
  auto executor = c.server.get(pods + "/d-exec-2");
  REQUIRE(executor);
  CHECK(text(*executor, "/metadata/labels/spark-role") == "executor");
  CHECK(text(*executor, "/metadata/ownerReferences/0/kind") == "Pod");

  SECTION("it succeeds") {
    REQUIRE(take(step_kind::finish_pod));
    CHECK(state("/status/phase") == "Succeeded");
    CHECK(state("/status/containerStatuses/0/state/terminated/reason") ==
          "Completed");
  }
  SECTION("it is deleted") {
    c.server.remove(pods + "/d");
    CHECK_FALSE(take(step_kind::remove_pod));
    REQUIRE(take(step_kind::stop_pod));
    CHECK(state("/status/phase") == "Failed");
    CHECK(number(*c.server.get(pods + "/d"),
                 "/status/containerStatuses/0/state/terminated/exitCode") ==
          143);
    REQUIRE(take(step_kind::remove_pod));
    CHECK_FALSE(c.server.get(pods + "/d"));
    CHECK(c.server.collect_garbage() == 2);
    CHECK(c.server.list(pods).empty());
  }
}

TEST_CASE("the same choices give the same history") {
  auto history = [](unsigned seed) {
    cluster c;
    fake_kubelet kubelet{c.server, {.plan = {}, .failures = 1}};
    std::mt19937 dice{seed};
    c.watch(1, "/api/v1/pods?watch=1");
    for (int i = 0; i < 8; ++i)
      c.post(static_cast<op_id>(10 + i), pods, driver("d" + std::to_string(i)));
    std::string out;
    for (int i = 0; i < 200; ++i) {
      auto all = c.server.runnable();
      auto own = all.size();
      for (auto& s : kubelet.runnable())
        all.push_back(s);
      if (all.empty())
        break;
      auto pick = dice() % all.size();
      out += all[pick].label + "\n";
      CHECK((pick < own ? c.server.run(all[pick]) : kubelet.run(all[pick])));
    }
    for (auto& done : c.server.commits())
      out += std::to_string(done.rv) + done.call.client + done.id.name + "\n";
    return out;
  };
  CHECK(history(1) == history(1));
  CHECK(history(1) != history(2));
}
