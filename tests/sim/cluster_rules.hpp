#pragma once

#include "tests/sim/simulated_operator.hpp"

#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace spark::test {

/// What must hold of everything that was ever committed (model/claim.py, design
/// §6). Reads the audit log on from where it was; says the first thing wrong.
class cluster_rules {
public:
  explicit cluster_rules(const memory_api_server& server) : server_{server} {}

  /// "" when all is well.
  std::string check();
  /// A write of an operator, landing or not: does it carry what keeps a stale
  /// view from doing harm?
  [[nodiscard]] static std::string check_request(const api_call& call);

  struct counts {
    int status_patches = 0;
    int writes = 0; ///< Kubernetes Events apart
    int drivers = 0;
  };
  /// By application uid.
  [[nodiscard]] const counts& of(const std::string& uid) { return by_[uid]; }
  /// Something happened to the driver of that attempt that was not our doing:
  /// it failed, could not start, or somebody deleted it.
  [[nodiscard]] bool harmed(const std::string& uid,
                            const std::string& submission) const;
  /// The server was told to refuse a child of that attempt.
  void expect_refusal(const std::string& uid, const std::string& submission) {
    refused_.emplace(uid, submission);
  }

  /// Did that operator ever know of that attempt's driver? One that came and
  /// went unseen cannot be told from one that never was.
  using knowledge_of_drivers =
      std::function<bool(const std::string& client, const std::string& uid,
                         const std::string& submission)>;
  void ask_who_knew(knowledge_of_drivers knew) { knew_ = std::move(knew); }

private:
  using driver_key = std::pair<std::string, std::string>; ///< uid, submission

  /// The one driver that an attempt may ever have.
  struct driver {
    object_ptr pod;         ///< null: it is gone
    std::string end;        ///< Succeeded, Failed, or "" while nobody knows
    std::string deleted_by; ///< the first who did
    bool ran = false;
    bool stuck = false;  ///< its container could not start
    bool failed = false; ///< and nobody had asked it to stop
    [[nodiscard]] bool harmed() const {
      return stuck || failed || deleted_by == "user" || deleted_by == "gc";
    }
  };
  struct known_app {
    object_ptr now;                           ///< null: it is gone
    std::map<std::int64_t, json::value> spec; ///< by generation
    std::string foreign_submission;           ///< another operator's attempt
    std::int64_t claimed = 0;                 ///< the highest number ever
    std::string claimed_id;                   ///< ... and its submission id
    bool taken_back = false; ///< it was dropped, and the last write says it
  };

  std::string check(const commit& c);
  std::string check_pod(const commit& c);
  std::string check_new_driver(const driver_key& key, const json::value& pod);
  std::string check_app(const commit& c);
  std::string check_claim(const std::string& who, const json::value& old,
                          const json::value& now);
  std::string check_takeover(const json::value& old, const json::value& now);
  std::string check_end(const json::value& old, const json::value& now);
  std::string check_failure(const json::value& old, const json::value& now);
  std::string check_child(const commit& c);
  [[nodiscard]] const driver* find_driver(const std::string& uid,
                                          const std::string& submission) const;
  [[nodiscard]] bool edited(const json::value& app) const;
  [[nodiscard]] bool names_foreign(const std::string& message) const;

  const memory_api_server& server_;
  std::size_t next_ = 0;
  std::map<driver_key, driver> drivers_;
  std::map<std::string, known_app> apps_;
  std::map<std::string, counts> by_;
  knowledge_of_drivers knew_ = [](auto&, auto&, auto&) { return true; };
  std::set<driver_key> refused_;
  std::set<std::string> foreign_; ///< names that others have, or had
};

/// The journal of one operator as the simulation sees it: every row is decided
/// again as it arrives, and the fold is kept beside the live state.
class journal_rules {
public:
  void stored(const std::vector<journal_row>& rows);
  /// The first difference; "" when there is none.
  [[nodiscard]] const std::string& wrong() const { return wrong_; }
  /// Does the live state stem from the rows: is it the fold of all of them, or
  /// of all but one that the actor has yet to hear of?
  [[nodiscard]] bool explains(const app_state& live) const;
  /// Folds what the journal would load now and compares.
  std::string check_load(journal& store) const;
  [[nodiscard]] int rows() const { return rows_; }
  /// Some row says that this attempt had a driver.
  [[nodiscard]] bool tells_of_driver(const std::string& uid,
                                     const std::string& submission) const {
    return drivers_.count({uid, submission}) > 0;
  }

private:
  [[nodiscard]] result<verdict> decide_again(const journal_row& row);

  struct fold_of_app {
    app_state before; ///< the newest row
    app_state now;
  };
  std::map<std::string, fold_of_app> apps_;
  std::map<std::string, schedule_state> schedules_;
  std::set<std::pair<std::string, std::string>> drivers_;
  std::string wrong_;
  int rows_ = 0;
};

/// What must hold inside an operator between two steps.
[[nodiscard]] std::string check_inside(const simulated_operator& who,
                                       const journal_rules* journal,
                                       time_point now);
/// ... and when it has nothing to do before the next timer.
[[nodiscard]] std::string check_resting(const simulated_operator& who,
                                        time_point now);

} // namespace spark::test
