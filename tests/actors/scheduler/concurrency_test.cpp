#include "tests/actors/scheduler/schedule_story.hpp"

namespace spark::test {

TEST_CASE("Allow starts beside a run that has not ended", "[schedule]") {
  schedule_story s;
  s.until("12:20:00");
  CHECK(s.ticks_run() == "12:10:00 12:20:00");
}

TEST_CASE("Forbid holds one tick and runs it when the run ends", "[schedule]") {
  schedule_story s{{{"concurrencyPolicy", "Forbid"}}};
  s.until("12:20:00");
  CHECK(s.ticks_run() == "12:10:00");
  CHECK(s.phase() == schedule_phase::holding);
  CHECK(s.condition("Held").substr(0, 15) == "True RunActive:");
  CHECK(s.status({"nextRun"}) == "2026-01-01T12:20:00Z");
  s.until("12:25:00");
  s.finish(s.run_of("12:10:00"));
  CHECK(s.ticks_run() == "12:10:00 12:20:00");
  CHECK(s.skipped().empty());
  CHECK(s.condition("Held").empty());
}

TEST_CASE("Forbid records the ticks that a newer one has overtaken",
          "[schedule]") {
  schedule_story s{{{"concurrencyPolicy", "Forbid"}}};
  s.until("12:41:00");
  CHECK(s.skipped() == "12:20:00 RunActive, 12:30:00 RunActive");
  s.finish(s.run_of("12:10:00"), "FAILED");
  CHECK(s.ticks_run() == "12:10:00 12:40:00");
}

TEST_CASE("what is held is remembered by the cluster alone", "[schedule]") {
  schedule_story s{{{"concurrencyPolicy", "Forbid"}}};
  s.until("12:31:00");
  s.kill();
  s.start_without_journal();
  CHECK(s.phase() == schedule_phase::holding);
  CHECK(s.skipped() == "12:20:00 RunActive");
  s.finish(s.run_of("12:10:00"));
  CHECK(s.ticks_run() == "12:10:00 12:30:00");
}

TEST_CASE("a held tick has its deadline", "[schedule]") {
  schedule_story s{
      {{"concurrencyPolicy", "Forbid"}, {"startingDeadlineSeconds", 60}}};
  s.until("12:22:00");
  CHECK(s.skipped() == "12:20:00 DeadlineExceeded");
  s.finish(s.run_of("12:10:00"));
  CHECK(s.ticks_run() == "12:10:00");
  s.until("12:30:00");
  CHECK(s.ticks_run() == "12:10:00 12:30:00");
}

TEST_CASE("Replace deletes the run that has not ended, then starts",
          "[schedule]") {
  schedule_story s{{{"concurrencyPolicy", "Replace"}}};
  s.until("12:20:00");
  CHECK(s.ticks_run() == "12:10:00 12:20:00");
  CHECK(s.runs() == std::vector<std::string>{s.run_of("12:20:00")});
  CHECK(s.skipped().empty());
}

TEST_CASE("Replace waits for what is being deleted, but not for ever",
          "[schedule]") {
  schedule_story s{{{"concurrencyPolicy", "Replace"}}};
  s.cluster.slow_to_delete = true;
  s.until("12:20:30");
  CHECK(s.ticks_run() == "12:10:00");
  CHECK(s.phase() == schedule_phase::holding);
  SECTION("it goes") {
    s.cluster.delete_run(s.run_of("12:10:00"));
    s.look();
    CHECK(s.ticks_run() == "12:10:00 12:20:00");
  }
  SECTION("it stays") {
    s.until("12:21:59");
    CHECK(s.ticks_run() == "12:10:00");
    s.until("12:22:00");
    CHECK(s.ticks_run() == "12:10:00 12:20:00");
  }
}

TEST_CASE("Replace waits for the newest, whatever lies there from before",
          "[schedule]") {
  schedule_story s{{{"concurrencyPolicy", "Replace"}}};
  s.cluster.slow_to_delete = true;
  s.until("12:31:59"); // 12:10 has been given up since 12:22
  CHECK(s.ticks_run() == "12:10:00 12:20:00");
  s.until("12:32:00");
  CHECK(s.ticks_run() == "12:10:00 12:20:00 12:30:00");
}

TEST_CASE("a policy that is lifted lets the held tick go", "[schedule]") {
  schedule_story s{{{"concurrencyPolicy", "Forbid"}}};
  s.until("12:25:00");
  s.edit({{"concurrencyPolicy", "Allow"}});
  CHECK(s.ticks_run() == "12:10:00 12:20:00");
}

TEST_CASE("runs of others are nobody's business", "[schedule]") {
  schedule_story s{{{"concurrencyPolicy", "Forbid"}}};
  s.cluster.take_name("s-other");
  s.until("12:10:00");
  CHECK(s.ticks_run() == "12:10:00");
}

} // namespace spark::test
