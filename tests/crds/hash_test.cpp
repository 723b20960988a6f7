#include "crds/parse.hpp"

#include <catch2/catch.hpp>

using namespace spark;
namespace json = boost::json;

namespace {

std::string hash_of(std::string_view text) {
  return spec_hash(json::parse(text));
}

} // namespace

TEST_CASE("SHA-256 is that of FIPS 180") {
  CHECK(sha256_hex("abc") ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_CASE("canonical JSON is sorted, without spaces, integers as integers") {
  CHECK(canonical_json(json::parse(
            R"({"b": [1.0, -0.0, 0.1, 1e3, null, true], "a": {"d": "\u00e9\"",
              "c": 18446744073709551615}})")) ==
        "{\"a\":{\"c\":18446744073709551615,\"d\":\"\u00e9\\\"\"},"
        "\"b\":[1,0,0.1,1000,null,true]}");
  CHECK(canonical_json(json::object{}) == "{}");
  CHECK(canonical_json(json::array{}) == "[]");
}

// Rule 1 is in the status of objects out there: these values must never change.
TEST_CASE("hashes of rule 1 stay what they are") {
  CHECK(spec_hash_like(json::parse("{}"), "1:") ==
        "1:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a");
  CHECK(spec_hash_like(
            json::parse(R"({"type": "Scala", "driver": {"cores": 0.1}})"),
            "1:") ==
        "1:864319eeca80b12c7b6d7ecf30917bfbfd7c60bec3d9bca826e2e3a2f7b32835");
}

TEST_CASE("rule 2 leaves out what restarts nothing") {
  CHECK(hash_of("{}") ==
        "2:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a");
  const auto one = hash_of(R"({"a": 1, "executor": {"cores": 2}})");
  for (auto* live :
       {R"({"a": 1, "executor": {"cores": 2, "nodeSelector": {"d": "e"}}})",
        R"({"a": 1, "executor": {"cores": 2, "tolerations": [1]}})",
        R"({"a": 1, "executor": {"cores": 2, "affinity": {}}})",
        R"({"a": 1, "executor": {"cores": 2, "schedulerName": "x"}})",
        R"({"a": 1, "executor": {"cores": 2, "priorityClassName": "x"}})",
        R"({"a": 1, "executor": {"cores": 2}, "sparkUIOptions": {"a": 1}})",
        R"({"a": 1, "executor": {"cores": 2}, "driverIngressOptions": [1]})",
        R"({"a": 1, "executor": {"cores": 2},
            "driverPodDisruptionBudget": true})"}) {
    INFO(live);
    CHECK(hash_of(live) == one);
    CHECK(spec_hash_like(json::parse(live), "1:") !=
          spec_hash_like(json::parse(R"({"a": 1, "executor": {"cores": 2}})"),
                         "1:"));
    CHECK(live_hash(json::parse(live)) != live_hash(json::parse("{}")));
  }
  // The driver's are of the running pod.
  CHECK(hash_of(R"({"driver": {"nodeSelector": {"d": "e"}}})") !=
        hash_of(R"({"driver": {}})"));
}

TEST_CASE("every field of the table says what an edit of it does") {
  CHECK(edit_of("spec.suspend") == edit::decides);
  CHECK(edit_of("spec.timeToLiveSeconds") == edit::decides);
  CHECK(edit_of("spec.sparkUIOptions.servicePort") == edit::follows);
  CHECK(edit_of("spec.driverIngressOptions[].servicePort") == edit::follows);
  CHECK(edit_of("spec.executor.nodeSelector") == edit::follows);
  CHECK(edit_of("spec.driver.nodeSelector") == edit::restarts);
  CHECK(edit_of("spec.executor") == edit::restarts);
  CHECK(edit_of("spec.sparkUIOptionsX") == edit::restarts);
}

TEST_CASE("what else is edited does not touch what follows live") {
  const auto live = live_hash(json::parse("{}"));
  CHECK(live.size() == 16);
  CHECK(live_hash(json::parse(
            R"({"a": 1, "suspend": true, "executor": {"cores": 3}})")) == live);
  CHECK(live_hash(json::parse(R"({"sparkUIOptions": null})")) == live);
  CHECK(live_hash(json::parse("[]")) == live);
}

TEST_CASE("what means the same has the same hash") {
  const auto one = hash_of(R"({"a": 1, "b": {"c": 2}})");
  CHECK(hash_of(R"({"b": {"c": 2.0}, "a": 1})") == one);
  CHECK(hash_of(R"({"a": 1, "b": {"c": 2, "d": null}, "e": null})") == one);
  CHECK(hash_of(R"({"a": 1, "b": {"c": 2}, "suspend": true,
                    "timeToLiveSeconds": 5})") == one);
}

TEST_CASE("what means something else has another hash") {
  const auto one = hash_of(R"({"a": [1, 2]})");
  CHECK(hash_of(R"({"a": [2, 1]})") != one);
  CHECK(hash_of(R"({"a": ["1", 2]})") != one);
  CHECK(hash_of(R"({"a": [1, 2, null]})") != one);
  // Only the spec's own suspend is exempt.
  CHECK(hash_of(R"({"a": [1, 2], "driver": {"suspend": true}})") != one);
}

TEST_CASE("hashes are compared under the rule of the older one") {
  const auto spec = json::parse(R"({"a": 1})");
  CHECK(spec_hash_like(spec, "1:0000").starts_with("1:"));
  CHECK(spec_hash_like(spec, "2:0000") == spec_hash(spec));
  CHECK(spec_hash_like(spec, "") == spec_hash(spec));
}
