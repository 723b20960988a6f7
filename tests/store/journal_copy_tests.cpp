// Exports, and reading without disturbing.

#include "journal_samples.hpp"

#include <catch2/catch.hpp>

using namespace spark;
using namespace spark::testing;
using Catch::Matchers::Contains;

namespace {

/// Some pages full of them, so that a copy takes several steps.
std::vector<journal_row> big_rows(int first, int count) {
  auto out = rows("a", first, count);
  for (auto& r : out)
    r.events.assign(1000, 'x');
  return out;
}

} // namespace

TEST_CASE("an export is complete although appends go on", "[store]") {
  temp_dir dir;
  auto j = must(open_journal(dir / "j.db"));
  for (int n = 0; n < 40; ++n)
    append(*j, big_rows(n * 50, 50), {snapshot("a")});
  auto copy = must(j->start_copy(dir / "export.db"));
  auto second = j->start_copy(dir / "other.db");
  REQUIRE_FALSE(second);
  CHECK(second.error().code == errc::conflict);
  int steps = 0;
  std::vector<journal_row> last;
  while (!must(copy->step())) {
    CHECK_FALSE(fs::exists(dir / "export.db"));
    last = append(*j, {row("a", 10'000 + steps++)});
  }
  CHECK(steps > 2);
  CHECK(must(copy->step()));
  copy.reset();
  append(*j, {row("a", 20'000)});
  fs::create_directory(dir / "ro");
  auto place = dir / "ro/exp ort?.db";
  fs::rename(dir / "export.db", place);
  auto before = bytes_of(place);
  {
    auto reader = must(open_journal_for_reading(place));
    auto streams = must(reader->streams());
    REQUIRE(streams.size() == 1);
    CHECK(streams[0].rows == 2000 + steps);
    CHECK(must(reader->load("a")).rows.back() == last[0]);
    CHECK(must(reader->first_broken_row("a")) == 0);
    CHECK(must(reader->find_streams("ns", "app-a")).size() == 1);
  }
  CHECK(bytes_of(place) == before);
  CHECK(std::distance(fs::directory_iterator{dir / "ro"}, {}) == 1);
  // journal_mode=DELETE: any SQLite reads it without a log.
  CHECK(before[18] == 1);
  CHECK(before[19] == 1);
  CHECK(dir.names() ==
        std::vector<std::string>{"j.db", "j.db-wal", "j.db.owner", "ro"});
}

TEST_CASE("a dropped export leaves nothing, nor does a closed journal",
          "[store]") {
  temp_dir dir;
  auto j = must(open_journal(dir / "j.db"));
  append(*j, big_rows(0, 500));
  {
    auto copy = must(j->start_copy(dir / "export.db"));
    must(copy->step());
    CHECK(fs::exists(dir / "export.db.part"));
  }
  CHECK_FALSE(fs::exists(dir / "export.db.part"));
  auto copy = must(j->start_copy(dir / "export.db"));
  j.reset();
  auto step = copy->step();
  REQUIRE_FALSE(step);
  CHECK(step.error().code == errc::cancelled);
  CHECK(dir.names() == std::vector<std::string>{"j.db", "j.db.owner"});
  j = must(open_journal(dir / "j.db"));
  CHECK_FALSE(j->start_copy("/nowhere/x"));
  CHECK_FALSE(j->start_copy(dir / "j.db"));
  CHECK(must(j->load("a")).rows.size() == 500);
}

TEST_CASE("a live journal is not read", "[store]") {
  temp_dir dir;
  auto j = must(open_journal(dir / "j.db"));
  append(*j, {row("a", 1)});
  auto reader = open_journal_for_reading(dir / "j.db");
  REQUIRE_FALSE(reader);
  CHECK(reader.error().code == errc::conflict);
  CHECK_THAT(reader.error().message, Contains("held by pid"));
  append(*j, {row("a", 2)});
  CHECK(dir.names() ==
        std::vector<std::string>{"j.db", "j.db-wal", "j.db.owner"});
}

TEST_CASE("a stopped operator's file is read and left as it is", "[store]") {
  temp_dir dir;
  must(open_journal(dir / "j.db"));
  auto names = dir.names();
  SECTION("closed") {
    append(*must(open_journal(dir / "j.db")), rows("a", 0, 5));
  }
  SECTION("killed, with a log") {
    auto j = must(open_journal(dir / "live.db"));
    append(*j, rows("a", 0, 5));
    // What a kill leaves: taken through the file system while nothing writes.
    for (const char* suffix : {"", "-wal"})
      std::ofstream{dir / "j.db" + suffix, std::ios::binary}
          << bytes_of(dir / "live.db" + suffix);
    j.reset();
    fs::remove(dir / "live.db");
    fs::remove(dir / "live.db.owner");
    names.insert(names.begin() + 1, "j.db-wal");
  }
  auto file = bytes_of(dir / "j.db");
  auto log = bytes_of(dir / "j.db-wal");
  {
    auto reader = must(open_journal_for_reading(dir / "j.db"));
    CHECK(must(reader->load("a")).rows.size() == 5);
    CHECK(must(reader->rows_of("a", 0, 2)).size() == 2);
    auto j = open_journal(dir / "j.db"); // waits for the reader
    REQUIRE_FALSE(j);
    CHECK(j.error().code == errc::conflict);
  }
  CHECK(dir.names() == names);
  CHECK(bytes_of(dir / "j.db") == file);
  CHECK(bytes_of(dir / "j.db-wal") == log);
  CHECK(must(open_journal(dir / "j.db"))->report().rows == 5);
}

TEST_CASE("what cannot be read is named", "[store]") {
  temp_dir dir;
  auto missing = open_journal_for_reading(dir / "nothing.db");
  REQUIRE_FALSE(missing);
  CHECK(missing.error().code == errc::bad_input);
  CHECK(dir.names().empty());
  must(open_journal(dir / "j.db"));
  tamper(dir / "j.db", "PRAGMA user_version=9");
  auto newer = open_journal_for_reading(dir / "j.db");
  REQUIRE_FALSE(newer);
  CHECK_THAT(newer.error().message, Contains("schema 9"));
}
