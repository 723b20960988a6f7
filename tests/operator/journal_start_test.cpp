#include "actors/journal/journal_actor.hpp"
#include "store/memory_journal.hpp"
#include "tests/store/journal_samples.hpp"
#include "tools/operator/journal_start.hpp"

#include <caf/all.hpp>
#include <catch2/catch.hpp>

#include <atomic>
#include <thread>

using namespace spark;
using namespace spark::testing;
using Catch::Matchers::Contains;

namespace {

struct starting {
  options wanted;
  metrics counters{metrics_settings{}};
  std::string closed;
  int asked = 0;

  result<std::shared_ptr<journal>> open(const std::string& path) {
    wanted.journal = path;
    return wait_for_journal(
        wanted, counters, [this](const std::string& why) { closed = why; },
        [this](milliseconds) { return ++asked == 3; });
  }
};

std::shared_ptr<environment> environment_for_tests() {
  auto env = std::make_shared<environment>();
  env->now = [] { return time_point{}; };
  env->counters = std::make_shared<metrics>(metrics_settings{});
  return env;
}

/// Its copies take until somebody gives them up.
struct slow_journal : memory_journal {
  struct endless : copy {
    explicit endless(std::atomic<int>& n) : open{n} { ++open; }
    ~endless() override { --open; }
    result<bool> step() override { return false; }
    std::atomic<int>& open;
  };
  result<std::unique_ptr<copy>> start_copy(const std::string&) override {
    return std::make_unique<endless>(copies);
  }
  std::atomic<int> copies{0};
};

} // namespace

TEST_CASE("whoever holds the journal is waited for, and named") {
  temp_dir dir;
  auto held = must(open_journal(dir / "j.db"));
  starting s;
  auto refused = s.open(dir / "j.db");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == errc::cancelled);
  CHECK(s.asked == 3);
  CHECK_THAT(s.closed, Contains("held by pid " + std::to_string(getpid())));
}

TEST_CASE("a file that cannot be used keeps nobody from working") {
  temp_dir dir;
  auto path = dir / "j.db";
  starting s;
  std::string bytes;
  SECTION("no directory") { path = dir / "missing/j.db"; }
  SECTION("of a newer version") {
    must(open_journal(path));
    tamper(path, "PRAGMA user_version=99");
    bytes = bytes_of(path);
  }
  auto store = must(s.open(path));
  CHECK(store->stands_in());
  CHECK(s.asked == 0);
  append(*store, rows("a", 1, 5));
  CHECK(must(store->load("a")).rows.size() == 5);
  CHECK(bytes_of(path) == bytes);
}

TEST_CASE("a damaged file is counted") {
  temp_dir dir;
  std::ofstream{dir / "j.db"} << std::string(5000, 'x');
  starting s;
  CHECK_FALSE(must(s.open(dir / "j.db"))->stands_in());
  CHECK_THAT(s.counters.text(), Contains("journals_damaged_total 1"));
}

TEST_CASE("a journal in memory is bounded far below one in a file") {
  options o;
  o.journal = ":memory:";
  auto wanted = journal_settings(o);
  CHECK(wanted.in_memory);
  CHECK_FALSE(wanted.stand_in);
  CHECK(wanted.refuse_bytes == memory_journal_bytes);
  CHECK(wanted.max_bytes < wanted.refuse_bytes);
  o.journal = "/some/file";
  o.journal_retention = std::chrono::days{200};
  wanted = journal_settings(o);
  CHECK(wanted.max_bytes == o.journal_max_size);
  CHECK(wanted.max_summary_age == std::chrono::days{200});
}

TEST_CASE("a door that is closed says why") {
  journal_door door;
  std::string why;
  CHECK_FALSE(door.enter(why));
  CHECK_FALSE(why.empty());
  door.close("held by pid 7");
  CHECK_FALSE(door.enter(why));
  CHECK(why == "held by pid 7");
  caf::actor_system_config cfg;
  caf::actor_system sys{cfg};
  auto refused = export_to_file(sys, door, {}, seconds{1});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message == "held by pid 7");
}

TEST_CASE("an export that is given up leaves nothing and is quick") {
  caf::actor_system_config cfg;
  caf::actor_system sys{cfg};
  auto store = std::make_shared<slow_journal>();
  journal_door door;
  auto actor =
      sys.spawn<caf::detached>(run_journal, store, environment_for_tests());
  door.open(actor);
  std::stop_source stop;
  milliseconds limit{50};
  std::jthread asks;
  SECTION("for its time is up") {}
  SECTION("for the listener stops") {
    limit = std::chrono::minutes{10};
    asks = std::jthread{[&] {
      std::this_thread::sleep_for(milliseconds{50});
      stop.request_stop();
    }};
  }
  auto refused = export_to_file(sys, door, stop.get_token(), limit);
  CHECK_FALSE(refused);
  for (int i = 0; i < 500 && store->copies > 0; ++i)
    std::this_thread::sleep_for(milliseconds{10});
  CHECK(store->copies == 0);
  door.close("over");
  caf::anon_send_exit(actor, caf::exit_reason::user_shutdown);
}

TEST_CASE("an export is a journal") {
  temp_dir dir;
  caf::actor_system_config cfg;
  caf::actor_system sys{cfg};
  std::shared_ptr<journal> store = must(open_journal(dir / "j.db"));
  append(*store, rows("a", 1, 500));
  journal_door door;
  auto actor =
      sys.spawn<caf::detached>(run_journal, store, environment_for_tests());
  door.open(actor);
  auto path = must(export_to_file(sys, door, {}, seconds{30}));
  CHECK(must(must(open_journal_for_reading(path))->load("a")).rows.size() ==
        500);
  fs::remove(path);
  door.close("over");
  caf::anon_send_exit(actor, caf::exit_reason::user_shutdown);
}
