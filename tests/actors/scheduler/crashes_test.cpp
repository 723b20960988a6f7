#include "tests/actors/scheduler/schedule_story.hpp"

namespace spark::test {
namespace {

bool is_create(const request& r) { return r.method == verb::post; }
bool is_patch(const request& r) { return r.method == verb::patch; }

/// The n-th request of a kind, from now on, meets this fate.
std::function<outcome(const request&)> nth(int n, bool (*kind)(const request&),
                                           outcome fate) {
  return [n, kind, fate](const request& r) mutable {
    return kind(r) && --n == 0 ? fate : outcome::answered;
  };
}

} // namespace

TEST_CASE("killed at any request, a tick has one run", "[schedule]") {
  auto journal = GENERATE(true, false);
  auto fate = GENERATE(outcome::killed_before, outcome::killed_after,
                       outcome::killed_late);
  auto which = GENERATE(1, 2, 3);
  schedule_story s;
  s.on_request = nth(
      which, [](const request&) { return true; }, fate);
  s.until("12:10:00");
  REQUIRE(!s.op);
  s.on_request = nullptr;
  bool lands_before = GENERATE(true, false);
  if (fate == outcome::killed_late && lands_before)
    s.cluster.perform(s.late);
  s.until("12:10:02");
  if (journal)
    s.start();
  else
    s.start_without_journal();
  if (fate == outcome::killed_late && !lands_before) {
    s.cluster.perform(s.late);
    s.look();
  }
  s.until("12:11:00");
  CHECK(s.ticks_run() == "12:10:00");
  CHECK(s.status({"lastRun"}) == "2026-01-01T12:10:00Z");
  CHECK(s.status({"lastRunName"}) == s.run_of("12:10:00"));
  CHECK(s.status({"pendingRun", "name"}).empty());
  CHECK(s.status({"nextRun"}) == "2026-01-01T12:20:00Z");
  CHECK(s.skipped().empty());
}

TEST_CASE("a reply that is lost makes no second run", "[schedule]") {
  auto which = GENERATE(1, 2, 3);
  schedule_story s;
  s.on_request = nth(
      which, [](const request&) { return true; }, outcome::lost_reply);
  s.until("12:11:00");
  CHECK(s.ticks_run() == "12:10:00");
  CHECK(s.status({"lastRunName"}) == s.run_of("12:10:00"));
}

TEST_CASE("a user edits in the very moment of the intent", "[schedule]") {
  schedule_story s;
  bool edited = false;
  s.on_request = [&](const request& r) {
    if (is_patch(r) && !edited) {
      edited = true;
      s.cluster.edit_schedule("s", {{"suspend", true}});
    }
    return outcome::answered;
  };
  s.until("12:10:00");
  CHECK(s.ticks_run().empty());
  CHECK(s.skipped() == "12:10:00 Suspended");
  CHECK(s.phase() == schedule_phase::resting);
}

TEST_CASE("a run that its user deletes stays deleted", "[schedule]") {
  auto journal = GENERATE(true, false);
  schedule_story s;
  s.until("12:10:00");
  s.cluster.delete_run(s.run_of("12:10:00"));
  s.look();
  s.kill();
  if (journal)
    s.start();
  else
    s.start_without_journal();
  s.until("12:19:00");
  CHECK(s.ticks_run() == "12:10:00");
}

TEST_CASE("deleted before it was on record, the journal remembers it",
          "[schedule]") {
  schedule_story s;
  s.on_request = nth(2, is_patch, outcome::killed_before);
  s.until("12:10:00");
  REQUIRE(!s.op);
  s.on_request = nullptr;
  s.cluster.delete_run(s.run_of("12:10:00"));
  s.start();
  CHECK(s.ticks_run() == "12:10:00");
  CHECK(s.status({"lastRunName"}) == s.run_of("12:10:00"));
}

TEST_CASE("a run that is refused is tried again until the next tick",
          "[schedule]") {
  schedule_story s;
  s.cluster.refuse_runs = "exceeded quota: team, requested: 1";
  s.until("12:15:00");
  CHECK(s.ticks_run().empty());
  CHECK(s.condition("Held").find("True NotCreated: ") == 0);
  CHECK(s.condition("Held").find("exceeded quota") != std::string::npos);
  SECTION("the quota is raised") {
    s.cluster.refuse_runs.clear();
    s.until("12:17:00");
    CHECK(s.ticks_run() == "12:10:00");
    CHECK(s.condition("Held").empty());
  }
  SECTION("the next tick comes first") {
    s.until("12:25:00");
    CHECK(s.skipped() == "12:10:00 NotCreated");
    s.cluster.refuse_runs.clear();
    s.until("12:27:00");
    CHECK(s.ticks_run() == "12:20:00");
  }
}

TEST_CASE("an old intent is looked after before a newer one", "[schedule]") {
  auto journal = GENERATE(true, false);
  auto fate = GENERATE(outcome::killed_before, outcome::killed_after);
  schedule_story s;
  s.on_request = nth(1, is_create, fate);
  s.until("12:10:00");
  REQUIRE(!s.op);
  s.on_request = nullptr;
  s.until("12:35:00");
  if (journal)
    s.start();
  else
    s.start_without_journal();
  s.until("12:36:00");
  if (fate == outcome::killed_after) {
    CHECK(s.ticks_run() == "12:10:00 12:30:00");
    CHECK(s.skipped() == "12:20:00 Missed");
  } else {
    CHECK(s.ticks_run() == "12:30:00");
    CHECK(s.skipped() == "12:10:00 NotCreated, 12:20:00 Missed");
  }
}

TEST_CASE("a name that is taken costs its tick and no other", "[schedule]") {
  schedule_story s;
  s.cluster.take_name(s.run_of("12:10:00"));
  s.until("12:10:00");
  CHECK(s.skipped() == "12:10:00 NameTaken");
  s.until("12:20:00");
  CHECK(s.ticks_run() == "12:20:00");
}

TEST_CASE("an intent that was dropped is not taken up again", "[schedule]") {
  schedule_story s;
  s.cluster.take_name(s.run_of("12:10:00"));
  int patches = 0;
  s.on_request = [&](const request& r) {
    // Just before it is cleared: the object that this makes still shows it.
    if (is_patch(r) && ++patches == 2)
      s.edit({{"template", {{"mainClass", "B"}}}});
    return outcome::answered;
  };
  s.until("12:15:00");
  CHECK(s.skipped() == "12:10:00 NameTaken");
  CHECK(std::count_if(s.requests.begin(), s.requests.end(), [](auto& line) {
          return line.starts_with("POST");
        }) == 1);
  CHECK(s.status({"pendingRun", "name"}).empty());
}

TEST_CASE("a create that is still on its way is waited for", "[schedule]") {
  auto journal = GENERATE(true, false);
  schedule_story s;
  s.on_request = nth(1, is_create, outcome::killed_late);
  s.until("12:10:00");
  REQUIRE(!s.op);
  s.on_request = nullptr;
  s.edit({{"suspend", true}}); // nobody creates it any more
  s.until("12:10:01");
  if (journal)
    s.start();
  else
    s.start_without_journal();
  s.until("12:10:04");
  s.cluster.perform(s.late);
  s.until("12:12:00");
  CHECK(s.ticks_run() == "12:10:00");
  CHECK(s.skipped().empty());
  CHECK(s.status({"lastRunName"}) == s.run_of("12:10:00"));
}

TEST_CASE("a CRD that drops the intent is named, and nothing runs",
          "[schedule]") {
  schedule_story s;
  s.cluster.prunes_intents = true;
  s.until("12:15:00");
  CHECK(s.ticks_run().empty());
  CHECK(s.status({"reason"}).find("drops status.pendingRun") !=
        std::string::npos);
  CHECK(s.requests.size() < 40);
  s.cluster.prunes_intents = false;
  s.until("12:17:00");
  CHECK(s.ticks_run() == "12:10:00");
  CHECK(s.status({"reason"}).empty());
}

TEST_CASE("an old journal is not believed", "[schedule]") {
  schedule_story s{{{"concurrencyPolicy", "Forbid"}}};
  s.until("12:05:00");
  s.change_leader();
  s.until("12:25:00");
  s.edit({{"schedule", "@every 5m"}});
  s.until("12:41:00"); // 12:10 runs; 12:20 to 12:35 had to wait
  s.finish(s.run_of("12:10:00"));
  s.until("12:43:00");
  auto skipped = s.skipped();
  s.change_leader();
  s.until("12:44:00");
  CHECK(s.skipped() == skipped);
  CHECK(s.ticks_run() == "12:10:00 12:40:00");
  CHECK(s.status({"nextRun"}) == "2026-01-01T12:45:00Z");
}

TEST_CASE("a schedule that was away goes on when it is back", "[schedule]") {
  schedule_story s;
  s.until("12:10:00");
  // As by a label that the operator selects by.
  s.op->leave("s");
  CHECK(s.phase() == schedule_phase::removed);
  s.until("12:25:00");
  s.start();
  CHECK(s.ticks_run() == "12:10:00 12:20:00");
}

TEST_CASE("every row of a life is decided again alike", "[schedule]") {
  schedule_story s{{{"concurrencyPolicy", "Forbid"},
                    {"schedule", "@every 1m"},
                    {"startingDeadlineSeconds", 90}}};
  s.until("12:03:30");
  s.finish(s.run_of("12:01:00"));
  s.edit({{"suspend", true}});
  s.until("12:05:00");
  s.edit({{"suspend", false}});
  s.until("12:09:00");
  schedule_state state;
  REQUIRE(s.rows.size() > 12);
  for (auto& row : s.rows) {
    auto said = journaled::verify<schedule_machine>(state, row);
    REQUIRE(said);
    INFO(row.stimulus << "\n" << said->detail);
    CHECK(said->is == verdict::kind::same);
    CHECK(row.phase_after == to_string(state.at));
  }
  auto folded = journaled::fold<schedule_machine>(s.journal.at(s.uid));
  REQUIRE(folded);
  CHECK(folded->state == state);
}

} // namespace spark::test
