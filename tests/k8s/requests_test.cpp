#include "k8s/requests.hpp"

#include <catch2/catch.hpp>

using namespace spark;
using namespace std::chrono_literals;
namespace json = boost::json;

namespace {

const std::string pods = "/api/v1/namespaces/ns/pods";
const json::value object{{"kind", "Pod"}, {"metadata", {{"name", "a"}}}};

} // namespace

TEST_CASE("a read asks for nothing but the object", "[requests]") {
  auto r = requests::get(pods + "?labelSelector=a%3Db");
  CHECK(r.method == verb::get);
  CHECK(r.path == pods + "?labelSelector=a%3Db");
  CHECK(r.body.empty());
}

TEST_CASE("both sides give up on a write at the same time", "[requests]") {
  auto made = requests::create(pods, object);
  CHECK(made.method == verb::post);
  CHECK(made.path == pods + "?timeout=5s");
  CHECK(made.deadline == 5s);
  CHECK(made.content_type.empty());
  CHECK(json::parse(made.body) == object);
  CHECK(requests::create(pods, object, 4s).path == pods + "?timeout=4s");
  CHECK(requests::create(pods, object, 4s).deadline == 4s);
  CHECK(requests::merge_patch(pods + "/a", object, 4s).deadline == 4s);
  CHECK(requests::remove(pods + "/a", {}).path == pods + "/a?timeout=5s");
}

TEST_CASE("a delete names what must still be true", "[requests]") {
  auto conditions = [](const requests::preconditions& only_if) {
    auto r = requests::remove(pods + "/a", only_if);
    CHECK(r.method == verb::del);
    auto body = json::parse(r.body).as_object();
    CHECK(body.at("kind") == "DeleteOptions");
    auto* found = body.if_contains("preconditions");
    return found ? *found : json::value{};
  };
  CHECK(conditions({}) == json::value{});
  CHECK(conditions({.uid = "u"}) == json::value({{"uid", "u"}}));
  CHECK(conditions({.uid = "u", .resource_version = "7"}) ==
        json::value({{"uid", "u"}, {"resourceVersion", "7"}}));
}

TEST_CASE("the two patches", "[requests]") {
  auto merged = requests::merge_patch(pods + "/a/status", object);
  CHECK(merged.method == verb::patch);
  CHECK(merged.path == pods + "/a/status?timeout=5s");
  CHECK(merged.content_type == "application/merge-patch+json");
  auto applied = requests::apply(pods + "/a", object, "me & you");
  CHECK(applied.method == verb::patch);
  CHECK(applied.path == pods + "/a?timeout=5s&fieldManager=me%20%26%20you");
  CHECK(applied.content_type == "application/apply-patch+yaml");
  CHECK(json::parse(applied.body) == object);
  CHECK(requests::apply(pods + "/a", object, requests::field_manager,
                        requests::on_conflict::take_over)
            .path ==
        pods + "/a?timeout=5s&fieldManager=spark-operator&force=true");
}
