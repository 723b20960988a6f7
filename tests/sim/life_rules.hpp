#pragma once

#include "tests/sim/promised_policy.hpp"
#include "tests/support/memory_api_server.hpp"

#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>

namespace spark::test {

/// Not by a user, the kubelet or another part of the cluster.
[[nodiscard]] bool by_operator(const commit& c);
/// Its deletionTimestamp is set.
[[nodiscard]] bool terminating(const json::value& object);

/// What users are promised of a whole life: how often and when an application
/// runs again, that it rests when it is told to, goes when its time is over,
/// and says so. Judged by the server's audit log; the operator's own rules are
/// not asked. Reads the log on from where it was; says the first thing wrong.
class life_rules {
public:
  explicit life_rules(const memory_api_server& server) : server_{server} {}

  std::string check();
  /// When nothing is left to be done; "" if all is as it should be.
  [[nodiscard]] std::string check_end() const;
  /// From now on nothing goes wrong any more.
  void calm() { calm_at_ = server_.now(); }

  /// Has that operator understood that the attempt's driver has ended?
  using knowledge_of_ends =
      std::function<bool(const std::string& client, const std::string& uid,
                         const std::string& submission)>;
  void ask_who_saw(knowledge_of_ends saw) { saw_ = std::move(saw); }
  /// A process begins or ends: what it saw does not bind the next one.
  void changed_operator(const std::string& name);

private:
  /// Ends in a row that the policy counts.
  struct tally {
    std::int64_t application = 0;
    std::int64_t infrastructure = 0;
    std::int64_t submissions = 0;
  };
  struct driver {
    bool there = false;
    time_point ran_at{};
    time_point ended_at{};
    bool succeeded = false;
    std::string cause; ///< of a failure, as the kubelet says it
  };
  struct life {
    object_ptr now;                            ///< null: it is gone
    std::map<std::int64_t, json::value> specs; ///< by generation
    time_point edited_at{};                    ///< or anything else by a user
    /// What may have been counted, given what only operators measure: as few,
    /// and as many as can be.
    tally least;
    tally most;
    bool infrastructure = false; ///< the last failure
    std::string ended;           ///< terminationTime of the newest attempt
    bool invalidated = false;    ///< since it was claimed
    bool changed = false;        ///< by its user, since then
    bool foreign = false;        ///< another operator made the newest attempt
    int writes = 0;              ///< of operators, since something happened
    std::set<std::string> ids;   ///< of submissions
    std::map<std::string, driver> drivers; ///< by submission id
    /// Who had seen the driver's end before the user wanted something else.
    std::set<std::string> saw_end;
  };

  std::string check(const commit& c);
  std::string check_driver(const commit& c);
  std::string check_app(const commit& c);
  void see_user(life& l, const commit& c);
  std::string check_status(life& l, const commit& c);
  std::string check_claim(life& l, const json::value& old,
                          const json::value& now);
  std::string check_wait(const life& l, const json::value& old, time_point at);
  std::string check_times(life& l, const commit& c);
  std::string check_shown(life& l, const commit& c);
  std::string check_rest(const life& l, const json::value& now) const;
  std::string check_removal(const life& l, const commit& c) const;
  void count(life& l, const json::value& now, time_point at);
  [[nodiscard]] bool wants_retry(const life& l, const json::value& app,
                                 const tally& t) const;
  [[nodiscard]] bool edited(const life& l, const json::value& app) const;
  [[nodiscard]] bool outdated(const life& l, const json::value& app) const;
  [[nodiscard]] json::value spec_of_claim(const life& l,
                                          const json::value& app) const;

  const memory_api_server& server_;
  std::size_t next_ = 0;
  std::map<std::string, life> lives_; ///< by uid
  time_point calm_at_ = no_time;
  knowledge_of_ends saw_ = [](auto&, auto&, auto&) { return false; };
};

/// Do the conditions say what the state says? "" if they do.
[[nodiscard]] std::string check_conditions(const json::value& old,
                                           const json::value& now);

} // namespace spark::test
