// store_tests '[.benchmark]': appends per second on the disk of $TMPDIR.

#include "journal_samples.hpp"

#include <catch2/catch.hpp>

#include <iostream>

using namespace spark;
using namespace spark::testing;

namespace {

void measure(int commits, int rows_per_commit) {
  temp_dir dir;
  auto j = must(open_journal(dir / "j.db"));
  std::vector<double> millis;
  auto begin = std::chrono::steady_clock::now();
  for (int n = 0; n < commits; ++n) {
    std::vector<journal_row> batch;
    for (int i = 0; i < rows_per_commit; ++i) {
      batch.push_back(row("uid-" + std::to_string((n + i) % 1000), n));
      batch.back().stimulus.assign(250, 's');
      batch.back().events.assign(150, 'e');
    }
    auto from = std::chrono::steady_clock::now();
    append(*j, batch);
    std::chrono::duration<double, std::milli> took =
        std::chrono::steady_clock::now() - from;
    millis.push_back(took.count());
  }
  std::chrono::duration<double> all = std::chrono::steady_clock::now() - begin;
  std::sort(millis.begin(), millis.end());
  std::cout << rows_per_commit << " rows per commit: "
            << static_cast<int>(commits * rows_per_commit / all.count())
            << " rows/s, commit p50 " << millis[millis.size() / 2]
            << " ms, p99 " << millis[millis.size() * 99 / 100] << " ms\n";
  begin = std::chrono::steady_clock::now();
  j.reset();
  j = must(open_journal(dir / "j.db"));
  all = std::chrono::steady_clock::now() - begin;
  std::cout << "  reopened with " << j->report().rows << " rows of "
            << fs::file_size(dir / "j.db") / 1024 << " KiB in " << all.count()
            << " s\n";
}

} // namespace

TEST_CASE("appends per second", "[.benchmark]") {
  measure(2000, 1);
  measure(1000, 16);
  measure(500, 64);
}
