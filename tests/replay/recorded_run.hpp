#pragma once

#include "actors/app/history.hpp"
#include "actors/shell.hpp"
#include "messages/ids.hpp"
#include "tests/store/journal_samples.hpp"
#include "tools/replay/replay.hpp"

#include <functional>
#include <sstream>

namespace spark::testing {

/// One application as its actor would record it: the real shell, rules and
/// journal, and facts that a test makes up.
class recorded_run {
public:
  using spoil = std::function<void(journal_row&)>;

  recorded_run(journal& to, std::string uid, std::string name = "pi",
               time_point begin = from_rfc3339("2026-01-01T00:00:00Z"),
               std::string ns = "default")
      : journal_(to), shell_(named(uid, name, ns)), now_(begin) {}

  /// One second later. `change` may touch the row before it is written.
  void take(app_stimulus fact, const spoil& change = {}) {
    now_ += seconds{1};
    shell_.take(std::move(fact));
    while (auto next = shell_.next(now_)) {
      if (!journal_works) {
        ++lost_;
        shell_.committed(now_, [](auto&, auto&) {});
        shell_.missed_row();
        continue;
      }
      std::vector<journal_row> rows{std::move(next->row)};
      rows[0].lost = std::exchange(lost_, 0);
      if (change)
        change(rows[0]);
      std::vector<journal_snapshot> snapshots;
      if (next->snapshot)
        snapshots.push_back(std::move(*next->snapshot));
      must(journal_.append(rows, snapshots));
      last_seq_ = rows[0].seq;
      shell_.committed(now_, [](auto&, auto&) {});
    }
  }

  /// While false, rows are lost as on a disk that is full.
  bool journal_works = true;

  void adopt() {
    adopted fact;
    fact.epoch = 1;
    fact.app.generation = 1;
    fact.app.spec_hash = "1:0123456789abcdef";
    fact.app.pod_name = state().name + "-driver";
    fact.app.start_timeout = 600;
    take(std::move(fact));
  }
  void submit() {
    adopt();
    take(claim_settled{1});
    take(child_settled{1, child::config});
    take(child_settled{1, child::service});
    child_settled made{1, child::driver};
    made.has_driver = true;
    made.driver = driver("Pending");
    take(std::move(made));
  }
  void start() {
    submit();
    take(driver_observed{driver("Running")});
  }
  void executor(int n, const std::string& is) {
    executors_observed fact;
    fact.submission_id = state().current.submission_id;
    fact.changed["pi-exec-" + std::to_string(n)] = is;
    take(std::move(fact));
  }
  void succeed() {
    auto d = driver("Succeeded");
    d.has_exit = true;
    take(driver_observed{d});
  }
  /// Everything that a run without trouble has: eight rows.
  void plain() {
    start();
    executor(1, "RUNNING");
    succeed();
  }

  [[nodiscard]] driver_fact driver(const std::string& phase) const {
    driver_fact d;
    d.name = state().name + "-driver";
    d.uid = "pod-1-of-" + state().uid;
    d.owner_uid = state().uid;
    d.owner_name = state().name;
    d.submission_id = state().current.submission_id;
    d.phase = phase;
    return d;
  }
  [[nodiscard]] const app_state& state() const { return shell_.state(); }
  [[nodiscard]] std::int64_t last_seq() const { return last_seq_; }
  [[nodiscard]] time_point now() const { return now_; }

private:
  static app_state named(const std::string& uid, const std::string& name,
                         const std::string& ns) {
    app_state s;
    s.uid = uid;
    s.ns = ns;
    s.name = name;
    return s;
  }

  journal& journal_;
  machine_shell<app_machine> shell_;
  time_point now_;
  std::int64_t last_seq_ = 0;
  std::int64_t lost_ = 0;
};

struct replayed {
  int code = 0;
  std::string out;
  std::string err;
};

inline replayed run_replay(std::vector<std::string> arguments) {
  std::vector<const char*> argv{"spark-replay"};
  for (auto& a : arguments)
    argv.push_back(a.c_str());
  std::ostringstream out;
  std::ostringstream err;
  replayed r;
  r.code = spark::replay::replay_main(static_cast<int>(argv.size()),
                                      argv.data(), out, err);
  r.out = out.str();
  r.err = err.str();
  return r;
}

/// Fails the test when the output is not one JSON document.
inline boost::json::value json_of(const replayed& r) {
  boost::system::error_code ec;
  auto v = boost::json::parse(r.out, ec);
  if (ec)
    throw std::runtime_error(ec.message() + ": " + r.out);
  return v;
}

} // namespace spark::testing
