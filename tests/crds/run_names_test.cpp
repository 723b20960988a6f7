#include "crds/parse.hpp"
#include "crds/run_names.hpp"
#include "crds/text_checks.hpp"

#include <catch2/catch.hpp>

#include <map>
#include <random>
#include <set>

using namespace spark;
namespace json = boost::json;

namespace {

constexpr std::int64_t tick = 1767225600000000000;

/// A DNS subdomain, as Kubernetes lets a ScheduledSparkApplication be called.
std::string random_name(std::mt19937_64& random) {
  const auto size = 1 + random() % 253;
  std::string out;
  for (std::size_t i = 0; i < size; ++i) {
    const bool edge = i == 0 || i + 1 == size || out.back() == '.';
    const std::string_view from =
        edge ? "ab0" : (out.back() == '-' ? "ab09-" : "ab09-.");
    out += from[random() % from.size()];
  }
  return out;
}

std::string problems_of_run(const std::string& name) {
  auto object = json::parse(R"({"metadata": {}, "spec": {
    "type": "Java", "image": "i:3.5.7", "mainClass": "A",
    "mainApplicationFile": "local:///a.jar"}})");
  object.at("metadata").as_object()["name"] = name;
  return to_text(parse_application(object).problems);
}

} // namespace

TEST_CASE("a run is called after its schedule and its tick") {
  CHECK(run_name("pi", tick) == "pi-1767225600000000000");
  CHECK(run_name("my.app", tick) == "my.app-1767225600000000000");
  CHECK(run_name("1st", 0) == "1st-0");
  const std::string fits(43, 'a');
  CHECK(run_name(fits, tick) == fits + "-1767225600000000000");
}

TEST_CASE("a name that does not fit is cut, and told apart by a hash") {
  const std::string longer(44, 'a');
  const auto hash = sha256_hex(longer).substr(0, 10);
  CHECK(run_name(longer, tick) ==
        std::string(31, 'a') + "-1767225600000000000-h" + hash);
  CHECK(run_name(longer, tick).size() == 63);
  CHECK(run_name(longer, tick) != run_name(longer + "a", tick));
  CHECK(run_name(longer, tick) != run_name(longer, tick + 1));
}

TEST_CASE("a whole name is never a cut one") {
  // What a cut name says before its tick, as a name of its own.
  const std::string longer(44, 'a');
  const auto cut = run_name(longer, tick);
  const auto hash = cut.substr(cut.rfind('-'));
  CHECK(run_name(std::string(31, 'a') + hash, tick) != cut);
  CHECK(run_name(std::string(31, 'a') + "-1767225600000000000" + hash, tick) !=
        cut);
}

TEST_CASE("every schedule has runs with valid names, and its own") {
  std::mt19937_64 random{1}; // NOLINT: the same names each time
  std::map<std::string, std::pair<std::string, std::int64_t>> made;
  std::map<std::string, std::string> labels;
  for (int i = 0; i < 3000; ++i) {
    const auto name = random_name(random);
    INFO(name);
    REQUIRE(check_pod_name(name) == "");
    for (const auto at : {tick, tick + 1, std::int64_t{INT64_MAX},
                          std::int64_t{INT64_MIN}, std::int64_t{0}}) {
      const auto run = run_name(name, at);
      INFO(run);
      REQUIRE(problems_of_run(run) == "");
      REQUIRE(check_plain_label_value(run) == "");
      REQUIRE(check_pod_name(driver_pod_name(run, {})) == "");
      REQUIRE(run_name(name, at) == run);
      const auto [known, is_new] = made.emplace(run, std::pair{name, at});
      REQUIRE((is_new || known->second == std::pair{name, at}));
    }
    const auto label = schedule_label_value(name);
    INFO(label);
    REQUIRE(!label.empty());
    REQUIRE(check_plain_label_value(label) == "");
    REQUIRE((label == name) == (name.size() <= 63));
    REQUIRE(labels.emplace(label, name).first->second == name);
  }
}

TEST_CASE("text that is no name makes valid names all the same") {
  for (const std::string text :
       {"", "-", ".", "..", "A B", "\xc4\xb0", "a/", "-a", "_", "a_"}) {
    INFO(text);
    CHECK(problems_of_run(run_name(text, tick)) == "");
    const auto label = schedule_label_value(text);
    CHECK(!label.empty());
    CHECK(check_plain_label_value(label) == "");
  }
}
