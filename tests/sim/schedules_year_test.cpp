// A thousand schedules over a virtual year, with restarts, leaders that lose
// their journal, requests that fail, edits, suspensions and deletions.

#include "messages/json_at.hpp"
#include "tests/sim/schedule_judge.hpp"
#include "tests/support/schedule_operator.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <iostream>
#include <memory>
#include <random>
#include <sstream>

namespace spark::test {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

struct year_options {
  std::uint64_t seed = 1;
  int schedules = 1000;
  days length{365};
  int restarts = 60;
  int edits = 400;
};

/// Everything that happens, in the order of its time.
class year {
public:
  explicit year(const year_options& o)
      : options_(o), rng_(o.seed), start_(from_rfc3339("2025-03-01T00:00:00Z")),
        end_(start_ + o.length) {
    cluster_.now = start_;
  }

  void live() {
    for (int i = 0; i < options_.schedules; ++i)
      plan_schedule(i);
    for (int i = 0; i < options_.edits; ++i)
      at(any_time(), [this] { edit(); });
    for (int i = 0; i < options_.restarts; ++i)
      at(any_time(), [this] { stop(); });
    start_operator();
    while (step(end_))
      ;
    settle();
  }

  std::string verdict() const { return judge_.check(cluster_.now); }
  schedule_judge::totals totals() const { return judge_.count(cluster_.now); }
  std::int64_t rows = 0;
  std::int64_t restarts = 0;
  std::int64_t writes() const { return cluster_.writes; }

private:
  using action = std::function<void()>;

  std::uint64_t below(std::uint64_t n) { return rng_() % n; }
  bool chance(std::uint64_t in) { return below(in) == 0; }
  time_point any_time() {
    return start_ + milliseconds{static_cast<std::int64_t>(
                        below(static_cast<std::uint64_t>(
                            milliseconds{options_.length}.count())))};
  }
  void at(time_point when, action what) {
    agenda_.emplace(when, std::move(what));
  }

  // -- users -----------------------------------------------------------------

  std::string draw_expression() {
    auto minute = std::to_string(below(60));
    auto hour = std::to_string(below(24));
    switch (auto kind = below(200)) {
    case 0:
      return "@every " + std::to_string(3 + below(9)) + "h";
    case 1:
      return minute + " */6 * * *";
    default:
      if (kind < 12)
        return minute + " " + hour + " * * *";
      if (kind < 80)
        return minute + " " + hour + " * * " + std::to_string(below(7));
      return minute + " " + hour + " " + std::to_string(1 + below(28)) + " * *";
    }
  }

  json::object draw_spec() {
    static const char* zones[] = {
        "UTC",          "Europe/Berlin",       "America/New_York",
        "Asia/Kolkata", "Australia/Lord_Howe", "America/St_Johns"};
    static const char* policies[] = {"Allow", "Forbid", "Replace"};
    json::object application{
        {"type", "Scala"},        {"mode", "cluster"},
        {"image", "spark:3.5.0"}, {"mainApplicationFile", "local:///a.jar"},
        {"mainClass", "A"},       {"sparkVersion", "3.5.0"}};
    json::object spec{{"schedule", draw_expression()},
                      {"timeZone", zones[below(6)]},
                      {"concurrencyPolicy", policies[below(3)]},
                      {"template", std::move(application)}};
    if (chance(4))
      spec["startingDeadlineSeconds"] = 60 + below(7200);
    if (chance(3))
      spec["successfulRunHistoryLimit"] = below(4);
    return spec;
  }

  void plan_schedule(int i) {
    auto name = "s" + std::to_string(i);
    if (i % 10 > 0)
      create(name);
    else
      at(any_time(), [this, name] { create(name); });
    if (i % 37 == 0)
      at(end_ - days{1 + below(100)}, [this, name] { remove(name); });
  }

  void create(const std::string& name) {
    auto uid = cluster_.create_schedule(name, draw_spec());
    created_[name] = {uid, cluster_.now};
    write_down(name);
  }

  /// metadata has whole seconds.
  void write_down(const std::string& name) {
    auto& [uid, since] = created_.at(name);
    judge_.written(uid, name,
                   cluster_.schedules().at(name).at("spec").as_object(), since,
                   cluster_.now);
    if (!operator_)
      edited_while_down_.insert(name);
  }

  void remove(const std::string& name) {
    if (cluster_.schedules().count(name) == 0)
      return;
    cluster_.delete_schedule(name);
    auto& [uid, since] = created_.at(name);
    // What was due and had no run when it went needs no reason any more.
    judge_.forgotten(uid, since, cluster_.now);
    judge_.written(uid, name, {}, since, cluster_.now);
  }

  void edit() {
    auto name =
        "s" +
        std::to_string(below(static_cast<std::uint64_t>(options_.schedules)));
    if (cluster_.schedules().count(name) == 0)
      return;
    json::object patch;
    switch (below(6)) {
    case 0:
      patch["suspend"] = true;
      at(cluster_.now + minutes{1 + below(20000)}, [this, name] {
        if (cluster_.schedules().count(name) > 0) {
          cluster_.edit_schedule(name, {{"suspend", false}});
          write_down(name);
        }
      });
      break;
    case 1:
      patch["schedule"] = "61 * * * *"; // and healed
      at(cluster_.now + minutes{1 + below(20000)}, [this, name] {
        if (cluster_.schedules().count(name) > 0) {
          cluster_.edit_schedule(name, {{"schedule", draw_expression()}});
          write_down(name);
        }
      });
      break;
    case 2:
      patch["template"] = json::object{{"mainClass", "B"}};
      break;
    case 3:
      patch["concurrencyPolicy"] = chance(2) ? "Forbid" : "Allow";
      break;
    default:
      patch["schedule"] = draw_expression();
    }
    cluster_.edit_schedule(name, patch);
    write_down(name);
  }

  /// How long a new run takes, and how it ends.
  void follow_runs() {
    for (auto& run : std::exchange(cluster_.created, {})) {
      judge_.created(run.schedule_uid, run.name, run.at, epoch_);
      auto takes = chance(20)  ? minutes{below(4 * 24 * 60)}
                   : chance(5) ? minutes{below(600)}
                               : minutes{1 + below(10)};
      auto state = chance(10) ? "FAILED" : "COMPLETED";
      at(run.at + takes,
         [this, name = run.name, state] { cluster_.finish_run(name, state); });
      // Once it is on record, a run that a user deletes stays deleted.
      if (chance(50))
        at(run.at + minutes{below(300)}, [this, name = run.name] {
          if (!is_pending(name))
            cluster_.delete_run(name);
        });
    }
  }

  bool is_pending(const std::string& run) const {
    for (auto& [name, o] : cluster_.schedules())
      if (json_at::text(o, {"status", "pendingRun", "name"}) == run)
        return true;
    return false;
  }

  // -- operators -------------------------------------------------------------

  outcome judge_request() {
    if (calm_)
      return outcome::answered;
    if (chance(3000)) {
      static const outcome deaths[] = {
          outcome::killed_before, outcome::killed_after, outcome::killed_late};
      return deaths[below(3)];
    }
    switch (below(400)) {
    case 0:
      return outcome::not_sent;
    case 1:
      return outcome::server_error;
    case 2:
      return outcome::lost_reply;
    default:
      return outcome::answered;
    }
  }

  void start_operator() {
    if (operator_)
      return;
    ++epoch_;
    auto& journal = journals_[epoch_ % 2]; // two replicas take turns
    if (!calm_ && chance(3)) {
      journal.clear();
      for (auto& name : edited_while_down_)
        judge_.forgotten(created_.at(name).first, down_since_, cluster_.now);
    }
    edited_while_down_.clear();
    operator_ = std::make_unique<schedule_operator>(
        cluster_, journal, epoch_,
        [this](const request&) { return judge_request(); },
        [this](const journal_row& row, const schedule_state&) {
          ++rows;
          judge_.row(row);
        });
    guarded([this] { operator_->begin(); });
  }

  /// Mostly another replica takes over within seconds.
  void stop() {
    if (!operator_)
      return;
    ++restarts;
    if (operator_->has_late)
      at(cluster_.now + milliseconds{below(4900)},
         [this, late = operator_->late] { cluster_.perform(late); });
    operator_.reset();
    down_since_ = cluster_.now;
    auto away = calm_        ? milliseconds{1000}
                : chance(10) ? milliseconds{minutes{below(3 * 24 * 60)}}
                             : milliseconds{500 + below(30000)};
    at(cluster_.now + away, [this] { start_operator(); });
  }

  void guarded(const action& what) {
    try {
      what();
    } catch (const killed&) {
      stop();
    }
    follow_runs();
  }

  // -- time ------------------------------------------------------------------

  bool step(time_point until) {
    auto next = agenda_.empty() ? no_time : agenda_.begin()->first;
    auto wake = operator_ ? operator_->wakes_at() : no_time;
    bool by_operator = wake != no_time && (next == no_time || wake <= next);
    auto when = by_operator ? wake : next;
    if (when == no_time || when > until)
      return false;
    cluster_.now = std::max(cluster_.now, when);
    if (by_operator) {
      guarded([this] { operator_->wake(); });
    } else {
      auto what = std::move(agenda_.begin()->second);
      agenda_.erase(agenda_.begin());
      guarded(what);
    }
    if (operator_)
      guarded([this] { operator_->catch_up(); });
    return true;
  }

  /// Nothing goes wrong any more; what is held back has its turn.
  void settle() {
    calm_ = true;
    agenda_.clear(); // but for runs, which end or are left
    cluster_.now = end_;
    start_operator();
    // All are suspended, so that no more ticks come.
    for (auto& [name, schedule] : created_)
      if (cluster_.schedules().count(name) > 0) {
        cluster_.edit_schedule(name, {{"suspend", true}});
        write_down(name);
      }
    if (operator_)
      guarded([this] { operator_->catch_up(); });
    while (step(end_ + days{6}))
      ;
  }

  year_options options_;
  std::mt19937_64 rng_;
  time_point start_;
  time_point end_;
  schedule_cluster cluster_;
  schedule_judge judge_;
  schedule_journal journals_[2];
  std::unique_ptr<schedule_operator> operator_;
  std::multimap<time_point, action> agenda_;
  std::map<std::string, std::pair<std::string, time_point>> created_;
  std::set<std::string> edited_while_down_;
  time_point down_since_{};
  std::int64_t epoch_ = 0;
  bool calm_ = false;
};

std::uint64_t number(const char* variable, std::uint64_t fallback) {
  auto* text = std::getenv(variable);
  return text ? std::strtoull(text, nullptr, 10) : fallback;
}

std::string words(const schedule_judge::totals& t) {
  std::ostringstream out;
  out << "due ticks: " << t.due << ", runs: " << t.runs;
  for (auto& [reason, n] : t.skipped)
    out << ", " << reason << ": " << n;
  out << ", excused: " << t.excused;
  return out.str();
}

} // namespace

TEST_CASE("a year of schedules: every tick has one run or one reason",
          "[schedules]") {
  year_options o;
  o.seed = number("SIM_SEED", 1);
  o.schedules = static_cast<int>(number("SIM_SCHEDULES", 1000));
  year y{o};
  y.live();
  auto sum = y.totals();
  std::cout << "schedules: " << o.schedules << ", " << words(sum)
            << ", restarts: " << y.restarts << ", rows: " << y.rows
            << ", writes: " << y.writes() << "\n";
  auto wrong = y.verdict();
  INFO(wrong.substr(0, 4000));
  CHECK(wrong.empty());
  CHECK(sum.runs > 20 * o.schedules);
}

} // namespace spark::test
