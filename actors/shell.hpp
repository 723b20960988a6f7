#pragma once

#include "messages/clock.hpp"
#include "store/journal.hpp"

#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace spark {

/// The part that is the same around every machine: facts wait in a bounded
/// queue, one append is outstanding at most, and the state moves only when the
/// journal holds what moved it. Knows no CAF: an actor feeds it and does what
/// it says, and so does the simulation.
///
/// `Machine` is a struct of types and static functions:
///   state, stimulus, event
///   decide(state, stimulus, now) -> vector<event>
///   evolve(state&, event, at)
///   row_of(state, stimulus, events) -> journal_row   (texts only)
///   finish_row(journal_row&, before, after)      (phase, hash, effects)
///   replaces(old, newer) -> bool   a newer fact makes the queued one useless
///   snapshot_of(state) -> journal_snapshot
///   most_waiting           how many facts its queue holds
///   ends_history(before, after) -> bool   the object's life ends with this row
template<class Machine>
class machine_shell {
public:
  using state_type = typename Machine::state;
  using stimulus = typename Machine::stimulus;
  using event = typename Machine::event;

  /// More facts than this about one object cannot be waiting: facts about the
  /// same thing collapse, so only a fault of ours could pile them up. The
  /// oldest is dropped, and the next look repairs what it said.
  static constexpr std::size_t max_queue = Machine::most_waiting;
  static constexpr int rows_per_snapshot = 256;

  explicit machine_shell(state_type initial) : state_(std::move(initial)) {}

  [[nodiscard]] const state_type& state() const { return state_; }
  [[nodiscard]] bool appending() const { return pending_.has_value(); }
  [[nodiscard]] bool idle() const { return queue_.empty() && !pending_; }

  void take(stimulus s) {
    for (auto& waiting : queue_)
      if (Machine::replaces(waiting, s)) {
        waiting = std::move(s);
        return;
      }
    if (queue_.size() == max_queue)
      queue_.pop_front();
    queue_.push_back(std::move(s));
  }

  struct append {
    journal_row row;
    std::optional<journal_snapshot> snapshot;
  };

  /// Decides on queued facts until one means something; that one's row must be
  /// appended, then committed() called. Nothing: the queue is empty, or an
  /// append is outstanding.
  std::optional<append> next(time_point now) {
    while (!pending_ && !queue_.empty()) {
      auto fact = std::move(queue_.front());
      queue_.pop_front();
      auto events = Machine::decide(state_, fact, now);
      if (events.empty())
        continue;
      append out;
      out.row = Machine::row_of(state_, fact, events);
      out.row.at = now;
      auto after = state_;
      for (auto& e : events)
        Machine::evolve(after, e, now);
      Machine::finish_row(out.row, state_, after);
      // With the row of an end too: retention may cut what came before it.
      if (rows_ + 1 >= rows_per_snapshot ||
          Machine::ends_history(state_, after)) {
        out.snapshot = Machine::snapshot_of(after); // seq 0: of this very row
        rows_ = -1;
      }
      pending_ = pending{std::move(events), std::move(after)};
      return out;
    }
    return std::nullopt;
  }

  /// The journal holds the row. Calls `each(before, event)` for every event.
  template<class Each>
  void committed(time_point at, Each each) {
    auto done = std::move(*pending_);
    pending_.reset();
    ++rows_;
    for (auto& e : done.events) {
      each(std::as_const(state_), e);
      Machine::evolve(state_, e, at);
    }
  }

  /// The journal gave up on the row of the last commit: the next one brings a
  /// snapshot, so that what is loaded later has no gap.
  void missed_row() { rows_ = rows_per_snapshot; }

  /// Loads what the journal knows; call before the first take().
  void restored(state_type s, int rows_since_snapshot) {
    state_ = std::move(s);
    rows_ = rows_since_snapshot;
  }

private:
  struct pending {
    std::vector<event> events;
    state_type after;
  };

  state_type state_;
  std::deque<stimulus> queue_;
  std::optional<pending> pending_;
  int rows_ = 0;
};

} // namespace spark
