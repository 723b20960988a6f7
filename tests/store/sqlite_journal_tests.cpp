#include "journal_samples.hpp"
#include "store/migrations.hpp"

#include <catch2/catch.hpp>

using namespace spark;
using namespace spark::testing;
using Catch::Matchers::Contains;

namespace {

/// Overwrites every page but the first `keep`.
void scribble(const std::string& path, std::streamoff keep) {
  std::fstream file{path, std::ios::in | std::ios::out | std::ios::binary};
  file.seekp(0, std::ios::end);
  auto size = file.tellp();
  for (std::streamoff at = keep * 4096; at < size; at += 4096) {
    file.seekp(at);
    file << std::string(64, '\x5a');
  }
}

} // namespace

TEST_CASE("a journal is found again after closing", "[store]") {
  temp_dir dir;
  std::vector<journal_row> all;
  {
    auto j = must(open_journal(dir / "j.db"));
    CHECK(j->report().fresh);
    CHECK(j->report().checked);
    all = append(*j, rows("a", 1, 5), {snapshot("a")});
    CHECK_FALSE(fs::exists(dir / "j.db-shm"));
  }
  auto j = must(open_journal(dir / "j.db"));
  CHECK_FALSE(j->report().fresh);
  CHECK(j->report().rows == 5);
  CHECK(j->report().streams == 1);
  CHECK(j->report().schema_before == 2);
  CHECK(j->report().corrupt_renamed_to.empty());
  CHECK(must(j->load("a")).snapshot.seq == all.back().seq);
  CHECK(append(*j, {row("a", 6)})[0].seq > all.back().seq);
}

TEST_CASE("a seq is not given twice when the newest rows are gone", "[store]") {
  temp_dir dir;
  journal_options options;
  options.ended_phases = {"Gone"};
  std::int64_t last = 0;
  {
    auto j = must(open_journal(dir / "j.db", options));
    auto gone = append(*j, {row("a", 1, "Gone")});
    last = gone[0].seq;
    while (must(j->trim(gone[0].at + std::chrono::days{365})))
      ;
    CHECK(must(j->streams()).empty());
  }
  auto j = must(open_journal(dir / "j.db", options));
  CHECK(append(*j, {row("b", 1)})[0].seq > last);
}

TEST_CASE("a second opener learns who holds the journal", "[store]") {
  temp_dir dir;
  auto j = must(open_journal(dir / "j.db"));
  auto second = open_journal(dir / "j.db");
  REQUIRE_FALSE(second);
  CHECK(second.error().code == errc::conflict);
  CHECK_THAT(
      second.error().message,
      Contains("held by pid " + std::to_string(getpid()) + " on host ") &&
          Contains(" since 20"));
  append(*j, {row("a", 1)});
  j.reset();
  CHECK(open_journal(dir / "j.db"));
}

TEST_CASE("a lock of some other program is told apart", "[store]") {
  temp_dir dir;
  must(open_journal(dir / "j.db"));
  auto other = must(database::open(dir / "j.db", database::access::write));
  must(other.exec("PRAGMA locking_mode=EXCLUSIVE;BEGIN EXCLUSIVE"));
  auto j = open_journal(dir / "j.db");
  REQUIRE_FALSE(j);
  CHECK(j.error().code == errc::conflict);
  CHECK_THAT(j.error().message, Contains("SQLITE_BUSY"));
}

TEST_CASE("a corrupt file is kept aside", "[store]") {
  temp_dir dir;
  auto path = dir / "j.db";
  {
    auto j = must(open_journal(path));
    append(*j, rows("a", 1, 500));
  }
  SECTION("pages") { scribble(path, 1); }
  SECTION("header") { scribble(path, 0); }
  SECTION("no database at all") {
    std::ofstream{path, std::ios::binary} << std::string(5000, 'x');
  }
  auto before = bytes_of(path);
  if (auto reader = open_journal_for_reading(path); !reader)
    CHECK(reader.error().code == errc::bad_input);
  CHECK(bytes_of(path) == before);
  auto j = must(open_journal(path));
  auto& report = j->report();
  CHECK(report.fresh);
  CHECK(report.rows == 0);
  CHECK_FALSE(report.corrupt_reason.empty());
  REQUIRE(report.corrupt_renamed_to.starts_with(path + ".corrupt-2"));
  CHECK(bytes_of(report.corrupt_renamed_to) == before);
  append(*j, {row("a", 1)});
  CHECK(must(j->load("a")).rows.size() == 1);
}

TEST_CASE("what is not ours is refused and left alone", "[store]") {
  temp_dir dir;
  auto path = dir / "j.db";
  SECTION("a newer schema") {
    must(open_journal(path));
    tamper(path, "PRAGMA user_version=3");
    auto j = open_journal(path);
    REQUIRE_FALSE(j);
    CHECK(j.error().code == errc::bad_input);
    CHECK(j.error().message ==
          "journal " + path +
              " was written by a newer version (schema 3, this program "
              "knows 2)");
  }
  SECTION("another program's database") {
    must(must(database::open(path, database::access::create))
             .exec("CREATE TABLE t(x);"));
    auto before = bytes_of(path);
    auto j = open_journal(path);
    REQUIRE_FALSE(j);
    CHECK(j.error().code == errc::bad_input);
    CHECK(bytes_of(path) == before);
  }
}

TEST_CASE("migrations go forward one by one and keep the old file", "[store]") {
  temp_dir dir;
  auto path = dir / "j.db";
  constexpr migration steps[] = {{1, "CREATE TABLE one(x) STRICT_"},
                                 {2, "CREATE TABLE two(x)"},
                                 {3, "CREATE TABLE two(x)"}};
  const migration first[] = {{1, "CREATE TABLE one(x)"}};
  const migration second[] = {first[0], steps[1]};
  const migration third[] = {first[0], steps[1], steps[2]};
  auto db = must(database::open(path, database::access::create));
  CHECK_FALSE(migrate(db, steps));
  CHECK(must(db.integer("PRAGMA user_version")) == 0);
  CHECK(must(migrate(db, first)) == 0);
  CHECK_FALSE(fs::exists(path + ".schema-1"));
  CHECK(must(migrate(db, second)) == 1);
  CHECK(fs::exists(path + ".schema-1"));
  CHECK(must(db.integer("PRAGMA user_version")) == 2);
  CHECK(must(db.integer("PRAGMA application_id")) == journal_application_id);
  CHECK_FALSE(migrate(db, third)); // half a step is none
  CHECK(must(db.integer("PRAGMA user_version")) == 2);
}

TEST_CASE("a journal of the first schema is taken over", "[store]") {
  temp_dir dir;
  auto path = dir / "j.db";
  std::vector<journal_row> all;
  {
    auto j = must(open_journal(path));
    all = append(*j, rows("a", 1, 5), {snapshot("a")});
  }
  tamper(path, "DROP INDEX stream_left_open;"
               "ALTER TABLE entry DROP COLUMN lost;PRAGMA user_version=1");
  auto j = must(open_journal(path));
  CHECK(j->report().schema_before == 1);
  CHECK(j->report().damaged_uids.empty());
  CHECK(must(j->first_broken_row("a")) == 0);
  CHECK(must(j->rows_of("a", 0, 9)) == all);
  auto gap = row("a", 9);
  gap.lost = 3;
  auto after = append(*j, {gap});
  CHECK(must(j->load("a")).rows == after);
  CHECK(must(j->first_broken_row("a")) == 0);
}

TEST_CASE("on a full disk ended applications make room", "[store]") {
  temp_dir dir;
  journal_options options;
  options.refuse_bytes = 512 * 1024;
  options.ended_phases = {"Gone"};
  auto j = must(open_journal(dir / "j.db", options));
  for (int n = 0; n < 300; ++n) {
    auto uid = "a" + std::to_string(n);
    auto batch = rows(uid, n * 8, 8, "Gone");
    for (auto& r : batch)
      r.events.assign(2000, 'x');
    append(*j, batch);
  }
  auto left = must(j->streams());
  CHECK(left.back().uid == "a299");
  CHECK(left.back().rows == 8);
  CHECK(left.front().rows <= 1);
  CHECK(must(j->load("a299")).damage.empty());
}

TEST_CASE("a full disk refuses the batch and nothing else", "[store]") {
  temp_dir dir;
  journal_options options;
  options.refuse_bytes = 512 * 1024;
  options.ended_phases = {"Gone"};
  auto j = must(open_journal(dir / "j.db", options));
  std::int64_t stored = 0;
  result<void> ok;
  for (int n = 0; n < 1000 && ok; ++n) {
    auto batch = rows("a", n * 8, 8);
    for (auto& r : batch)
      r.events.assign(2000, 'x');
    ok = j->append(batch, {});
    if (ok)
      stored += 8;
    else
      CHECK(batch[0].seq == 0);
  }
  REQUIRE_FALSE(ok);
  CHECK(ok.error().code == errc::io);
  CHECK_THAT(ok.error().message, Contains("SQLITE_FULL"));
  CHECK_THAT(ok.error().context, Contains("j.db"));
  CHECK(must(j->streams())[0].rows == stored);
  CHECK(must(j->load("a")).damage.empty());
  CHECK(j->reopened() == 0);
  while (must(j->trim(row("a", 100'000).at + std::chrono::days{91})))
    ;
  append(*j, {row("b", 1)});
}

TEST_CASE("above max_bytes ended applications go early", "[store]") {
  temp_dir dir;
  journal_options options;
  options.max_bytes = 256 * 1024;
  options.ended_phases = {"Gone"};
  auto j = must(open_journal(dir / "j.db", options));
  for (int n = 0; n < 60; ++n) {
    auto batch = rows("a" + std::to_string(n), n * 100, 20,
                      n % 6 != 0 ? "Gone" : "Running");
    for (auto& r : batch)
      r.events.assign(2000, 'x');
    append(*j, batch);
  }
  while (must(j->trim(row("a", 6000).at)))
    ;
  for (auto& s : must(j->streams()))
    CHECK(s.rows == 20); // only the running ones are left, and whole
  CHECK(must(j->streams()).size() == 10);
  j.reset();
  auto pages = must(must(database::open(dir / "j.db", database::access::read))
                        .integer("PRAGMA page_count"));
  CHECK(pages < 500); // given back: 60 applications needed 1200
}

TEST_CASE("a changed or lost row shows", "[store]") {
  temp_dir dir;
  auto path = dir / "j.db";
  std::vector<journal_row> all;
  {
    auto j = must(open_journal(path));
    append(*j, rows("other", 1, 3));
    all = append(*j, rows("a", 1, 6));
  }
  auto in_row = [&](int n) { return std::to_string(all[n].seq); };
  SECTION("a row in the middle, changed") {
    tamper(path, "UPDATE entry SET events='[1]' WHERE seq=" + in_row(2));
    auto j = must(open_journal(path));
    CHECK(j->report().damaged_uids.empty());
    CHECK(must(j->first_broken_row("a")) == all[2].seq);
    auto history = must(j->load("a"));
    CHECK_THAT(history.damage, Contains("row " + in_row(2) + " of ns/app-a"));
    CHECK(history.rows.empty());
  }
  SECTION("a row in the middle, deleted") {
    tamper(path, "DELETE FROM entry WHERE seq=" + in_row(2));
    auto j = must(open_journal(path));
    CHECK(must(j->first_broken_row("a")) == all[3].seq);
    CHECK_THAT(must(j->load("a")).damage, Contains("missing"));
  }
  SECTION("the last row, deleted") {
    tamper(path, "DELETE FROM entry WHERE seq=" + in_row(5));
  }
  SECTION("the last row, changed") {
    tamper(path, "UPDATE entry SET at=at+1 WHERE seq=" + in_row(5));
  }
  auto j = must(open_journal(path));
  CHECK_FALSE(must(j->load("a")).damage.empty());
  CHECK(must(j->first_broken_row("a")) != 0);
  // The others are as they were, and a new beginning is possible.
  CHECK(must(j->load("other")).rows.size() == 3);
  auto next = append(*j, {row("a", 9)});
  j.reset();
  j = must(open_journal(path));
  CHECK(j->report().damaged_uids.empty());
  auto history = must(j->load("a"));
  CHECK(history.damage.empty());
  CHECK(history.rows == next);
  CHECK(must(j->rows_of("a", 0, 100)).size() >= 6);
}

TEST_CASE("a damaged tail is set aside when opening", "[store]") {
  temp_dir dir;
  auto path = dir / "j.db";
  {
    auto j = must(open_journal(path));
    append(*j, rows("a", 1, 2));
    append(*j, rows("b", 1, 2));
  }
  tamper(path, "UPDATE entry SET stimulus='{}' WHERE seq=2");
  auto j = must(open_journal(path));
  CHECK(j->report().damaged_uids == std::vector<std::string>{"a"});
  CHECK(j->report().corrupt_renamed_to.empty());
  CHECK_THAT(must(j->load("a")).damage, Contains("does not match its hash"));
}

TEST_CASE("a damaged snapshot yields to the one before", "[store]") {
  temp_dir dir;
  auto path = dir / "j.db";
  std::vector<journal_row> all;
  {
    auto j = must(open_journal(path));
    all = append(*j, rows("a", 1, 6));
    append(*j, {}, {snapshot("a", all[1].seq), snapshot("a", all[3].seq)});
  }
  tamper(path, "UPDATE snapshot SET state='{}' WHERE seq=" +
                   std::to_string(all[3].seq));
  auto j = must(open_journal(path));
  auto history = must(j->load("a"));
  CHECK(history.damage.empty());
  CHECK(history.snapshot.seq == all[1].seq);
  CHECK(history.rows.size() == 4);
}
