#pragma once

#include "tests/actors/scheduler/schedule_story.hpp"
#include "tests/replay/recorded_run.hpp"

namespace spark::testing {

/// Puts the rows of a schedule's story into a journal, with the snapshots that
/// its shell made.
class recorded_story {
public:
  using spoil = std::function<void(journal_row&)>;

  explicit recorded_story(journal& to) : journal_(to) {}

  /// All that the story has and that is not there yet. `change` may touch a row
  /// before it is written.
  void take(const test::schedule_story& story, const spoil& change = {}) {
    for (; taken_ < story.rows.size(); ++taken_) {
      auto row = story.rows[taken_];
      must(journaled::apply<schedule_machine>(state_, row));
      if (!journal_works) {
        ++lost_;
        continue;
      }
      bool gap = lost_ > 0;
      row.lost = std::exchange(lost_, 0);
      if (change)
        change(row);
      std::vector<journal_row> rows{std::move(row)};
      std::vector<journal_snapshot> snapshots;
      if (gap || state_.gone || ++since_snapshot_ == 256) {
        snapshots.push_back(schedule_machine::snapshot_of(state_));
        since_snapshot_ = 0;
      }
      must(journal_.append(rows, snapshots));
    }
  }

  /// While false, rows are lost as on a disk that is full.
  bool journal_works = true;

private:
  journal& journal_;
  std::size_t taken_ = 0;
  schedule_state state_;
  int since_snapshot_ = 0;
  std::int64_t lost_ = 0;
};

} // namespace spark::testing
