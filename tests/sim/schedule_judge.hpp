#pragma once

#include "crds/schedule/schedule.hpp"
#include "messages/clock.hpp"
#include "store/journal.hpp"

#include <boost/json.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace spark::test {

/// Keeps its own books of what was due, by what users wrote and when, and of
/// what became of it: every due tick has one run, or a reason on record why it
/// has none. Knows the rules of ticks and nothing of the machine.
class schedule_judge {
public:
  /// The spec is so from `at` on; an empty one: the object is gone.
  void written(const std::string& uid, const std::string& name,
               const boost::json::object& spec, time_point created,
               time_point at);
  /// No operator that leads from now on knows what was so before `at`: it was
  /// edited while none was there, and the journal was lost.
  void forgotten(const std::string& uid, time_point since, time_point at);
  void row(const journal_row& row);
  void created(const std::string& uid, const std::string& run, time_point at,
               std::int64_t epoch);

  /// What is wrong with all ticks up to `until`; "" if nothing is.
  /// `forgives`: a tick may have neither a run nor a reason, for users have
  /// edited what nobody had looked at yet.
  [[nodiscard]] std::string check(time_point until,
                                  bool forgives = false) const;

  struct totals {
    std::int64_t due = 0;
    std::int64_t runs = 0;
    std::map<std::string, std::int64_t> skipped; ///< by reason
    std::int64_t excused = 0;                    ///< see forgotten()
    bool forgives = false;
  };
  [[nodiscard]] totals count(time_point until) const;

private:
  struct period {
    time_point from{};
    std::optional<schedule> ticks; ///< nothing is due
  };
  struct span {
    time_point first{};
    time_point last{};
    std::string reason;
    std::int64_t epoch = 0;
  };
  struct made {
    int times = 0;
    time_point at{};
    std::int64_t epoch = 0;
  };
  struct book {
    std::string name;
    std::vector<period> periods;
    std::vector<span> skipped;
    std::vector<span> excused;
    std::map<std::string, made> runs;
  };

  [[nodiscard]] std::string judge(const book& b, time_point until,
                                  totals& sum) const;
  [[nodiscard]] static std::string judge_tick(const book& b, time_point tick,
                                              totals& sum);

  [[nodiscard]] static std::size_t ticks_taken_for_old(const book& b);

  std::map<std::string, book> books_; ///< by uid
};

} // namespace spark::test
