#include "tests/actors/scheduler/schedule_story.hpp"

namespace spark::test {

TEST_CASE("a tick gets one run, on record before and after it is made",
          "[schedule]") {
  schedule_story s;
  CHECK(s.status({"nextRun"}) == "2026-01-01T12:10:00Z");
  CHECK(s.status({"scheduleState"}) == "Scheduled");
  s.requests.clear();
  s.until("12:10:00");
  REQUIRE(s.ticks_run() == "12:10:00");
  CHECK(s.requests ==
        std::vector<std::string>{
            "PATCH /apis/sparkoperator.k8s.io/v1beta2/namespaces/ns/"
            "scheduledsparkapplications/s/status",
            "POST /apis/sparkoperator.k8s.io/v1beta2/namespaces/ns/"
            "sparkapplications",
            "PATCH /apis/sparkoperator.k8s.io/v1beta2/namespaces/ns/"
            "scheduledsparkapplications/s/status"});
  CHECK(s.status({"lastRun"}) == "2026-01-01T12:10:00Z");
  CHECK(s.status({"lastRunName"}) == s.run_of("12:10:00"));
  CHECK(s.status({"nextRun"}) == "2026-01-01T12:20:00Z");
  CHECK(s.status({"pendingRun", "name"}).empty());
  CHECK(s.condition("Held").empty());
  CHECK(s.condition("Skipped").empty());
}

TEST_CASE("a run has its schedule's template, labels and owner", "[schedule]") {
  schedule_story s;
  s.until("12:10:00");
  auto& run = s.cluster.runs().at(s.run_of("12:10:00"));
  json::value made = run;
  CHECK(run.at("spec") ==
        s.cluster.schedules().at("s").at("spec").at("template"));
  CHECK(json_at::text(made, {"metadata", "labels",
                             "sparkoperator.k8s.io/scheduled-app-name"}) ==
        "s");
  auto& owner = json_at::items(made, {"metadata", "ownerReferences"}).at(0);
  CHECK(json_at::text(owner, {"kind"}) == "ScheduledSparkApplication");
  CHECK(json_at::text(owner, {"uid"}) == s.uid);
  CHECK(owner.at("controller").as_bool());
}

TEST_CASE("one that was made while nobody was there runs its newest tick",
          "[schedule]") {
  schedule_story s{{}, false};
  s.until("12:35:00");
  s.start();
  CHECK(s.ticks_run() == "12:30:00");
  CHECK(s.skipped() == "12:10:00-12:20:00 Missed");
  CHECK(s.condition("Skipped") ==
        "True Missed: 2 ticks from 2026-01-01T12:10:00Z to "
        "2026-01-01T12:20:00Z had no run: no operator was there when it was "
        "due");
  s.finish(s.run_of("12:30:00"));
  s.until("12:40:00");
  CHECK(s.condition("Skipped").empty());
}

TEST_CASE("a late tick is skipped where startingDeadlineSeconds says so",
          "[schedule]") {
  auto deadline = GENERATE(299, 300);
  schedule_story s{{{"startingDeadlineSeconds", deadline}}, false};
  s.until("12:35:00");
  s.start();
  if (deadline == 300) {
    CHECK(s.ticks_run() == "12:30:00");
  } else {
    CHECK(s.ticks_run().empty());
    CHECK(s.skipped() == "12:10:00-12:20:00 Missed, 12:30:00 DeadlineExceeded");
    CHECK(s.status({"nextRun"}) == "2026-01-01T12:40:00Z");
  }
}

TEST_CASE("history keeps as many ended runs as its limits say", "[schedule]") {
  schedule_story s{{{"schedule", "@every 1m"},
                    {"successfulRunHistoryLimit", 2},
                    {"failedRunHistoryLimit", 0}}};
  for (const auto* tick : {"12:01:00", "12:02:00", "12:03:00"}) {
    s.until(tick);
    s.finish(s.run_of(tick));
  }
  CHECK(s.runs() ==
        std::vector<std::string>{s.run_of("12:02:00"), s.run_of("12:03:00")});
  s.until("12:04:00");
  s.finish(s.run_of("12:04:00"), "FAILED");
  CHECK(s.runs() ==
        std::vector<std::string>{s.run_of("12:02:00"), s.run_of("12:03:00")});
  auto& status = s.cluster.schedules().at("s").at("status");
  CHECK(status.at("pastSuccessfulRunNames") ==
        json::value(json::array{json::string(s.run_of("12:03:00")),
                                json::string(s.run_of("12:02:00"))}));
  s.edit({{"successfulRunHistoryLimit", nullptr}});
  CHECK(s.runs() == std::vector<std::string>{s.run_of("12:03:00")});
  CHECK(s.ticks_run() == "12:01:00 12:02:00 12:03:00 12:04:00");
}

TEST_CASE("nothing is written while nothing happens", "[schedule]") {
  schedule_story s;
  s.until("12:10:00");
  auto rows = s.rows.size();
  s.requests.clear();
  s.until("12:19:59");
  CHECK(s.requests.empty());
  CHECK(s.rows.size() == rows);
}

TEST_CASE("a schedule that is deleted starts nothing more", "[schedule]") {
  schedule_story s;
  s.until("12:10:00");
  s.cluster.delete_schedule("s");
  s.look();
  CHECK(s.runs().empty());
  s.until("13:00:00");
  CHECK(s.ticks_run() == "12:10:00");
  CHECK(s.phase() == schedule_phase::removed);
}

} // namespace spark::test
