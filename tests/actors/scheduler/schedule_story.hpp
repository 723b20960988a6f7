#pragma once

#include "messages/json_at.hpp"
#include "tests/support/schedule_operator.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

namespace spark::test {

/// One schedule "s" of a cluster, made at 2026-01-01T12:00:00Z, and an operator
/// that follows it. Times of day are of that day.
class schedule_story {
public:
  explicit schedule_story(json::object spec = {}, bool with_operator = true) {
    cluster.now = time("12:00:00");
    json::object whole{{"schedule", "@every 10m"},
                       {"timeZone", "UTC"},
                       {"template",
                        {{"type", "Scala"},
                         {"mode", "cluster"},
                         {"image", "spark:3.5.0"},
                         {"sparkVersion", "3.5.0"},
                         {"mainClass", "A"},
                         {"mainApplicationFile", "local:///a.jar"}}}};
    for (auto& [key, value] : spec)
      whole[key] = value;
    uid = cluster.create_schedule("s", std::move(whole));
    if (with_operator)
      start();
  }

  static time_point time(const std::string& of_day) {
    auto t = from_rfc3339("2026-01-01T" + of_day + "Z");
    REQUIRE(t != no_time);
    return t;
  }

  void start() {
    op = std::make_unique<schedule_operator>(
        cluster, journal, ++epoch,
        [this](const request& r) {
          auto line = std::string{to_string(r.method)} + " " +
                      r.path.substr(0, r.path.find('?'));
          requests.push_back(line);
          return on_request ? on_request(r) : outcome::answered;
        },
        [this](const journal_row& row, const schedule_state&) {
          rows.push_back(row);
        });
    run([this] { op->begin(); });
  }
  void kill() { op.reset(); }
  /// Another replica, with a journal of its own.
  void change_leader() {
    op.reset();
    std::swap(journal, other_journal);
    start();
  }
  /// Another process, and nothing is left of the journal.
  void start_without_journal() {
    journal.clear();
    start();
  }

  /// Everything that happens up to then.
  void until(const std::string& of_day) {
    auto end = time(of_day);
    while (op && op->wakes_at() != no_time && op->wakes_at() <= end) {
      cluster.now = std::max(cluster.now, op->wakes_at());
      run([this] { op->wake(); });
    }
    cluster.now = end;
    if (op)
      run([this] { op->wake(); });
  }

  void edit(const json::object& patch) {
    cluster.edit_schedule("s", patch);
    look();
  }
  void finish(const std::string& run, const std::string& state = "COMPLETED") {
    cluster.finish_run(run, state);
    look();
  }
  /// The watches tell what has changed.
  void look() {
    if (op)
      run([this] { op->catch_up(); });
  }

  // -- what is there ----------------------------------------------------------

  static std::string run_of(const std::string& of_day) {
    std::chrono::nanoseconds tick = time(of_day).time_since_epoch();
    return "s-" + std::to_string(tick.count());
  }
  /// Ticks that have a run, e.g. "12:10:00 12:20:00"; those that are gone too.
  std::string ticks_run() const {
    std::string out;
    for (auto& made : cluster.created) {
      auto tick = std::chrono::nanoseconds{std::stoll(made.name.substr(2))};
      auto text = to_rfc3339(
          time_point{std::chrono::duration_cast<milliseconds>(tick)});
      out += (out.empty() ? "" : " ") + text.substr(11, 8);
    }
    return out;
  }
  /// Names of runs that are there.
  std::vector<std::string> runs() const {
    std::vector<std::string> out;
    for (auto& [name, o] : cluster.runs())
      out.push_back(name);
    return out;
  }
  std::string status(std::initializer_list<std::string_view> path) const {
    const json::value* at = &cluster.schedules().at("s").at("status");
    for (auto key : path) {
      at = at->is_object() ? at->as_object().if_contains(key) : nullptr;
      if (!at)
        return {};
    }
    return json_at::text(*at);
  }
  /// "True RunActive: tick …", "" without one.
  std::string condition(const std::string& type) const {
    auto& st = cluster.schedules().at("s").at("status");
    for (auto& c : json_at::items(st, {"conditions"}))
      if (json_at::text(c, {"type"}) == type)
        return json_at::text(c, {"status"}) + " " +
               json_at::text(c, {"reason"}) + ": " +
               json_at::text(c, {"message"});
    return {};
  }
  /// What was skipped, e.g. "12:10:00 RunActive".
  std::string skipped() const {
    std::string out;
    for (auto& row : rows) {
      auto events = json::parse(row.events);
      for (auto& e : events.as_array())
        if (json_at::text(e, {"kind"}) == "ticks_skipped") {
          auto& what = e.at("what");
          auto part = [&what](const char* key) {
            return to_rfc3339(from_millis(what.at(key).as_int64()))
                .substr(11, 8);
          };
          out += (out.empty() ? "" : ", ") + part("first");
          if (part("last") != part("first"))
            out += "-" + part("last");
          out += " " + json_at::text(what, {"reason"});
        }
    }
    return out;
  }
  schedule_phase phase() const { return op->state(uid)->at; }

  schedule_cluster cluster;
  schedule_journal journal;
  schedule_journal other_journal;
  std::unique_ptr<schedule_operator> op;
  std::function<outcome(const request&)> on_request;
  std::vector<std::string> requests; ///< "POST /apis/…"
  std::vector<journal_row> rows;
  std::string uid;
  std::int64_t epoch = 0;

private:
  void run(const std::function<void()>& what) {
    try {
      what();
      if (op)
        op->catch_up();
    } catch (const killed&) {
      late = op->late;
      op.reset();
    }
  }

public:
  request late; ///< of the process that was killed last
};

} // namespace spark::test
