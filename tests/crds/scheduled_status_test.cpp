#include "crds/fields.hpp"
#include "crds/scheduled_status.hpp"
#include "tests/support/json_read.hpp"

#include <catch2/catch.hpp>

#include <set>

using namespace spark;
namespace json = boost::json;

namespace {

scheduled_status full_status() {
  return {.last_run = "2026-01-01T00:00:00Z",
          .next_run = "2026-01-01T00:05:00Z",
          .last_run_name = "pi-1767225600000000000",
          .past_successful_run_names = {"pi-3", "pi-1"},
          .past_failed_run_names = {"pi-2"},
          .schedule_state = "Scheduled",
          .reason = "x",
          .pending = {"pi-4", "2026-01-01T00:05:00Z"},
          .conditions = {{"SpecWarning", "True", "Accepted", "a: b",
                          "2026-01-01T00:00:00Z", 2}},
          .observed_generation = 2};
}

scheduled_status other_status() {
  return {.last_run = "2026-01-01T00:05:00Z",
          .last_run_name = "pi-4",
          .past_successful_run_names = {"pi-3"},
          .schedule_state = "FailedValidation",
          .reason = "spec.schedule: is missing",
          .pending = {"pi-5", "2026-01-01T00:10:00Z"},
          .observed_generation = 3};
}

} // namespace

TEST_CASE("a patch takes any status of a schedule to any other") {
  const std::vector<scheduled_status> all{{}, full_status(), other_status()};
  for (const auto& from : all)
    for (const auto& to : all) {
      json::value stored;
      stored = test::merge(stored, scheduled_status_patch({}, from));
      CHECK(parse_scheduled_status(stored) == from);
      stored = test::merge(stored, scheduled_status_patch(from, to));
      CHECK(parse_scheduled_status(stored) == to);
      CHECK(scheduled_status_patch(to, to).empty());
    }
}

TEST_CASE("a full status has every field of the table, and no other") {
  const json::value written = scheduled_status_patch({}, full_status());
  std::set<std::string> known;
  for (const auto& row : scheduled_status_fields()) {
    auto path = row.path.substr(row.path.find('.') + 1);
    if (row.path == "status" || path.find("[]") != path.npos)
      continue;
    INFO(path);
    const auto dot = path.find('.');
    const auto* top = written.as_object().if_contains(path.substr(0, dot));
    REQUIRE(top);
    if (dot != path.npos)
      CHECK(top->as_object().contains(path.substr(dot + 1)));
    known.insert(path.substr(0, dot));
  }
  for (const auto& member : written.as_object())
    CHECK(known.contains(std::string{member.key()}));
}

TEST_CASE("a run that was created is one patch") {
  auto before = full_status();
  auto after = before;
  after.last_run = before.pending.tick;
  after.last_run_name = before.pending.name;
  after.pending = {};
  CHECK(json::value(scheduled_status_patch(before, after)) ==
        json::parse(R"({"lastRun": "2026-01-01T00:05:00Z",
             "lastRunName": "pi-4", "pendingRun": null})"));
}

TEST_CASE("lists and conditions of a schedule are replaced as a whole") {
  auto wanted = full_status();
  wanted.past_successful_run_names = {"pi-4", "pi-3"};
  wanted.past_failed_run_names.clear();
  wanted.conditions.front().status = "False";
  const json::value patch = scheduled_status_patch(full_status(), wanted);
  CHECK(patch.at("pastSuccessfulRunNames") == json::array{"pi-4", "pi-3"});
  CHECK(patch.at("pastFailedRunNames").is_null());
  CHECK(patch.at("conditions").as_array().size() == 1);
  CHECK(patch.as_object().size() == 3);
}

TEST_CASE("what a Go operator leaves, and odd members, read as absent") {
  const auto left = json::parse(R"({"lastRun": null, "nextRun": null,
    "scheduleState": "Scheduled"})");
  scheduled_status want;
  want.schedule_state = "Scheduled";
  CHECK(parse_scheduled_status(left) == want);
  const auto odd = json::parse(R"({"lastRun": 5, "nextRun": {}, "reason": [],
    "lastRunName": true, "pastSuccessfulRunNames": "pi-1",
    "pastFailedRunNames": [1, "pi-2", null], "pendingRun": ["x"],
    "conditions": [7], "observedGeneration": "2"})");
  want = {};
  want.past_failed_run_names = {"pi-2"};
  CHECK(parse_scheduled_status(odd) == want);
  for (const auto* text : {"null", "7", "[]", "\"x\""})
    CHECK(parse_scheduled_status(json::parse(text)) == scheduled_status{});
}

TEST_CASE("members of others in a schedule's status are not touched") {
  auto stored = json::parse(R"({"later": 1, "pendingRun": {"later": 2}})");
  const auto observed = parse_scheduled_status(stored);
  stored = test::merge(stored, scheduled_status_patch(observed, full_status()));
  CHECK(stored.at("later") == 1);
  CHECK(stored.at("pendingRun").at("later") == 2);
}
