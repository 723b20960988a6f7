#pragma once

#include "tests/sim/simulated_operator.hpp"

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

  struct counts {
    int status_patches = 0;
    int writes = 0; ///< Kubernetes Events apart
    int drivers = 0;
  };
  /// By application uid.
  [[nodiscard]] const counts& of(const std::string& uid) { return by_[uid]; }
  /// How the driver of that attempt ended: phase, "" while nobody knows.
  [[nodiscard]] std::string truth(const std::string& uid,
                                  const std::string& submission) const;
  /// Some driver of it failed, or somebody deleted one.
  [[nodiscard]] bool harmed(const std::string& uid) const {
    return harmed_.count(uid) > 0;
  }

private:
  using driver_key = std::pair<std::string, std::string>; ///< uid, submission

  std::string check(const commit& c);
  std::string check_pod(const commit& c);
  std::string check_app(const commit& c);
  std::string check_child(const commit& c);
  std::string check_end(const json::value& old, const json::value& now);

  const memory_api_server& server_;
  std::size_t next_ = 0;
  std::map<driver_key, std::string> created_; ///< pod uid
  std::map<driver_key, std::string> truth_;
  std::map<driver_key, object_ptr> pods_; ///< as they are
  std::map<std::string, counts> by_;
  std::set<std::string> harmed_;
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

private:
  struct fold_of_app {
    app_state before; ///< the newest row
    app_state now;
  };
  std::map<std::string, fold_of_app> apps_;
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
