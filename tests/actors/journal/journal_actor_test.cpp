// What the journal's actor makes of a store that fails. Everything runs on
// CAF's test scheduler, so a batch is what a test sends before it runs.

#include "actors/journal/journal_actor.hpp"
#include "store/memory_journal.hpp"

#include <caf/all.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <catch2/catch.hpp>

#include <fstream>
#include <unistd.h>

using namespace spark;
using Catch::Matchers::Contains;

namespace {

caf::actor_system_config& test_scheduler(caf::actor_system_config& cfg) {
  return cfg.set("scheduler.policy", caf::atom("testing"));
}

/// A journal whose copies never end, and that may stand in for a file.
class odd_journal : public memory_journal {
public:
  using memory_journal::memory_journal;
  struct endless : copy {
    explicit endless(int& n) : open{n} { ++open; }
    ~endless() override { --open; }
    result<bool> step() override { return false; }
    int& open;
  };
  result<std::unique_ptr<copy>> start_copy(const std::string&) override {
    return std::make_unique<endless>(copies);
  }
  [[nodiscard]] bool stands_in() const override { return in_place_of_file; }
  int copies = 0;
  bool in_place_of_file = false;
};

struct running_journal {
  explicit running_journal(bool stands_in = false) {
    store->in_place_of_file = stands_in;
    auto made = std::make_shared<environment>();
    made->now = [] { return time_point{}; };
    made->counters = std::make_shared<metrics>(metrics_settings{});
    env = made;
    actor = sys.spawn(run_journal, store, env);
    run_some();
  }
  ~running_journal() {
    caf::anon_send_exit(actor, caf::exit_reason::user_shutdown);
    run_some();
    sched().clock().cancel_all();
  }
  caf::scheduler::test_coordinator& sched() {
    return dynamic_cast<caf::scheduler::test_coordinator&>(sys.scheduler());
  }
  /// An export that never ends would keep it busy for ever.
  void run_some() {
    for (int i = 0; i < 100 && sched().try_run_once(); ++i)
      ;
  }
  /// The seqs of the answers, in the order of the rows.
  std::vector<std::int64_t> append(const std::vector<append_row>& batch) {
    std::vector<std::int64_t> out;
    for (auto& row : batch)
      self->send(actor, row);
    run_some();
    for (std::size_t i = 0; i < batch.size(); ++i)
      self->receive([&](const appended& a) { out.push_back(a.seq); });
    return out;
  }

  std::shared_ptr<odd_journal> store = std::make_shared<odd_journal>();
  environment_ptr env;
  caf::actor_system_config cfg;
  caf::actor_system sys{test_scheduler(cfg)};
  caf::scoped_actor self{sys};
  journal_actor actor;
};

append_row row_of(const std::string& uid) {
  append_row out;
  out.row.uid = uid;
  out.row.events = "[]";
  return out;
}

const error full{errc::io, "disk full"};

} // namespace

TEST_CASE("what the disk does to a batch is not tried row by row") {
  running_journal j;
  j.store->fail_append(1, full);
  CHECK(j.append({row_of("a"), row_of("b"), row_of("c")}) ==
        std::vector<std::int64_t>{0, 0, 0});
  CHECK(j.store->appends() == 1);
  CHECK_THAT(j.env->counters->text(),
             Contains("journal_degraded 1") &&
                 Contains("journal_rows_lost_total 3"));
}

TEST_CASE("the first row after a gap says how long it was") {
  running_journal j;
  j.store->fail_all(full);
  j.append({row_of("a"), row_of("b")});
  j.append({row_of("a")});
  j.store->fail_all({});
  j.append({row_of("a"), row_of("c")});
  j.append({row_of("a"), row_of("b")});
  auto rows = j.store->all_rows();
  REQUIRE(rows.size() == 4);
  std::vector<std::int64_t> lost;
  for (auto& row : rows)
    lost.push_back(row.lost);
  CHECK(lost == std::vector<std::int64_t>{2, 0, 0, 1});
  CHECK_THAT(j.env->counters->text(), Contains("journal_degraded 0"));
}

TEST_CASE("a refused row takes no neighbour with it, and is a gap itself") {
  running_journal j;
  auto big = row_of("b");
  big.row.events.assign(max_row_bytes + 1, 'x');
  auto seqs = j.append({row_of("a"), big, row_of("c"), row_of("d")});
  CHECK(seqs[1] == 0);
  CHECK(std::count(seqs.begin(), seqs.end(), 0) == 1);
  CHECK_THAT(j.env->counters->text(), Contains("journal_degraded 0"));
  j.append({row_of("b")});
  CHECK(j.store->all_rows().back().lost == 1);
}

TEST_CASE("a row is kept without a snapshot that is too big") {
  running_journal j;
  auto row = row_of("a");
  journal_snapshot big;
  big.uid = "a";
  big.state.assign(max_snapshot_bytes + 1, 'x');
  row.snapshots.push_back(big);
  CHECK(j.append({row})[0] > 0);
  CHECK_FALSE(j.store->load("a")->has_snapshot);
}

TEST_CASE("a journal that stands in for a file stays degraded") {
  running_journal j{true};
  CHECK_THAT(j.env->counters->text(), Contains("journal_degraded 1"));
  CHECK(j.append({row_of("a")})[0] > 0);
  CHECK_THAT(j.env->counters->text(), Contains("journal_degraded 1"));
}

TEST_CASE("an export that nobody waits for is dropped with what it made") {
  running_journal j;
  j.self->send(j.actor, export_journal{"/tmp/some"});
  j.run_some();
  CHECK(j.store->copies == 1);
  j.self->send(j.actor, cancel_export{"/tmp/other"});
  j.run_some();
  CHECK(j.store->copies == 1);
  j.self->send(j.actor, cancel_export{"/tmp/some"});
  j.run_some();
  CHECK(j.store->copies == 0);
  j.self->receive([&](const exported& e) { CHECK_FALSE(e.ok); });
  auto late = "/tmp/spark-journal-test-" + std::to_string(getpid());
  std::ofstream{late} << "complete";
  j.self->send(j.actor, cancel_export{late});
  j.run_some();
  CHECK_FALSE(std::ifstream{late});
}
