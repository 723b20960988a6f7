#include "messages/codec.hpp"
#include "tests/replay/recorded_run.hpp"

#include <catch2/catch.hpp>

using namespace spark;
using namespace spark::testing;
using Catch::Matchers::Contains;

namespace {

constexpr auto uid = "0b7e6a1c-0000-4000-8000-000000000001";

boost::json::value counts_of(const std::string& path) {
  return json_of(run_replay({path, "--verify", "--json"})).at("counts");
}

/// Executors come and go: a row each.
void churn(recorded_run& run, int rows) {
  for (int i = 0; i < rows; ++i)
    run.executor(i / 2 % 50, i % 2 == 0 ? "RUNNING" : "FAILED");
}

} // namespace

TEST_CASE("a journal that says what today's rules say verifies") {
  temp_dir dir;
  auto path = dir / "journal.db";
  auto j = must(open_journal(path));
  recorded_run{*j, uid}.plain();
  j.reset();
  auto r = run_replay({path, "--verify"});
  INFO(r.out << r.err);
  CHECK(r.code == 0);
  CHECK_THAT(r.out, Contains("8 rows decided again"));
  CHECK_THAT(r.out, Contains("no difference"));
  CHECK(run_replay({path, "--verify", "--app", "default/pi"}).code == 0);
  CHECK(counts_of(path).at("decided") == 8);
  CHECK(counts_of(path).at("differences") == 0);
}

TEST_CASE("a whole history is verified from its first row, not its snapshot") {
  temp_dir dir;
  auto path = dir / "journal.db";
  auto j = must(open_journal(path));
  recorded_run run{*j, uid};
  run.start();
  churn(run, 300);
  run.succeed();
  j.reset();
  auto counts = counts_of(path);
  CHECK(counts.at("decided") == 307);
  CHECK(counts.at("skipped") == 0);
  CHECK(counts.at("differences") == 0);
}

TEST_CASE("a row with other events is a difference") {
  temp_dir dir;
  auto path = dir / "journal.db";
  auto j = must(open_journal(path));
  recorded_run run{*j, uid};
  run.submit();
  run.take(driver_observed{run.driver("Running")}, [](journal_row& row) {
    row.events = R"([{"kind":"driver_missing"}])";
  });
  run.succeed();
  j.reset();
  auto r = run_replay({path, "--verify"});
  INFO(r.out);
  CHECK(r.code == 1);
  CHECK_THAT(r.out, Contains("default/pi") && Contains(" row 6: "));
  CHECK_THAT(r.out, Contains("recorded driver_missing"));
  CHECK_THAT(r.out, Contains("now      driver_changed"));
  auto doc = json_of(run_replay({path, "--verify", "--json"}));
  auto& differences = doc.at("applications").at(0).at("differences").as_array();
  REQUIRE_FALSE(differences.empty());
  CHECK(differences[0].at("seq") == 6);
  CHECK(differences[0].at("recorded").at(0).at("kind") == "driver_missing");
  CHECK(differences[0].at("now").at(0).at("kind") == "driver_changed");
  CHECK_THAT(run_replay({path, "--uid", uid, "--until", "6"}).out,
             Contains("the row recorded another state"));
}

TEST_CASE("rows of other rules are folded, not decided") {
  temp_dir dir;
  auto path = dir / "journal.db";
  auto j = must(open_journal(path));
  recorded_run run{*j, uid};
  run.submit();
  run.take(driver_observed{run.driver("Running")}, [](journal_row& row) {
    row.rules_version = rules_version - 1;
    row.stimulus = R"({"kind":"of_the_past"})";
  });
  run.succeed();
  j.reset();
  CHECK(run_replay({path, "--verify"}).code == 0);
  CHECK(counts_of(path).at("foldedOnly") == 1);
  CHECK(counts_of(path).at("decided") == 6);
  CHECK_THAT(run_replay({path, "--uid", uid}).out, Contains("of_the_past"));
}

TEST_CASE("a changed row breaks the chain") {
  temp_dir dir;
  auto path = dir / "journal.db";
  auto j = must(open_journal(path));
  recorded_run{*j, uid}.plain();
  j.reset();
  tamper(path, "UPDATE entry SET effects='[]' WHERE seq=3");
  auto r = run_replay({path, "--verify"});
  CHECK(r.code == 1);
  CHECK_THAT(r.out, Contains("row 3: the chain of hashes is broken"));
  CHECK(run_replay({path, "--uid", uid}).code == 0);
}

TEST_CASE("a lost row is told of") {
  temp_dir dir;
  auto path = dir / "journal.db";
  auto j = must(open_journal(path));
  recorded_run{*j, uid}.plain();
  j.reset();
  tamper(path, "DELETE FROM entry WHERE seq=2");
  auto r = run_replay({path, "--verify"});
  CHECK(r.code == 1);
  CHECK_THAT(r.out, Contains("row 3: begins in phase claimed, but the rows "
                             "before lead to claiming: rows are missing"));
}

TEST_CASE("a row that cannot be read is a difference, not the end") {
  temp_dir dir;
  auto path = dir / "journal.db";
  auto j = must(open_journal(path));
  recorded_run run{*j, uid};
  run.submit();
  run.take(driver_observed{run.driver("Running")},
           [](journal_row& row) { row.events = "[{"; });
  run.succeed();
  j.reset();
  auto r = run_replay({path, "--verify"});
  CHECK(r.code == 1);
  CHECK_THAT(r.out, Contains("row 6: cannot be read"));
  auto told = run_replay({path, "--uid", uid});
  CHECK(told.code == 0);
  CHECK_THAT(told.out, Contains("submitted → running"));
  CHECK_THAT(told.out, Contains("running → succeeding → completed"));
  CHECK(run_replay({path, "--uid", uid, "--until", "6"}).code == 2);
}

TEST_CASE("a trimmed history begins with its snapshot") {
  temp_dir dir;
  auto path = dir / "journal.db";
  journal_options options;
  options.max_rows_per_app = 100;
  auto j = must(open_journal(path, options));
  recorded_run run{*j, uid};
  run.start();
  churn(run, 600);
  while (must(j->trim(run.now())))
    ;
  j.reset();
  auto r = run_replay({path, "--verify"});
  INFO(r.out);
  CHECK(r.code == 0);
  CHECK_THAT(r.out, Contains("1 application (1 trimmed)"));
  auto counts = counts_of(path);
  CHECK(counts.at("skipped") == 1); // the row of the older snapshot
  CHECK(counts.at("decided") == 350);
  CHECK_THAT(run_replay({path}).out, Contains("trimmed"));
  CHECK_THAT(run_replay({path, "--uid", uid}).out,
             Contains("older rows were trimmed"));
  for (auto* until : {"256", "300", "600"})
    CHECK(run_replay({path, "--uid", uid, "--until", until}).code == 0);
  SECTION("and its chain is looked at") {
    tamper(path, "DELETE FROM entry WHERE seq=400");
    CHECK_THAT(run_replay({path, "--verify"}).out,
               Contains("row 401: the chain of hashes is broken"));
  }
  SECTION("without the older one with the newer") {
    tamper(path, "DELETE FROM snapshot WHERE seq=256");
    CHECK(counts_of(path).at("decided") == 94);
    auto early = run_replay({path, "--uid", uid, "--until", "300"});
    CHECK(early.code == 2);
    CHECK_THAT(early.err, Contains("cannot be told"));
  }
}

TEST_CASE("a trimmed history that has ended is decided, too") {
  temp_dir dir;
  auto path = dir / "journal.db";
  journal_options options;
  options.max_rows_per_app = 100;
  auto j = must(open_journal(path, options));
  recorded_run run{*j, uid};
  run.start();
  churn(run, 600);
  run.succeed(); // with a snapshot: the one before is of row 512
  while (must(j->trim(run.now())))
    ;
  auto last = run.last_seq();
  j.reset();
  auto r = run_replay({path, "--verify"});
  INFO(r.out);
  CHECK(r.code == 0);
  CHECK(counts_of(path).at("skipped") == 1);
  CHECK(counts_of(path).at("decided") == last - 512);
  tamper(path, "UPDATE entry SET events='[]' WHERE seq=550");
  CHECK(run_replay({path, "--verify"}).code == 1);
}

TEST_CASE("a gap is told of and is no difference") {
  temp_dir dir;
  auto path = dir / "journal.db";
  auto j = must(open_journal(path));
  recorded_run run{*j, uid};
  run.submit();
  run.journal_works = false;
  SECTION("in the middle") {
    run.take(driver_observed{run.driver("Running")});
    run.executor(1, "RUNNING");
    run.journal_works = true;
    run.executor(2, "RUNNING");
    churn(run, 800); // newer snapshots must not displace the one of the gap
    run.succeed();
    j.reset();
    auto r = run_replay({path, "--verify"});
    INFO(r.out);
    CHECK(r.code == 0);
    CHECK_THAT(r.out, Contains("2 rows lost (journal degraded)") &&
                          Contains("no difference"));
    CHECK(counts_of(path).at("lost") == 2);
    CHECK(counts_of(path).at("skipped") == 1);
    CHECK_THAT(run_replay({path, "--uid", uid}).out,
               Contains("2 rows lost here (journal degraded)"));
    CHECK(run_replay({path, "--uid", uid, "--until", "6"}).code == 0);
  }
  SECTION("in the rows of a snapshot that is gone") {
    run.take(driver_observed{run.driver("Running")});
    run.journal_works = true;
    run.executor(2, "RUNNING");
    churn(run, 10);
    j.reset();
    tamper(path, "DELETE FROM snapshot");
    auto r = run_replay({path, "--verify"});
    INFO(r.out);
    CHECK(r.code == 0);
    CHECK(counts_of(path).at("skipped") == 10); // all after the gap
  }
}

TEST_CASE("a row that follows on what there is bridges a gap") {
  temp_dir dir;
  auto path = dir / "journal.db";
  auto j = must(open_journal(path));
  recorded_run run{*j, uid};
  run.submit();
  run.take(driver_observed{run.driver("Running")},
           [](journal_row& row) { row.lost = 4; });
  run.succeed();
  j.reset();
  auto r = run_replay({path, "--verify"});
  INFO(r.out);
  CHECK(r.code == 0);
  CHECK(counts_of(path).at("skipped") == 0);
  CHECK(counts_of(path).at("lost") == 4);
}

TEST_CASE("an application that was forgotten while it ran goes on") {
  temp_dir dir;
  auto path = dir / "journal.db";
  auto j = must(open_journal(path));
  recorded_run run{*j, uid};
  run.start();
  while (must(j->trim(run.now() + std::chrono::days{91})))
    ;
  CHECK(must(j->streams()).empty());
  run.executor(1, "RUNNING");
  run.succeed();
  j.reset();
  auto r = run_replay({path, "--verify"});
  INFO(r.out);
  CHECK(r.code == 0);
}

TEST_CASE("of an ended application the last row and its snapshot are enough") {
  temp_dir dir;
  auto path = dir / "journal.db";
  journal_options options;
  options.ended_phases = {"completed"};
  auto j = must(open_journal(path, options));
  recorded_run run{*j, uid};
  run.plain();
  while (must(j->trim(run.now() + std::chrono::days{8})))
    ;
  j.reset();
  auto r = run_replay({path, "--verify"});
  INFO(r.out);
  CHECK(r.code == 0);
  CHECK(counts_of(path).at("skipped") == 1);
  auto state = run_replay({path, "--uid", uid, "--until", "8"});
  CHECK(state.code == 0);
  CHECK_THAT(state.out, Contains("completed: done"));
}
