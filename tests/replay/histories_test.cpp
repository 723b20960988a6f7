// What was decided once is decided so today: tests/histories/README.md.
#include "tests/replay/recorded_run.hpp"

#include <catch2/catch.hpp>

using namespace spark;
using namespace spark::testing;

TEST_CASE("recorded histories are decided again without a difference") {
  std::size_t found = 0;
  std::int64_t rows = 0;
  for (auto& entry :
       fs::directory_iterator{SPARK_SOURCE_DIR "/tests/histories"}) {
    if (entry.path().extension() != ".db")
      continue;
    ++found;
    auto path = entry.path().string();
    auto verdict = run_replay({path, "--verify"});
    INFO(path << "\n" << verdict.out << verdict.err);
    INFO("a rule changed: bump rules_version and record new histories with "
         "tests/histories/record");
    CHECK(verdict.code == 0);
    auto doc = json_of(run_replay({path, "--verify", "--json"}));
    auto& counts = doc.at("counts").as_object();
    CHECK(counts.at("differences") == 0);
    CHECK(counts.at("foldedOnly") == 0); // rows of an older rules_version
    rows += counts.at("decided").as_int64();
    CHECK(fs::file_size(entry) < 256 * 1024);
  }
  CHECK(found >= 5);
  CHECK(rows > 100);
}
