// What every journal promises, asked of each implementation.

#include "journal_samples.hpp"
#include "store/memory_journal.hpp"

#include <catch2/catch.hpp>

using namespace spark;
using namespace spark::testing;

namespace {

struct in_file {
  explicit in_file(const journal_options& options)
      : subject(must(open_journal(dir / "j.db", options))) {}
  temp_dir dir;
  std::unique_ptr<sqlite_journal> subject;
};

struct in_sqlite_memory {
  explicit in_sqlite_memory(journal_options options) {
    options.in_memory = true;
    subject = must(open_journal(":memory:", options));
  }
  std::unique_ptr<sqlite_journal> subject;
};

struct in_memory {
  explicit in_memory(const journal_options& options)
      : subject(std::make_unique<memory_journal>(options)) {}
  std::unique_ptr<memory_journal> subject;
};

journal_options small() {
  journal_options options;
  options.max_rows_per_app = 10;
  options.max_age = std::chrono::hours{1};
  options.max_summary_age = std::chrono::hours{10};
  options.ended_phases = {"Completed", "Gone"};
  return options;
}

template<class J>
void trim_all(J& j, time_point now) {
  for (int i = 0; i < 1000; ++i)
    if (!must(j.trim(now)))
      return;
  FAIL("trim never ends");
}

time_point hours_after(const journal_row& r, int hours) {
  return r.at + std::chrono::hours{hours};
}

} // namespace

TEMPLATE_TEST_CASE("rows come back as they were appended", "[store]", in_file,
                   in_sqlite_memory, in_memory) {
  TestType with{small()};
  auto& j = *with.subject;
  CHECK(must(j.load("nobody")).rows.empty());
  auto a = append(j, {row("a", 1), row("b", 2), row("a", 3)});
  CHECK(a[0].seq < a[1].seq);
  CHECK(a[1].seq < a[2].seq);
  auto odd = row("a", 4);
  odd.stimulus = std::string{"\0\xff\xc3\xa4'\"", 6};
  odd.effects.clear();
  auto b = append(j, {odd});
  CHECK(b[0].seq > a[2].seq);
  auto history = must(j.load("a"));
  CHECK_FALSE(history.has_snapshot);
  CHECK_FALSE(history.trimmed);
  CHECK(history.damage.empty());
  CHECK(history.rows == std::vector{a[0], a[2], b[0]});
}

TEMPLATE_TEST_CASE("a refused batch leaves nothing", "[store]", in_file,
                   in_sqlite_memory, in_memory) {
  TestType with{small()};
  auto& j = *with.subject;
  append(j, {row("a", 1)});
  auto big = row("a", 3);
  big.events.assign(max_row_bytes + 1, 'x');
  std::vector batch{row("a", 2), big};
  auto refused = j.append(batch, {});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == errc::invalid);
  batch = {row("a", 2)};
  refused = j.append(batch, {snapshot("a", 77)});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == errc::invalid);
  CHECK(batch[0].seq == 0);
  batch = {row("", 2)};
  CHECK_FALSE(j.append(batch, {}));
  CHECK(must(j.load("a")).rows.size() == 1);
  auto next = append(j, {row("a", 2)});
  CHECK(must(j.load("a")).rows.back() == next[0]);
}

TEMPLATE_TEST_CASE("loading starts at the newest snapshot", "[store]", in_file,
                   in_sqlite_memory, in_memory) {
  TestType with{small()};
  auto& j = *with.subject;
  auto first = append(j, rows("a", 1, 3), {snapshot("a")});
  auto history = must(j.load("a"));
  CHECK(history.has_snapshot);
  CHECK(history.snapshot.seq == first.back().seq);
  CHECK(history.snapshot.state == snapshot("a").state);
  CHECK(history.rows.empty());
  auto later = append(j, rows("a", 4, 2));
  CHECK(must(j.load("a")).rows == later);
  append(j, {}, {snapshot("a", later[0].seq)});
  history = must(j.load("a"));
  CHECK(history.snapshot.seq == later[0].seq);
  CHECK(history.rows == std::vector{later[1]});
}

TEMPLATE_TEST_CASE("streams and pages for people", "[store]", in_file,
                   in_sqlite_memory, in_memory) {
  TestType with{small()};
  auto& j = *with.subject;
  auto again = row("a2", 9, "Completed");
  again.name = "app-a";
  auto all = append(j, {row("a", 1), row("b", 2), row("a", 3), again});
  auto streams = must(j.streams());
  REQUIRE(streams.size() == 3);
  CHECK(streams[0].uid == "a");
  CHECK(streams[0].rows == 2);
  CHECK(streams[0].first_seq == all[0].seq);
  CHECK(streams[0].last_seq == all[2].seq);
  CHECK(streams[0].first_at == all[0].at);
  CHECK(streams[0].last_at == all[2].at);
  CHECK(streams[2].phase == "Completed");
  auto found = must(j.find_streams("ns", "app-a"));
  REQUIRE(found.size() == 2);
  CHECK(found[0].uid == "a2");
  CHECK(found[1].uid == "a");
  CHECK(must(j.find_streams("other", "app-a")).empty());
  auto page = must(j.rows_of("a", 0, 1));
  CHECK(page == std::vector{all[0]});
  CHECK(must(j.rows_of("a", page[0].seq + 1, 10)) == std::vector{all[2]});
  CHECK(must(j.first_broken_row("a")) == 0);
}

TEMPLATE_TEST_CASE("the cap cuts before the last but one snapshot", "[store]",
                   in_file, in_sqlite_memory, in_memory) {
  TestType with{small()};
  auto& j = *with.subject;
  auto first = append(j, rows("a", 1, 20));
  trim_all(j, first[0].at);
  CHECK(must(j.rows_of("a", 0, 100)).size() == 20); // no snapshot: no cut
  append(j, {}, {snapshot("a", first[9].seq)});
  append(j, {}, {snapshot("a", first[14].seq)});
  trim_all(j, first[0].at);
  CHECK(must(j.rows_of("a", 0, 100)).front() == first[9]);
  auto history = must(j.load("a"));
  CHECK(history.trimmed);
  CHECK(history.damage.empty());
  CHECK(history.snapshot.seq == first[14].seq);
  CHECK(history.rows.size() == 5);
  auto stream = must(j.streams())[0];
  CHECK(stream.trimmed);
  CHECK(stream.rows == 11);
  CHECK(stream.first_seq == first[9].seq);
  CHECK(must(j.first_broken_row("a")) == 0);
}

TEMPLATE_TEST_CASE("ended applications shrink, then go", "[store]", in_file,
                   in_sqlite_memory, in_memory) {
  TestType with{small()};
  auto& j = *with.subject;
  append(j, rows("live", 1, 5));
  append(j, rows("bare", 1, 4));
  auto bare = append(j, {row("bare", 5, "Completed")});
  append(j, rows("whole", 1, 4), {snapshot("whole")});
  auto whole = append(j, {row("whole", 5, "Gone")}, {snapshot("whole")});
  trim_all(j, whole[0].at);
  CHECK(must(j.rows_of("bare", 0, 100)).size() == 5);

  trim_all(j, hours_after(whole[0], 2));
  CHECK(must(j.rows_of("live", 0, 100)).size() == 5);
  CHECK(must(j.rows_of("bare", 0, 100)) == bare);
  CHECK(must(j.rows_of("whole", 0, 100)) == whole);
  // Without its start a history cannot be folded: none of it is loaded.
  auto history = must(j.load("bare"));
  CHECK(history.trimmed);
  CHECK_FALSE(history.has_snapshot);
  CHECK(history.rows.empty());
  CHECK(history.damage.empty());
  auto more = append(j, {row("bare", 6, "Completed")});
  append(j, rows("late", 20 * 3600, 1));
  CHECK(must(j.load("bare")).rows == more);
  history = must(j.load("whole"));
  CHECK(history.trimmed);
  CHECK(history.has_snapshot);
  CHECK(history.snapshot.seq == whole[0].seq);
  CHECK(history.rows.empty());

  trim_all(j, hours_after(more[0], 20));
  auto left = must(j.streams());
  REQUIRE(left.size() == 1);
  // "live" as well: nothing was heard of it for so long that it must have
  // vanished while nobody watched.
  CHECK(left[0].uid == "late");
  CHECK(append(j, {row("new", 1)})[0].seq > more[0].seq);
}

TEMPLATE_TEST_CASE("snapshots after a gap are kept", "[store]", in_file,
                   in_sqlite_memory, in_memory) {
  TestType with{small()};
  auto& j = *with.subject;
  std::vector<std::int64_t> seqs;
  for (int n = 0; n < 5; ++n) {
    auto r = row("a", n);
    r.lost = n == 1 ? 7 : 0;
    seqs.push_back(append(j, {r}, {snapshot("a")})[0].seq);
  }
  auto kept = must(j.snapshots_of("a"));
  REQUIRE(kept.size() == 3);
  CHECK(kept[0].seq == seqs[1]);
  CHECK(kept[1].seq == seqs[3]);
  CHECK(kept[2].seq == seqs[4]);
  CHECK(must(j.rows_of("a", 0, 9))[1].lost == 7);
  CHECK(must(j.load("a")).snapshot.seq == seqs[4]);
  CHECK(must(j.first_broken_row("a")) == 0);
  append(j, rows("a", 5, 10));
  trim_all(j, row("a", 20).at); // above the cap: rows go, and their snapshots
  CHECK(must(j.snapshots_of("a")).size() == 2);
  CHECK(must(j.snapshots_of("b")).empty());
}

TEST_CASE("the memory journal fails on command", "[store]") {
  memory_journal j;
  j.fail_append(2, error{errc::io, "disk full"});
  append(j, {row("a", 1)});
  std::vector batch{row("a", 2)};
  auto failed = j.append(batch, {});
  REQUIRE_FALSE(failed);
  CHECK(failed.error().message == "disk full");
  CHECK(j.all_rows().size() == 1);
  append(j, batch);
  j.fail_all(error{errc::io, "gone"});
  CHECK_FALSE(j.append(batch, {}));
  CHECK_FALSE(j.load("a"));
  j.fail_all({});
  CHECK(must(j.load("a")).rows.size() == 2);
  CHECK(j.appends() == 4);
}
