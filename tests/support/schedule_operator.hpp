#pragma once

#include "actors/scheduler/session.hpp"
#include "tests/support/schedule_cluster.hpp"

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>

namespace spark::test {

/// Thrown by a request hook: the process dies here.
struct killed {};

/// What becomes of one request.
enum class outcome {
  answered,
  not_sent,
  server_error, ///< 500, not executed
  lost_reply,   ///< executed
  killed_before,
  killed_after, ///< executed
  killed_late   ///< executed some seconds after the process died
};

/// A journal of one process: rows by schedule.
using schedule_journal = std::map<std::string, journal_history>;

/// One process that leads, around the sessions of the scheduler actor: each
/// effect is carried out to its end before the next one begins.
class schedule_operator {
public:
  /// Asked before every request.
  using request_hook = std::function<outcome(const request&)>;
  /// Told of every row, after it is durable.
  using row_hook =
      std::function<void(const journal_row&, const schedule_state& after)>;

  schedule_operator(schedule_cluster& cluster, schedule_journal& journal,
                    std::int64_t epoch, request_hook ask, row_hook told);

  /// Looks at everything that there is, as the first lists do.
  void begin();
  /// What the watches would have told since.
  void catch_up();
  /// A watch says that it is not there any more.
  void leave(const std::string& name);
  /// When time alone makes it do something; no_time: never.
  [[nodiscard]] time_point wakes_at() const;
  void wake();
  [[nodiscard]] const schedule_state* state(const std::string& uid) const;
  request late; ///< what was on its way when the process died
  bool has_late = false;

private:
  struct entry {
    std::unique_ptr<schedule_session> session;
    time_point wakes_at{};
  };

  void adopt(const json::value& object);
  void observe(const std::string& uid, const json::value& object);
  void pump(const std::string& uid);
  bool append(const std::string& uid, schedule_session& s);
  void carry_out(schedule_session& s, schedule_session::started d);
  reply send(const request& what);
  void arm(const std::string& uid, entry& e);

  schedule_cluster& cluster_;
  schedule_journal& journal_;
  std::int64_t epoch_;
  request_hook ask_;
  row_hook told_;
  fact_settings facts_;
  std::map<std::string, entry> entries_;    ///< by uid
  std::map<std::string, std::string> uids_; ///< by name
  /// Runs that were seen: name -> (uid, schedule's uid).
  std::map<std::string, std::pair<std::string, std::string>> runs_;
  std::set<std::pair<time_point, std::string>> wakes_;
};

} // namespace spark::test
