#include "tests/replay/recorded_story.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

using namespace spark;
using namespace spark::testing;
using Catch::Matchers::Contains;
using spark::test::schedule_story;

namespace {

constexpr auto app_uid = "0b7e6a1c-0000-4000-8000-000000000001";

boost::json::value counts_of(const std::string& path) {
  return json_of(run_replay({path, "--verify", "--json"})).at("counts");
}

/// Two ticks wait for the run of the first, until it ends: eleven rows.
class held_ticks : public schedule_story {
public:
  held_ticks() : schedule_story{{{"concurrencyPolicy", "Forbid"}}} {
    until("12:30:00");
    cluster.now += std::chrono::minutes{1};
    finish(first);
  }
  std::string first = run_of("12:10:00");
  std::string second = run_of("12:30:00");
};

/// `change` is for the sixth row: the first tick that waits.
void record(const std::string& path, const schedule_story& story,
            const recorded_story::spoil& change = {}) {
  int n = 0;
  auto j = must(open_journal(path));
  recorded_story{*j}.take(story, [&](journal_row& row) {
    if (++n == 6 && change)
      change(row);
  });
}

/// An application in rows 1 to 8, then a schedule of the same name.
void record_both(const std::string& path) {
  {
    auto j = must(open_journal(path));
    recorded_run{*j, app_uid, "s", from_rfc3339("2026-01-01T00:00:00Z"), "ns"}
        .plain();
  }
  record(path, held_ticks{});
}

/// A run a minute, which ends in half of one; each is at least five rows.
void run_for(schedule_story& s, int minutes) {
  for (int i = 1; i <= minutes; ++i) {
    auto tick = fmt::format("{:02}:{:02}:00", 12 + i / 60, i % 60);
    s.until(tick);
    s.cluster.now += seconds{30};
    s.finish(s.run_of(tick));
  }
}

} // namespace

TEST_CASE("schedules are listed beside applications", "[schedules]") {
  temp_dir dir;
  auto path = dir / "journal.db";
  record_both(path);
  auto r = run_replay({path});
  CHECK(r.code == 0);
  CHECK_THAT(r.out, Contains("NAMESPACE/NAME KIND        UID      PHASE"));
  CHECK_THAT(r.out, Contains("ns/s           application 0b7e6a1c completed"));
  CHECK_THAT(r.out, Contains("ns/s           schedule    schedule waiting"));

  auto doc = json_of(run_replay({path, "--json"}));
  auto& apps = doc.at("applications").as_array();
  auto& schedules = doc.at("schedules").as_array();
  REQUIRE(apps.size() == 1);
  REQUIRE(schedules.size() == 1);
  CHECK(apps[0].at("kind") == "application");
  CHECK(schedules[0].at("kind") == "schedule");
  CHECK(schedules[0].at("rows") == 11);
  CHECK(schedules[0].at("firstSeq") == 9);

  auto some = run_replay({path, "--kind", "application"});
  CHECK_THAT(some.out, Contains("completed") && !Contains("waiting"));
  CHECK_THAT(some.out, !Contains("KIND")); // there is but one
  CHECK(run_replay({path, "--kind", "pod"}).code == 2);
}

TEST_CASE("a schedule's history is told in words", "[schedules]") {
  temp_dir dir;
  auto path = dir / "journal.db";
  held_ticks s;
  record(path, s);
  auto r = run_replay({path, "--app", "ns/s"});
  CHECK(r.code == 0);
  CHECK_THAT(r.out, Contains("schedule ns/s (uid " + s.uid + ")\n"));
  CHECK_THAT(r.out, Contains("#1  unseen → idle → waiting\n"));
  CHECK_THAT(r.out,
             Contains("so     tick 2026-01-01T12:10:00Z gets run " + s.first +
                      "; the tick after it: 2026-01-01T12:20"));
  CHECK_THAT(r.out, Contains("#3  intending → creating\n"));
  CHECK_THAT(r.out, Contains("wants  create_run\n"));
  CHECK_THAT(r.out, Contains("why    creating run " + s.first + ": done"));
  CHECK_THAT(r.out, Contains("waits for run " + s.first));
  CHECK_THAT(r.out, Contains("skipped (RunActive): tick 2026-01-01T12:20:00Z"));
  CHECK_THAT(r.out, Contains("1 COMPLETED (" + s.first + ")"));
  CHECK_THAT(r.out, !Contains("{\"") && !Contains("cannot be read"));
  CHECK(run_replay({path, "--uid", s.uid}).out == r.out);

  auto doc = json_of(run_replay({path, "--app", "ns/s", "--json"}));
  CHECK(doc.at("applications").as_array().empty());
  auto& told = doc.at("schedules").at(0);
  CHECK(told.at("schedule").at("uid").as_string() == s.uid);
  auto& rows = told.at("history").as_array();
  REQUIRE(rows.size() == 11);
  CHECK(rows[5].at("phases") == boost::json::array{"waiting", "holding"});
  CHECK(rows[5].at("stimulus").at("kind") == "time_passed");
  CHECK(rows[5].at("why") == "time has passed: something is due");
}

TEST_CASE("a schedule's state after a row, what it shows and wants",
          "[schedules]") {
  temp_dir dir;
  auto path = dir / "journal.db";
  held_ticks s;
  record(path, s);
  auto r = run_replay({path, "--app", "ns/s", "--until", "6"});
  INFO(r.out << r.err);
  CHECK(r.code == 0);
  CHECK_THAT(r.out, Contains("after row 6 at 2026-01-01T12:20:00.000Z"));
  CHECK_THAT(r.out, Contains("holding: tick 2026-01-01T12:20:00Z waits for"));
  CHECK_THAT(r.out, Contains("lastRunName: " + s.first));
  CHECK_THAT(r.out, Contains("Held=True (RunActive)"));
  CHECK_THAT(r.out, Contains("plan wants write_status"));
  CHECK_THAT(r.out, Contains("looks again 2026-01-01T12:30:00.000Z"));

  for (int row = 1; row <= 11; ++row) {
    INFO(row);
    auto doc = json_of(run_replay(
        {path, "--app", "ns/s", "--json", "--until", std::to_string(row)}));
    CHECK(doc.at("asRecorded") == true);
    CHECK(doc.at("seq") == row);
  }
  auto doc =
      json_of(run_replay({path, "--uid", s.uid, "--until", "9", "--json"}));
  CHECK(doc.at("schedule").at("name") == "s");
  CHECK(doc.at("state").at("at") == "creating");
  CHECK(doc.at("wants").at(0).at("kind") == "create_run");
  CHECK(doc.at("wants").at(0).at("run").as_string() == s.second);
  CHECK(doc.at("status").at("pendingRun").at("name").as_string() == s.second);
}

TEST_CASE("explain says why a schedule is where it is", "[schedules]") {
  temp_dir dir;
  auto path = dir / "journal.db";
  held_ticks s;
  record(path, s);
  auto r = run_replay({"explain", path, "ns/s"});
  CHECK(r.code == 0);
  CHECK_THAT(r.out, Contains("waiting (Waiting), row 11 at "));
  CHECK_THAT(r.out, Contains("next     the next tick is 2026-01-01T12:40:00Z"));
  CHECK_THAT(r.out, Contains("because  schedule \"@every 10m\""));
  CHECK_THAT(r.out, Contains("so: the cluster holds status.lastRun"));

  auto then =
      json_of(run_replay({"explain", path, "ns/s", "--json", "--until", "7"}));
  CHECK(then.at("schedule").at("kind") == "schedule");
  CHECK(then.at("phase") == "holding");
  CHECK(then.at("reason") == "RunActive");
  CHECK(then.at("headline").as_string() ==
        "tick 2026-01-01T12:30:00Z waits for run " + s.first +
            ", which has not ended");
  CHECK(then.at("lately").as_array().size() == 7);
}

TEST_CASE("a name that both kinds have means both, or the one that is wanted",
          "[schedules]") {
  temp_dir dir;
  auto path = dir / "journal.db";
  record_both(path);
  auto both = run_replay({path, "--app", "ns/s"});
  CHECK(both.code == 0);
  CHECK_THAT(both.out, Contains("ns/s (uid 0b7e6a1c") &&
                           Contains("schedule ns/s (uid schedule-1)"));
  auto doc = json_of(run_replay({path, "--app", "ns/s", "--json"}));
  CHECK(doc.at("applications").as_array().size() == 1);
  CHECK(doc.at("schedules").as_array().size() == 1);

  for (auto& arguments : std::vector<std::vector<std::string>>{
           {"explain", path, "ns/s"},
           {"explain", path, "ns/s", "--json"},
           {path, "--app", "ns/s", "--until", "19"}}) {
    auto r = run_replay(arguments);
    CHECK(r.code == 2);
    CHECK(r.out.empty());
    CHECK_THAT(r.err, Contains("an application and a schedule have this name: "
                               "choose one with --kind"));
    arguments.insert(arguments.end(), {"--kind", "schedule"});
    CHECK_THAT(run_replay(arguments).out,
               Contains("schedule-1") && !Contains(app_uid));
    arguments.back() = "application";
    CHECK_THAT(run_replay(arguments).out,
               Contains(app_uid) && !Contains("schedule-1"));
  }
  // The schedule was not there yet.
  auto early = run_replay({path, "--app", "ns/s", "--until", "8"});
  CHECK_THAT(early.out, Contains("completed: done"));
  auto absent = run_replay({path, "--app", "ns/t", "--kind", "schedule"});
  CHECK_THAT(absent.err, Contains("the journal has no schedule of this name"));
}

TEST_CASE("a schedule's rows are decided again", "[schedules]") {
  temp_dir dir;
  auto path = dir / "journal.db";
  record_both(path);
  auto r = run_replay({path, "--verify"});
  INFO(r.out << r.err);
  CHECK(r.code == 0);
  CHECK(r.out == "1 application and 1 schedule: 19 rows decided again: no "
                 "difference\n");
  CHECK(run_replay({path, "--verify", "--kind", "schedule"}).out ==
        "1 schedule: 11 rows decided again: no difference\n");
  auto doc = json_of(run_replay({path, "--verify", "--json"}));
  CHECK(doc.at("counts").at("decided") == 19);
  CHECK(doc.at("schedules").at(0).at("counts").at("decided") == 11);
  CHECK(doc.at("schedules").at(0).at("schedule").at("kind") == "schedule");
}

TEST_CASE("a schedule's row with other events is a difference", "[schedules]") {
  temp_dir dir;
  auto path = dir / "journal.db";
  record(path, held_ticks{},
         [](journal_row& row) { row.events = R"([{"kind":"intent_lost"}])"; });
  auto r = run_replay({path, "--verify"});
  INFO(r.out);
  CHECK(r.code == 1);
  CHECK_THAT(r.out, Contains("schedule ns/s (uid schedule-1) row 6: today's "
                             "rules decide something else"));
  CHECK_THAT(r.out, Contains("recorded intent_lost: the cluster holds"));
  CHECK_THAT(r.out, Contains("now      tick_held: tick 2026-01-01T12:20:00Z"));
  auto doc = json_of(run_replay({path, "--verify", "--json"}));
  auto& found = doc.at("schedules").at(0).at("differences").as_array();
  REQUIRE_FALSE(found.empty());
  CHECK(found[0].at("seq") == 6);
  CHECK(found[0].at("now").at(0).at("kind") == "tick_held");
  CHECK_THAT(run_replay({path, "--app", "ns/s", "--until", "6"}).out,
             Contains("the row recorded another state"));
}

TEST_CASE("a schedule's row that was changed or lost is a difference",
          "[schedules]") {
  temp_dir dir;
  auto path = dir / "journal.db";
  record(path, held_ticks{});
  tamper(path, "DELETE FROM entry WHERE seq=3");
  auto r = run_replay({path, "--verify"});
  CHECK(r.code == 1);
  CHECK_THAT(r.out, Contains("row 4: the chain of hashes is broken"));
  CHECK_THAT(r.out, Contains("row 4: begins in phase creating, but the rows "
                             "before lead to intending: rows are missing"));
}

TEST_CASE("a schedule's row that cannot be read is a difference",
          "[schedules]") {
  temp_dir dir;
  auto path = dir / "journal.db";
  record(path, held_ticks{}, [](journal_row& row) { row.events = "[{"; });
  auto r = run_replay({path, "--verify"});
  CHECK(r.code == 1);
  CHECK_THAT(r.out, Contains("row 6: cannot be read"));
  auto told = run_replay({path, "--app", "ns/s"});
  CHECK(told.code == 0);
  CHECK_THAT(told.out, Contains("#6  waiting → holding\n"));
  CHECK(run_replay({"explain", path, "ns/s"}).code == 2);
}

TEST_CASE("rows of other rules of schedules are folded, not decided",
          "[schedules]") {
  temp_dir dir;
  auto path = dir / "journal.db";
  record(path, held_ticks{}, [](journal_row& row) {
    row.rules_version = schedule_rules_version - 1;
    row.stimulus = R"({"kind":"of_the_past"})";
  });
  CHECK(run_replay({path, "--verify"}).code == 0);
  CHECK(counts_of(path).at("foldedOnly") == 1);
  CHECK(counts_of(path).at("decided") == 10);
}

TEST_CASE("a schedule's trimmed history begins with its snapshot",
          "[schedules]") {
  temp_dir dir;
  auto path = dir / "journal.db";
  schedule_story s{{{"schedule", "@every 1m"}}};
  run_for(s, 110);
  auto rows = static_cast<std::int64_t>(s.rows.size());
  REQUIRE(rows > 512);
  {
    journal_options options;
    options.max_rows_per_app = 100;
    auto j = must(open_journal(path, options));
    recorded_story{*j}.take(s);
    while (must(j->trim(s.cluster.now)))
      ;
  }
  auto r = run_replay({path, "--verify"});
  INFO(r.out);
  CHECK(r.code == 0);
  CHECK_THAT(r.out, Contains("1 schedule (1 trimmed): "));
  auto counts = counts_of(path);
  CHECK(counts.at("skipped") == 1); // the row of the older snapshot
  CHECK(counts.at("decided") == rows - 256);
  CHECK(counts.at("differences") == 0);
  CHECK(run_replay({"explain", path, "ns/s"}).code == 0);
  auto first = run_replay({path, "--app", "ns/s", "--until", "256"});
  CHECK(first.code == 0);
  CHECK_THAT(first.out, !Contains("the row recorded another state"));
  SECTION("and of the rows before it only the phases are known") {
    tamper(path, "DELETE FROM snapshot WHERE seq=256");
    CHECK(counts_of(path).at("decided") == rows - 512);
    auto told = run_replay({path, "--app", "ns/s"}).out;
    CHECK_THAT(told, Contains("intending → creating\n") &&
                         Contains("creating → recording\n"));
    CHECK_THAT(told, !Contains("idle"));
    auto early = run_replay({path, "--app", "ns/s", "--until", "300"});
    CHECK(early.code == 2);
    CHECK_THAT(early.err, Contains("cannot be told"));
  }
}

TEST_CASE("a snapshot must be the state that a schedule's rows lead to",
          "[schedules]") {
  temp_dir dir;
  auto path = dir / "journal.db";
  held_ticks s;
  {
    auto j = must(open_journal(path));
    auto wrong = *s.op->state(s.uid);
    wrong.next_run += seconds{1};
    append(*j, s.rows, {schedule_machine::snapshot_of(wrong)});
  }
  auto r = run_replay({path, "--verify"});
  CHECK(r.code == 1);
  CHECK_THAT(r.out, Contains("row 11: the snapshot is not the state that the "
                             "rows lead to"));
}

TEST_CASE("a gap in a schedule's history is no difference", "[schedules]") {
  temp_dir dir;
  auto path = dir / "journal.db";
  schedule_story s;
  {
    auto j = must(open_journal(path));
    recorded_story to{*j};
    to.take(s);
    to.journal_works = false;
    s.until("12:10:00");
    to.take(s);
    to.journal_works = true;
    s.until("12:30:00");
    to.take(s);
  }
  auto r = run_replay({path, "--verify"});
  INFO(r.out);
  CHECK(r.code == 0);
  CHECK_THAT(r.out, Contains("4 rows lost (journal degraded): no difference"));
  CHECK(counts_of(path).at("skipped") == 1);
  CHECK_THAT(run_replay({path, "--app", "ns/s"}).out,
             Contains("4 rows lost here (journal degraded)"));
  CHECK(run_replay({"explain", path, "ns/s"}).code == 0);
}

TEST_CASE("a restart goes on with a schedule's history", "[schedules]") {
  temp_dir dir;
  auto path = dir / "journal.db";
  schedule_story s;
  s.until("12:10:00");
  s.kill();
  s.until("12:35:00");
  s.start();
  s.cluster.delete_schedule("s");
  s.look();
  record(path, s);
  auto r = run_replay({path, "--verify"});
  INFO(r.out);
  CHECK(r.code == 0);
  auto told = run_replay({path, "--app", "ns/s"}).out;
  CHECK_THAT(told, Contains("first look in term 2: "));
  CHECK_THAT(told, Contains("skipped (Missed): tick 2026-01-01T12:20:00Z"));
  CHECK_THAT(run_replay({"explain", path, "ns/s"}).out,
             Contains("why      it does not exist any more"));
}
