#pragma once

#include "k8s/transport.hpp"
#include "messages/clock.hpp"

#include <boost/json.hpp>

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace spark::test {

namespace json = boost::json;

/// The part of an API server that schedules need: ScheduledSparkApplications,
/// SparkApplications, optimistic concurrency, owners. It keeps counts and no
/// history, so that a year fits into memory. One thread.
class schedule_cluster {
public:
  struct created_run {
    std::string schedule_uid;
    std::string name;
    time_point at{};
  };

  time_point now{};
  /// A DELETE of a run only marks it.
  bool slow_to_delete = false;
  std::string refuse_runs; ///< not empty: 403, in these words
  /// Somebody else's CRD: pendingRun is dropped at every write.
  bool prunes_intents = false;

  // -- users, and what plays the applications ---------------------------------
  /// Gives the uid.
  std::string create_schedule(const std::string& name, json::object spec);
  /// RFC 7386 on .spec; the generation counts up.
  void edit_schedule(const std::string& name, const json::object& patch);
  void delete_schedule(const std::string& name);
  /// What another operator has left.
  void write_status(const std::string& name, const json::object& status);
  void finish_run(const std::string& name, const std::string& state);
  void delete_run(const std::string& name);
  /// Somebody else's application takes a name.
  void take_name(const std::string& name);

  // -- operators --------------------------------------------------------------
  reply perform(const request& what);

  [[nodiscard]] const std::map<std::string, json::object>& schedules() const {
    return schedules_;
  }
  [[nodiscard]] const std::map<std::string, json::object>& runs() const {
    return runs_;
  }
  /// Every run that was ever created, in order; emptied by who reads it.
  std::vector<created_run> created;
  /// By name, changed since it was emptied: what a watch would tell.
  std::set<std::string> touched_schedules;
  std::set<std::string> touched_runs;
  std::int64_t writes = 0;

private:
  reply get(const std::map<std::string, json::object>& from,
            const std::string& name) const;
  reply create(const json::value& object);
  reply patch_status(const std::string& name, const json::value& patch);
  reply remove(const std::string& name, const json::value& options);
  void stamp(json::object& object);

  std::map<std::string, json::object> schedules_;
  std::map<std::string, json::object> runs_;
  std::int64_t version_ = 0;
  std::int64_t uids_ = 0;
};

} // namespace spark::test
