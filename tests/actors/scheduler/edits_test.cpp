#include "tests/actors/scheduler/schedule_story.hpp"

namespace spark::test {

TEST_CASE("an edited schedule takes effect at once", "[schedule]") {
  schedule_story s{{{"schedule", "0 18 * * *"}}};
  CHECK(s.status({"nextRun"}) == "2026-01-01T18:00:00Z");
  s.until("12:30:00");
  s.edit({{"schedule", "*/15 * * * *"}});
  CHECK(s.status({"nextRun"}) == "2026-01-01T12:45:00Z");
  s.until("12:45:00");
  CHECK(s.ticks_run() == "12:45:00");
  s.edit({{"timeZone", "Asia/Kolkata"}, {"schedule", "0 19 * * *"}});
  CHECK(s.status({"nextRun"}) == "2026-01-01T13:30:00Z");
}

TEST_CASE("an edit of something else moves no tick", "[schedule]") {
  schedule_story s;
  for (const auto* at : {"12:03:00", "12:06:00", "12:09:00"}) {
    s.until(at);
    s.edit({{"template", {{"mainClass", at}}}});
  }
  s.until("12:10:00");
  CHECK(s.ticks_run() == "12:10:00");
  CHECK(json_at::text(json::value(s.cluster.runs().at(s.run_of("12:10:00"))),
                      {"spec", "mainClass"}) == "12:09:00");
}

TEST_CASE("an edit that nobody saw counts from when it was made",
          "[schedule]") {
  auto journal = GENERATE(true, false);
  schedule_story s{{{"schedule", "0 18 * * *"}}};
  s.kill();
  s.until("12:30:00");
  s.edit({{"schedule", "35 12 * * *"}});
  s.until("12:36:00");
  if (journal)
    s.start();
  else
    s.start_without_journal();
  CHECK(s.ticks_run() == "12:35:00");
}

TEST_CASE("a tick that was due before the schedule was edited has a reason",
          "[schedule]") {
  auto journal = GENERATE(true, false);
  schedule_story s{{{"schedule", "10 12 * * *"}}};
  s.kill();
  s.until("12:30:00");
  s.edit({{"schedule", "40 12 * * *"}});
  if (journal)
    s.start();
  else
    s.start_without_journal();
  CHECK(s.skipped().substr(0, 8) == "12:10:00");
  CHECK(s.skipped().find("ScheduleEdited") != std::string::npos);
  CHECK(s.status({"nextRun"}) == "2026-01-01T12:40:00Z");
}

TEST_CASE("a template that is edited while nobody is there loses no tick",
          "[schedule]") {
  auto journal = GENERATE(true, false);
  schedule_story s;
  s.kill();
  s.until("12:25:00");
  s.edit({{"template", {{"mainClass", "B"}}}});
  s.until("12:26:00");
  if (journal)
    s.start();
  else
    s.start_without_journal();
  CHECK(s.ticks_run() == "12:20:00");
  CHECK(s.skipped() == "12:10:00 Missed");
}

TEST_CASE("suspended ticks are not due", "[schedule]") {
  schedule_story s;
  s.until("12:05:00");
  s.edit({{"suspend", true}});
  CHECK(s.phase() == schedule_phase::resting);
  CHECK(s.status({"nextRun"}).empty());
  CHECK(s.condition("Scheduled").substr(0, 17) == "False Suspended: ");
  s.until("12:35:00");
  s.edit({{"suspend", false}});
  CHECK(s.ticks_run().empty());
  CHECK(s.skipped().empty());
  CHECK(s.status({"nextRun"}) == "2026-01-01T12:40:00Z");
  s.until("12:40:00");
  CHECK(s.ticks_run() == "12:40:00");
}

TEST_CASE("a held tick that is suspended has a reason", "[schedule]") {
  schedule_story s{{{"concurrencyPolicy", "Forbid"}}};
  s.until("12:25:00");
  s.edit({{"suspend", true}});
  CHECK(s.skipped() == "12:20:00 Suspended");
  s.finish(s.run_of("12:10:00"));
  CHECK(s.ticks_run() == "12:10:00");
}

TEST_CASE("what cannot be scheduled says so, and heals with the edit",
          "[schedule]") {
  struct bad {
    json::object patch;
    json::object heals;
    std::string reason;
  };
  auto b = GENERATE(values<bad>({{{{"schedule", "61 * * * *"}},
                                  {{"schedule", "@every 10m"}},
                                  "InvalidSchedule"},
                                 {{{"timeZone", "Mars/Olympus"}},
                                  {{"timeZone", "UTC"}},
                                  "InvalidTimeZone"},
                                 {{{"template", {{"type", "Perl"}}}},
                                  {{"template", {{"type", "Scala"}}}},
                                  "InvalidTemplate"},
                                 {{{"concurrencyPolicy", "Maybe"}},
                                  {{"concurrencyPolicy", nullptr}},
                                  "InvalidSpec"}}));
  schedule_story s;
  s.until("12:05:00");
  s.edit(b.patch);
  CHECK(s.status({"scheduleState"}) == "FailedValidation");
  CHECK_FALSE(s.status({"reason"}).empty());
  CHECK(s.condition("Scheduled").find("False " + b.reason) == 0);
  CHECK(s.phase() == schedule_phase::invalid);
  s.until("12:15:00");
  CHECK(s.ticks_run().empty());
  s.edit(b.heals);
  CHECK(s.status({"scheduleState"}) == "Scheduled");
  CHECK(s.status({"reason"}).empty());
  s.until("12:20:00");
  CHECK(s.ticks_run() == "12:20:00");
}

TEST_CASE("a schedule of a Go operator goes on from its nextRun",
          "[schedule]") {
  schedule_story s{{{"schedule", "*/10 * * * *"}}, false};
  s.cluster.write_status("s", {{"scheduleState", "Scheduled"},
                               {"lastRun", "2026-01-01T12:00:04Z"},
                               {"lastRunName", "s-1767268804000000000"},
                               {"nextRun", "2026-01-01T12:10:00Z"}});
  s.until("12:12:00");
  s.start();
  CHECK(s.ticks_run() == "12:10:00");
  CHECK(s.skipped().empty());
}

} // namespace spark::test
