// What an append leaves behind when the disk lets it down.

#include "fault_vfs.hpp"
#include "journal_samples.hpp"

#include <catch2/catch.hpp>

using namespace spark;
using namespace spark::testing;
using Catch::Matchers::Contains;

namespace {

journal_options faulty() {
  journal_options options;
  options.vfs = fault_vfs::name;
  options.reopen_pause = milliseconds{0};
  return options;
}

} // namespace

TEST_CASE("after a failed fsync the file is opened anew", "[store]") {
  fault_vfs faults;
  temp_dir dir;
  auto j = must(open_journal(dir / "j.db", faulty()));
  auto stored = append(*j, rows("a", 1, 3), {snapshot("a")});
  std::vector batch{row("a", 4), row("b", 5)};
  faults.fail_sync(1);
  auto failed = j->append(batch, {snapshot("a")});
  REQUIRE_FALSE(failed);
  CHECK(failed.error().code == errc::io);
  CHECK_THAT(failed.error().message, Contains("SQLITE_IOERR_FSYNC"));
  CHECK(batch[0].seq == 0);
  // The bytes are in the file, yet append said no: they must not come back.
  auto history = must(j->load("a"));
  CHECK(j->reopened() == 1);
  CHECK(history.rows.empty());
  CHECK(history.snapshot.seq == stored.back().seq);
  CHECK(must(j->streams()).size() == 1);
  CHECK(must(j->streams())[0].rows == 3);
  auto again = append(*j, batch);
  CHECK(must(j->load("a")).rows == std::vector{again[0]});
  CHECK(must(j->first_broken_row("a")) == 0);
  j.reset();
  j = must(open_journal(dir / "j.db", faulty()));
  CHECK(j->report().rows == 5);
  CHECK(j->report().damaged_uids.empty());
}

TEST_CASE("a write that fails stores nothing, wherever it fails", "[store]") {
  fault_vfs faults;
  temp_dir dir;
  auto code = GENERATE(SQLITE_IOERR_WRITE, SQLITE_FULL);
  auto options = faulty();
  options.checkpoint_frames = 8; // its writes fail too
  auto j = must(open_journal(dir / "j.db", options));
  std::vector<journal_row> stored;
  int failures = 0;
  for (int n = 0; n < 60; ++n) {
    if (n % 2 == 1)
      faults.fail_write(1 + n / 2, code);
    auto batch = rows("a", n * 4, 4);
    auto ok = j->append(batch, {});
    if (ok)
      stored.insert(stored.end(), batch.begin(), batch.end());
    else
      ++failures;
    faults.fail_write(0, 0);
    CHECK(must(j->load("a")).rows == stored);
  }
  // For want of room it is tried once more.
  CHECK((code == SQLITE_FULL ? failures == 0 : failures > 3));
  j.reset();
  j = must(open_journal(dir / "j.db", options));
  CHECK(must(j->load("a")).rows == stored);
  CHECK(j->report().damaged_uids.empty());
}

TEST_CASE("a checkpoint that fails loses nothing", "[store]") {
  fault_vfs faults;
  temp_dir dir;
  auto options = faulty();
  options.checkpoint_frames = 4;
  auto j = must(open_journal(dir / "j.db", options));
  std::vector<journal_row> stored;
  for (int n = 0; n < 40; ++n) {
    must(j->load("a"));  // opened anew, if need be, before the faults
    faults.fail_sync(2); // the commit's own is the first
    auto batch = append(*j, rows("a", n, 1));
    stored.push_back(batch[0]);
    faults.fail_sync(0);
  }
  CHECK(j->reopened() > 0);
  CHECK(must(j->load("a")).rows == stored);
}

TEST_CASE("a file that vanished is not silently begun anew", "[store]") {
  fault_vfs faults;
  temp_dir dir;
  auto j = must(open_journal(dir / "j.db", faulty()));
  append(*j, {row("a", 1)});
  fs::remove(dir / "j.db");
  fs::remove(dir / "j.db-wal");
  std::vector batch{row("a", 2)};
  faults.fail_sync(1);
  CHECK_FALSE(j->append(batch, {}));
  auto failed = j->append(batch, {});
  REQUIRE_FALSE(failed);
  CHECK(failed.error().code == errc::io);
  CHECK(dir.names() == std::vector<std::string>{"j.db.owner"});
  SECTION("nor is an empty one taken for it") {
    std::ofstream{dir / "j.db"};
    CHECK_FALSE(j->append(batch, {}));
    CHECK(fs::file_size(dir / "j.db") == 0);
  }
}

TEST_CASE("a full disk does not keep a journal from opening", "[store]") {
  fault_vfs faults;
  temp_dir dir;
  auto options = faulty();
  options.ended_phases = {"Gone"};
  {
    auto j = must(open_journal(dir / "j.db", options));
    append(*j, rows("a", 1, 3, "Gone"));
    append(*j, rows("b", 4, 3));
  }
  faults.fail_all(SQLITE_FULL);
  auto before = faults.calls();
  auto j = must(open_journal(dir / "j.db", options));
  CHECK(faults.calls() == before); // opening writes nothing
  CHECK(j->report().rows == 6);
  CHECK(must(j->load("b")).rows.size() == 3);
  std::vector batch{row("b", 7)};
  CHECK_FALSE(j->append(batch, {}));
  faults.fail_all(SQLITE_OK);
  append(*j, batch);
}

TEST_CASE("which applications have ended follows the program", "[store]") {
  temp_dir dir;
  journal_options options;
  options.ended_phases = {"Gone"};
  auto append_both = [&] {
    auto j = must(open_journal(dir / "j.db", options));
    append(*j, rows("a", 1, 3, "Gone"));
    append(*j, rows("b", 4, 3, "Over"));
  };
  append_both();
  options.ended_phases = {"Over", "it's"};
  auto j = must(open_journal(dir / "j.db", options));
  while (must(j->trim(row("a", 9).at + std::chrono::days{8})))
    ;
  auto left = must(j->streams());
  CHECK(left[0].rows == 3);
  CHECK(left[1].rows == 1);
}

TEST_CASE("a lost disk is not asked by every row", "[store]") {
  fault_vfs faults;
  temp_dir dir;
  auto options = faulty();
  std::chrono::steady_clock::time_point now{};
  options.reopen_pause = std::chrono::seconds{10};
  options.steady = [&now] { return now; };
  auto j = must(open_journal(dir / "j.db", options));
  append(*j, rows("a", 1, 3));
  faults.fail_all(SQLITE_IOERR_WRITE);
  std::vector batch{row("a", 4)};
  CHECK_FALSE(j->append(batch, {}));
  CHECK_FALSE(j->append(batch, {})); // opened anew, in vain
  CHECK(j->reopened() == 1);
  auto calls = faults.calls();
  for (int n = 0; n < 100; ++n) {
    auto refused = j->append(batch, {});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == errc::io);
    CHECK_THAT(refused.error().message, Contains("SQLITE_IOERR_WRITE"));
  }
  CHECK_FALSE(j->load("a"));
  CHECK(faults.calls() == calls);
  CHECK(j->reopened() == 1);
  faults.fail_all(SQLITE_OK);
  CHECK_FALSE(j->append(batch, {})); // not yet
  now += std::chrono::seconds{10};
  append(*j, batch);
  CHECK(must(j->load("a")).rows.size() == 4);
}

TEST_CASE("nor does every row look for room on a full one", "[store]") {
  fault_vfs faults;
  temp_dir dir;
  auto options = faulty();
  std::chrono::steady_clock::time_point now{};
  options.reopen_pause = std::chrono::seconds{10};
  options.steady = [&now] { return now; };
  auto j = must(open_journal(dir / "j.db", options));
  append(*j, rows("a", 1, 3));
  faults.fail_all(SQLITE_FULL);
  std::vector batch{row("a", 4)};
  CHECK_FALSE(j->append(batch, {}));
  auto calls = faults.calls();
  for (int n = 0; n < 100; ++n)
    CHECK_FALSE(j->append(batch, {}));
  CHECK(faults.calls() == calls + 100); // the row's own write
  now += std::chrono::seconds{10};
  CHECK_FALSE(j->append(batch, {}));
  CHECK(faults.calls() > calls + 101);
  faults.fail_all(SQLITE_OK);
  append(*j, batch); // room that comes by itself is taken at once
}

TEST_CASE("a log that grew too long is cut", "[store]") {
  fault_vfs faults;
  temp_dir dir;
  auto options = faulty();
  options.checkpoint_frames = 50;
  options.truncate_frames = 100;
  auto j = must(open_journal(dir / "j.db", options));
  for (int n = 0; n < 3; ++n)
    append(*j, rows("a", n * 3000, 3000));
  CHECK(fs::file_size(dir / "j.db-wal") == 0);
}

TEST_CASE("a volume that is full to the last page makes room, too", "[store]") {
  constexpr std::uintmax_t reserve = 6 << 20;
  fault_vfs faults;
  temp_dir dir;
  auto options = faulty();
  options.ended_phases = {"Gone"};
  options.reserve_bytes = reserve;
  auto j = must(open_journal(dir / "j.db", options));
  CHECK(fs::file_size(dir / "j.db.reserve") == reserve);
  faults.limit(dir / "", 24 << 20);
  for (int n = 0; n < 600; ++n) {
    auto uid = "a" + std::to_string(n);
    auto batch = rows(uid, n * 8, 8, n % 50 == 0 ? "Running" : "Gone");
    for (auto& r : batch)
      r.events.assign(20'000, 'x');
    append(*j, batch);
    if (n % 10 == 0)
      while (must(j->trim(batch[0].at)))
        ;
  }
  CHECK(fs::file_size(dir / "j.db.reserve") == reserve);
  CHECK(j->reopened() == 0);
  int shortened = 0;
  for (auto& s : must(j->streams())) {
    CHECK(must(j->load(s.uid)).damage.empty());
    CHECK((s.phase == "Gone" || s.rows == 8));
    shortened += s.rows < 8 ? 1 : 0;
  }
  CHECK(shortened > 100); // for want of room only
}
