#include "tests/actors/app/procedure_run.hpp"

#include <catch2/catch.hpp>

using namespace spark;
using namespace spark::test;

TEST_CASE("creating the driver", "[procedure]") {
  auto s = given(posted).state();
  auto post = [&] { return run{effect_kind::create_driver, s}; };
  post().expect(verb::post, core + "pods" + in5);

  auto made = post().answered(answer(201, pod(app_uid)));
  CHECK(made.fact<child_settled>().has_driver);
  CHECK(made.fact<child_settled>().driver.uid == "pod-1");
  CHECK(made.end().looked_at_driver);

  auto met = post();
  met.answered(exists()).expect(verb::get, core + "pods/pi-driver");
  met.answered(answer(200, pod("somebody")));
  CHECK(met.fact<child_settled>().how == ending::taken);
  CHECK(met.fact<child_settled>().driver.owner_uid == "somebody");

  auto vanished = post();
  vanished.answered(exists()).answered(failure(404, "not found"));
  CHECK(vanished.fact<child_settled>().how == ending::retry);
  CHECK_FALSE(vanished.fact<child_settled>().has_driver);

  auto quota = post().answered(failure(403, "exceeded quota: q"));
  CHECK(quota.fact<child_settled>().over_quota);
  CHECK(quota.fact<child_settled>().how == ending::retry);
  CHECK(post().answered(lost()).fact<child_settled>().how == ending::unsure);
  auto torn = answer(201);
  torn.body = "{";
  CHECK(post().answered(torn).fact<child_settled>().how == ending::unsure);
  auto refused = post().answered(failure(422, "spec.containers: Invalid"));
  CHECK(refused.fact<child_settled>().message == "spec.containers: Invalid");
}

TEST_CASE("a server's words are cut", "[procedure]") {
  auto s = given(posted).state();
  run r{effect_kind::create_driver, s};
  r.answered(failure(422, std::string(100000, 'x')));
  auto& message = r.fact<child_settled>().message;
  CHECK(message.size() < 1100);
}

TEST_CASE("creating ConfigMaps", "[procedure]") {
  auto s = given(claimed).state();
  auto post = [&] { return run{effect_kind::create_config, s}; };
  SECTION("one after the other") {
    auto r = post();
    r.expect(verb::post, core + "configmaps" + in5);
    CHECK(r.body().at("metadata").at("name") == "conf");
    r.answered(answer(201)).expect(verb::post, core + "configmaps" + in5);
    CHECK(r.body().at("metadata").at("name") == "tmpl");
    r.answered(answer(201));
    CHECK(r.fact<child_settled>().how == ending::done);
  }
  SECTION("ours with the same content is success") {
    auto r = post();
    r.answered(exists()).expect(verb::get, core + "configmaps/conf");
    r.answered(answer(200, owned("conf", "c-1", app_uid)));
    r.expect(verb::post, core + "configmaps" + in5);
  }
  SECTION("ours with other content is replaced, by uid") {
    auto r = post();
    r.answered(exists())
        .answered(answer(200, owned("conf", "c-1", app_uid, "h2")))
        .expect(verb::del, core + "configmaps/conf" + in5);
    CHECK(r.body().at("preconditions").at("uid") == "c-1");
    r.answered(answer(200)).expect(verb::post, core + "configmaps" + in5);
  }
  SECTION("somebody else's is left alone") {
    auto r = post();
    r.answered(exists()).answered(answer(200, owned("conf", "c", "other")));
    CHECK(r.fact<child_settled>().how == ending::taken);
  }
  SECTION("no reply: look, nothing is assumed") {
    auto r = post();
    r.answered(lost()).expect(verb::get, core + "configmaps/conf");
    r.answered(failure(404, "not found"));
    CHECK(r.fact<child_settled>().how == ending::retry);
    CHECK(r.end().failed);
  }
}

TEST_CASE("the ConfigMap of the metrics is updated in place", "[procedure]") {
  const auto s = given(claimed).state();
  auto wanted = owned("pi-prom-conf", "", app_uid);
  wanted["data"] = json::object{{"prometheus.yaml", "new"}};
  auto r = run{effect_kind::create_config, s, "", [&](submission& made) {
                 made.config_maps.clear();
                 made.metrics_map = wanted;
               }};
  auto there = owned("pi-prom-conf", "m-1", app_uid, "h0");
  there["data"] = json::object{{"prometheus.yaml", "old"}, {"other", "x"}};
  const auto path = core + "configmaps/pi-prom-conf";
  r.answered(exists()).expect(verb::get, path);
  SECTION("ours with other data") {
    r.answered(answer(200, there)).expect(verb::patch, path + in5);
    CHECK(r.body().at("metadata").at("uid") == "m-1");
    CHECK(r.body().at("data") ==
          json::parse(R"({"prometheus.yaml": "new", "other": null})"));
    SECTION("then all is done") {
      r.answered(answer(200));
      CHECK(r.fact<child_settled>().how == ending::done);
    }
    SECTION("it vanished meanwhile: made anew") {
      r.answered(failure(404, "not found"))
          .expect(verb::post, core + "configmaps" + in5);
    }
    SECTION("it was replaced meanwhile: tried again later") {
      r.answered(conflict());
      CHECK(r.fact<child_settled>().how == ending::retry);
      CHECK(r.end().failed);
    }
  }
  SECTION("ours as it should be") {
    there["metadata"].as_object()["annotations"] =
        json::object{{labels::content_hash, "h1"}};
    r.answered(answer(200, there));
    CHECK(r.fact<child_settled>().how == ending::done);
  }
  SECTION("somebody else's is left alone") {
    r.answered(answer(200, owned("pi-prom-conf", "m-2", "other")));
    CHECK(r.fact<child_settled>().how == ending::taken);
  }
}
