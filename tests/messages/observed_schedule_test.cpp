#include "messages/observed_schedule.hpp"

#include <catch2/catch.hpp>

#include <string>

namespace spark::test {
namespace {

namespace json = boost::json;

json::value schedule_object(std::int64_t generation) {
  return {{"metadata",
           {{"name", "s"},
            {"namespace", "ns"},
            {"uid", "u"},
            {"resourceVersion", "5"},
            {"generation", generation},
            {"creationTimestamp", "2026-01-01T12:00:00Z"},
            {"managedFields",
             {{{"time", "2026-01-01T12:30:00Z"}},
              {{"time", "2026-01-01T12:40:00Z"}, {"subresource", "status"}},
              {{"time", "2026-01-01T12:20:00Z"}}}}}},
          {"spec",
           {{"schedule", "@every 10m"},
            {"timeZone", "UTC"},
            {"template", json::object{}}}}};
}

schedule_observed fact_of(const json::value& object) {
  fact_settings set;
  set.local_zone = "Europe/Berlin";
  auto seen = read_schedule(object, set, false);
  REQUIRE(seen);
  return seen->fact;
}

} // namespace

TEST_CASE("an edit is as old as the newest write that is no status",
          "[observed]") {
  CHECK(fact_of(schedule_object(2)).edited ==
        from_rfc3339("2026-01-01T12:30:00Z"));
}

TEST_CASE("the first generation is as old as its object, whoever labels it",
          "[observed]") {
  CHECK(fact_of(schedule_object(1)).edited ==
        from_rfc3339("2026-01-01T12:00:00Z"));
}

TEST_CASE("texts that users write keep a fact small", "[observed]") {
  auto object = schedule_object(1);
  auto& spec = object.as_object()["spec"].as_object();
  auto* field = GENERATE("schedule", "timeZone", "concurrencyPolicy");
  spec[field] = std::string(100'000, 'x');
  auto f = fact_of(object);
  CHECK_FALSE(f.rules.refusal.empty());
  CHECK(f.rules.expression.size() < 310);
  CHECK(f.rules.zone.size() < 310);
  CHECK(f.rules.concurrency.size() < 310);
  CHECK(f.rules.refusal.size() < 10'000);
}

TEST_CASE("a schedule without a time zone has the operator's", "[observed]") {
  auto object = schedule_object(1);
  auto& spec = object.as_object()["spec"].as_object();
  SECTION("none is said") { spec.erase("timeZone"); }
  SECTION("as a Go operator writes it") { spec["timeZone"] = "Local"; }
  CHECK(fact_of(object).rules.zone == "Europe/Berlin");
}

} // namespace spark::test
