#include "actors/app/explain.hpp"
#include "actors/app/history.hpp"
#include "actors/shell.hpp"
#include "tests/actors/app/machine_dsl.hpp"

#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <map>
#include <random>
#include <set>

using namespace spark;
using namespace spark::test;

namespace {

constexpr unsigned sequences = 20000;
constexpr int length = 16;

/// Facts without any order that a cluster would keep: whatever comes, the
/// invariants must hold.
class dice {
public:
  explicit dice(unsigned seed) : random_(seed) {}

  bool one_in(int n) { return pick(n) == 0; }
  int pick(int n) {
    return static_cast<int>(random_() % static_cast<unsigned>(n));
  }
  template<class T>
  T of(std::initializer_list<T> all) {
    return all.begin()[pick(static_cast<int>(all.size()))];
  }

  driver_fact driver(const app_state& s) {
    auto number = one_in(4) ? s.current.number - 1 : s.current.number;
    auto d = driver_of(number,
                       of<const char*>({"Pending", "Running", "Running",
                                        "Succeeded", "Failed", "Unknown", ""}));
    if (one_in(3) && s.current.number > 0)
      d.submission_id = s.current.submission_id;
    d.uid += one_in(6) ? "x" : "";
    d.terminating = one_in(5);
    if (one_in(6)) {
      d.has_exit = true;
      d.exit_code = pick(2);
    }
    if (d.phase == "Pending")
      d.waiting = of<const char*>(
          {"", "Unschedulable", "ErrImagePull", "ContainerCreating"});
    if (d.phase == "Pending" && one_in(6))
      d.complaint = "FailedMount";
    d.node = one_in(2) ? "node-1" : "";
    d.unreachable = d.phase == "Running" && one_in(6);
    if (one_in(8))
      d.disruption = "PreemptionByScheduler";
    if (d.phase == "Failed" && !d.has_exit && one_in(4))
      d.init_container = "fetch";
    if (one_in(10))
      d.owner_uid = of<const char*>({"", "other"});
    if (one_in(10))
      d.owner_name = of<const char*>({"", "pi"});
    return d;
  }

  app_observed app(const app_state& s) {
    app_observed o;
    o.generation = std::max<std::int64_t>(1, s.spec.generation) + one_in(4);
    o.spec_hash = of<const char*>({"1:a", "1:a", "1:b"});
    o.refusal = one_in(12) ? "no image" : "";
    o.pod_name = "pi-driver";
    o.start_timeout = of<std::int64_t>({0, 600});
    o.scheduling_timeout = of<std::int64_t>({0, 0, 300});
    o.policy = policy();
    o.suspend = one_in(6);
    o.time_to_live = of<std::int64_t>({-1, -1, 0, 60});
    o.deleting = one_in(25);
    o.orphan = o.deleting && one_in(2);
    auto& c = s.current;
    o.claim_number = std::max<std::int64_t>(
        0, c.number + of<std::int64_t>({0, 0, 0, 0, 0, -1, 1}));
    if (o.claim_number > 0) {
      o.claim_generation = c.generation;
      o.claim_hash = c.spec_hash;
      o.claim_outcome = one_in(6) ? "Completed" : c.outcome;
      o.submission_id = submission_id(app_uid, o.claim_number);
      o.driver_pod = "pi-driver";
    } else if (one_in(8)) {
      o.submission_id = "go-1";
    }
    o.state =
        one_in(3)
            ? of<const char*>({"", "SUBMITTED", "RUNNING", "COMPLETED",
                               "FAILED", "INVALIDATING", "PENDING_RERUN",
                               "SUBMISSION_FAILED", "SUCCEEDING", "FAILING",
                               "SUSPENDING", "SUSPENDED", "RESUMING"})
            : s.shows;
    return o;
  }

  restart_rules policy() {
    restart_rules out;
    out.restart = of<const char*>({"Never", "OnFailure", "Always"});
    out.failure_retries = of<std::int64_t>({-1, 0, 1, 2});
    out.submission_retries = of<std::int64_t>({-1, 1});
    out.infrastructure_retries = of<std::int64_t>({-1, -1, 1});
    out.exponential = one_in(2);
    out.healthy_run = of<std::int64_t>({0, 0, 60});
    return out;
  }

  child_settled child_end(const app_state& s) {
    child_settled f;
    f.number = one_in(8) ? s.current.number - 1 : s.current.number;
    f.what = of({child::sweep, child::config, child::service, child::driver});
    f.how = how();
    if (f.what == child::driver && one_in(2)) {
      f.has_driver = true;
      f.driver = driver(s);
    }
    return f;
  }

  app_stimulus fact(const app_state& s) {
    switch (pick(11)) {
    case 0:
    case 1:
      return app(s);
    case 2: {
      adopted a;
      a.app = app(s);
      a.epoch = s.term + 1;
      if (one_in(2))
        a.drivers.push_back(driver(s));
      return a;
    }
    case 3:
      if (one_in(8))
        return app_gone{};
      return one_in(8) ? app_stimulus{expiry_settled{how()}} : timer_fired{};
    case 4:
      return driver_observed{driver(s)};
    case 5:
      return driver_gone{driver(s)};
    case 6:
      return one_in(2) ? absent() : found(driver(s));
    case 7:
      return executors_observed{s.current.submission_id,
                                {{"e-" + std::to_string(pick(200)),
                                  of<const char*>({"RUNNING", "FAILED"})}}};
    case 8:
      return claim_settled{s.current.number, how(), one_in(20), ""};
    default:
      return child_end(s);
    }
  }

private:
  ending how() {
    return of({ending::done, ending::done, ending::retry, ending::unsure,
               ending::conflict, ending::refused, ending::taken});
  }

  std::mt19937 random_;
};

/// One random life, checked after every fact.
class life {
public:
  explicit life(unsigned seed)
      : dice_(seed), verifies_(seed % 4 == 0), shell_(new_state()) {}

  void run() {
    view_.observed = true;
    for (int i = 0; i < length; ++i) {
      now_ += milliseconds{dice_.of({0, 100, 1000, 7000, 60000, 700000})};
      shell_.take(dice_.fact(shell_.state()));
      while (auto row = shell_.next(now_)) {
        auto before = shell_.state();
        rows_.push_back(row->row);
        shell_.committed(now_, [](auto&, auto&) {});
        check_step(before, shell_.state());
      }
      check_plan();
      if (dice_.one_in(3))
        view_.status = projection(shell_.state(), view_.status);
      if (dice_.one_in(4))
        view_.looked_at = now_;
      view_.loaded_hash = shell_.state().current.spec_hash;
    }
    auto shown = projection(shell_.state(), view_.status);
    need(boost::json::serialize(status_patch({}, shown)).size() < 16384,
         "the status is too big");
    check_journal();
  }

private:
  void need(bool ok, const char* what) const {
    if (!ok)
      FAIL(what << " in phase " << to_string(shell_.state().at));
  }

  void check_step(const app_state& before, const app_state& after) {
    // One that was only meant may give way to what the cluster holds.
    need(after.current.number >= before.current.number || !before.current.held,
         "a claim number shrank");
    if (after.current.number == before.current.number &&
        before.current.number > 0 && !before.current.outcome.empty() &&
        after.current.held)
      need(!after.current.outcome.empty(), "an ended attempt opened again");
    if (before.at == phase::deleting || before.at == phase::gone) {
      need(after.at == phase::deleting || after.at == phase::gone,
           "came back from deletion");
    }
    if (!before.current.mine && after.current.mine)
      need(after.current.number != before.current.number ||
               before.at == phase::claiming,
           "an old number became ours to POST");
  }

  void check_plan() {
    auto& s = shell_.state();
    auto all = plan(s, view_, now_);
    need(std::set<effect>(all.begin(), all.end()).size() == all.size(),
         "the same effect twice");
    for (auto& e : all) {
      bool creates = e.kind == effect_kind::create_driver ||
                     e.kind == effect_kind::create_config ||
                     e.kind == effect_kind::create_service ||
                     e.kind == effect_kind::claim_attempt;
      need(!creates || (s.at != phase::deleting && s.at != phase::gone),
           "creates while deleting");
      if (e.kind == effect_kind::create_driver)
        need(s.current.mine && !s.current.unsure && s.current.held,
             "POSTs in doubt");
      need(e.kind != effect_kind::look_at_driver || !s.current.pod_name.empty(),
           "looks at a pod without a name");
      need(e.kind != effect_kind::delete_driver || !e.target.empty(),
           "deletes without a uid");
    }
    if (!row_of(s.at).rests)
      need(wake_at(s, view_, now_) != no_time, "waits for nothing");
    check_explanation();
    auto once = projection(s, view_.status);
    need(projection(s, once) == once, "the projection is not idempotent");
  }

  /// It becomes a condition, whose reason has a form to keep.
  void check_explanation() const {
    auto why = explain(shell_.state());
    auto word = [](char c) {
      return std::isalnum(static_cast<unsigned char>(c)) != 0;
    };
    need(!why.reason.empty() &&
             std::isupper(static_cast<unsigned char>(why.reason[0])) != 0 &&
             std::all_of(why.reason.begin(), why.reason.end(), word),
         "a reason that is no CamelCase word");
    need(!why.headline.empty() && !why.next.empty(), "nothing is explained");
    need(to_text(why).size() <= 1024, "a message without bounds");
  }

  void check_journal() const {
    journal_history h;
    h.rows = rows_;
    for (std::size_t i = 0; i < h.rows.size(); ++i)
      h.rows[i].seq = static_cast<std::int64_t>(i) + 1;
    auto folded = fold(h);
    need(folded.has_value(), "the journal cannot be read");
    if (!rows_.empty())
      need(folded->state == shell_.state(), "the journal folds otherwise");
    if (!verifies_)
      return; // hashing every state is what takes the time
    app_state s;
    for (auto& row : h.rows) {
      auto v = verify(s, row);
      need(v && v->is == verdict::kind::same, "a row re-decides otherwise");
    }
  }

  dice dice_;
  bool verifies_;
  machine_shell<app_machine> shell_;
  app_view view_;
  time_point now_ = t0;
  std::vector<journal_row> rows_;
};

unsigned number(const char* variable, unsigned otherwise) {
  auto* set = std::getenv(variable);
  return set ? static_cast<unsigned>(std::atoi(set)) : otherwise;
}

} // namespace

TEST_CASE("whatever comes, in any order", "[property]") {
  auto from = number("SEED", 1);
  auto n = std::getenv("SEED") ? 1 : number("SEQUENCES", sequences);
  for (auto seed = from; seed < from + n; ++seed) {
    INFO("again with SEED=" << seed);
    life{seed}.run(); // an exception fails the test, too
  }
}
