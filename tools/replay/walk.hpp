#pragma once

#include "store/journal_reader.hpp"
#include "tools/replay/machines.hpp"

#include <deque>
#include <optional>
#include <vector>

namespace spark::replay {

/// Rows of one stream in order, a page at a time: a journal may be larger
/// than memory.
class row_pages {
public:
  row_pages(journal_reader& from, std::string uid)
      : from_(from), uid_(std::move(uid)) {}
  /// Nothing: that was the last one.
  [[nodiscard]] result<std::optional<journal_row>> next();

private:
  static constexpr std::size_t page = 256;

  journal_reader& from_;
  std::string uid_;
  std::deque<journal_row> rows_;
  std::int64_t next_seq_ = 0;
  bool last_page_ = false;
};

/// A snapshot that is left: the state after the row `seq`.
template<class Machine>
struct waypoint {
  std::int64_t seq = 0;
  typename Machine::state state;
  std::string hash;
  std::int64_t rules = 0;
};

/// Where folding the rows of one stream may begin. A whole history begins with
/// its first row, a trimmed one with what its oldest snapshot says.
template<class Machine>
struct origin {
  /// Rows up to this one are there to be read only: what preceded them is gone.
  std::int64_t seq = 0;
  std::vector<waypoint<Machine>> snapshots; ///< in order
  std::string damage; ///< why there is no snapshot that could be trusted

  /// Null when none is left of the state after that row.
  [[nodiscard]] const waypoint<Machine>* at(std::int64_t row_seq) const;
  /// What the row of `row_seq` follows on is not there: from it on everything
  /// is to be read only, up to the next snapshot.
  void begin_after_gap(std::int64_t row_seq);
};
template<class Machine>
[[nodiscard]] result<origin<Machine>> origin_of(journal_reader& from,
                                                const journal_stream& of);

template<class Machine>
[[nodiscard]] bool starts_from_nothing(const journal_row& row) {
  return row.phase_before == to_string(typename Machine::state{}.at);
}
/// So does the row, though rows precede it: the operator could not load them
/// (damaged), or never had them.
template<class Machine>
[[nodiscard]] bool begins_anew(const typename Machine::state& before,
                               const journal_row& row) {
  return before.at != typename Machine::state{}.at &&
         starts_from_nothing<Machine>(row);
}

/// One row and what it led from and to.
template<class Machine>
struct passage {
  journal_row row;
  typename Machine::state before;
  typename Machine::state after;
  bool knows_before = false; ///< else it is only what the row itself tells
  bool knows_after = false;
  std::optional<typename Machine::stimulus> fact;
  std::vector<typename Machine::event> events;
  /// Why the row's texts cannot be read, else empty.
  std::string unreadable;
  /// From the phase before to the phase after, with those passed on the way.
  std::vector<std::string> phases;
};

/// Folds row by row, as a restart would, keeping what was passed through.
template<class Machine>
class walk {
public:
  [[nodiscard]] static result<walk> begin(journal_reader& from,
                                          const journal_stream& of);
  /// false: there are no more rows.
  [[nodiscard]] result<bool> next(passage<Machine>& out);
  [[nodiscard]] const origin<Machine>& start() const { return origin_; }

private:
  walk(journal_reader& from, const journal_stream& of, origin<Machine> start)
      : pages_(from, of.uid), origin_(std::move(start)) {}
  void enter(passage<Machine>& out);
  void leave(passage<Machine>& out);

  row_pages pages_;
  origin<Machine> origin_;
  typename Machine::state state_;
  bool started_ = false; ///< state_ is what rows or a snapshot led to
  bool known_ = false;
};

} // namespace spark::replay
