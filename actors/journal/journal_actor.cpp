#include "actors/journal/journal_actor.hpp"

#include "store/chain.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <set>
#include <span>
#include <string_view>
#include <utility>

namespace spark {
namespace {

using pointer = journal_actor::stateful_pointer<journal_state>;

constexpr std::chrono::seconds trim_pause{60};

void show_degraded(journal_state& st) {
  bool degraded = st.degraded || st.store->stands_in();
  st.env->counters->set(gauge::journal_degraded, degraded ? 1 : 0);
}

void note(journal_state& st, const result<void>& outcome, std::size_t rows) {
  auto amount = static_cast<double>(rows);
  st.env->counters->add(
      outcome ? counter::journal_rows : counter::journal_rows_lost, amount);
  // The disk is fine when it is the row that is not.
  if (!outcome && outcome.error().code == errc::invalid) {
    spdlog::error("journal: a decision is not recorded: {}",
                  to_string(outcome.error()));
    return;
  }
  if (outcome && st.degraded)
    spdlog::info("journal: writing again");
  if (!outcome && !st.degraded)
    spdlog::error("journal: {}; decisions are not recorded until it works "
                  "again",
                  to_string(outcome.error()));
  st.degraded = !outcome;
  show_degraded(st);
}

/// The first row of an application after a gap says so.
void mark_gaps(const journal_state& st, std::vector<journal_row>& rows) {
  std::set<std::string_view> marked;
  for (auto& row : rows)
    if (auto gap = st.lost.find(row.uid);
        gap != st.lost.end() && marked.insert(gap->first).second)
      row.lost = gap->second;
}

void count_gaps(journal_state& st, const std::vector<journal_row>& rows,
                bool written) {
  for (auto& row : rows)
    if (written)
      st.lost.erase(row.uid);
    else if (st.lost.size() < journal_state::max_gaps ||
             st.lost.contains(row.uid))
      ++st.lost[row.uid];
}

/// A row is worth more than the snapshot that came with it: without one the
/// next load folds more rows, that is all.
bool fits(journal_state& st, const journal_snapshot& s) {
  auto ok = check(s);
  if (!ok && !std::exchange(st.said_too_big, true))
    spdlog::warn("journal: {}; its rows are kept without it",
                 to_string(ok.error()));
  return ok.has_value();
}

result<void> write(journal_state& st, std::vector<journal_row>& rows,
                   const std::vector<journal_snapshot>& snapshots) {
  auto began = std::chrono::steady_clock::now();
  auto outcome = st.store->append(rows, snapshots);
  std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  st.env->counters->observe(histogram::journal_commit, took.count());
  return outcome;
}

using batch_span = std::span<journal_state::waiting_row>;

void commit(journal_state& st, batch_span batch) {
  std::vector<journal_row> rows;
  std::vector<journal_snapshot> snapshots;
  for (auto& w : batch) {
    rows.push_back(w.what.row);
    for (auto& s : w.what.snapshots)
      if (fits(st, s))
        snapshots.push_back(s);
  }
  mark_gaps(st, rows);
  auto outcome = write(st, rows, snapshots);
  // One row that the store refuses must not take its neighbours with it. What
  // the disk does to one it does to all, so that is not tried one by one.
  if (!outcome && outcome.error().code == errc::invalid && batch.size() > 1) {
    auto half = batch.size() / 2;
    commit(st, batch.first(half));
    commit(st, batch.subspan(half));
    return;
  }
  note(st, outcome, rows.size());
  count_gaps(st, rows, outcome.has_value());
  for (std::size_t i = 0; i < batch.size(); ++i)
    batch[i].promise.deliver(
        appended{outcome ? rows[i].seq : 0, batch[i].what.row.at});
}

void flush(journal_state& st) {
  st.flushing = false;
  auto all = std::move(st.rows);
  st.rows.clear();
  for (batch_span rest{all}; !rest.empty();) {
    auto count = std::min(rest.size(), journal_state::max_batch);
    commit(st, rest.first(count));
    rest = rest.subspan(count);
  }
}

caf::typed_response_promise<exported> begin_export(pointer self,
                                                   const std::string& path) {
  auto& st = self->state;
  auto promise = self->make_response_promise<exported>();
  if (st.copy) {
    promise.deliver(exported{false, "another export is under way"});
    return promise;
  }
  auto copy = st.store->start_copy(path);
  if (!copy) {
    promise.deliver(exported{false, to_string(copy.error())});
    return promise;
  }
  st.copy.reset(
      new journal_state::running_copy{path, std::move(*copy), promise});
  self->send(self, copy_pages{});
  return promise;
}

void end_export(journal_state& st, const std::string& path) {
  if (!st.copy || st.copy->path != path) {
    std::remove(path.c_str()); // complete, but nobody came for it
    return;
  }
  auto dropped = std::move(st.copy);
  dropped->copy.reset();
  dropped->promise.deliver(exported{false, "cancelled"});
}

/// A few pages at a time, so that appends go on in between.
void copy_some(pointer self) {
  auto& st = self->state;
  if (!st.copy)
    return;
  auto done = st.copy->copy->step();
  if (done && !*done) {
    self->send(self, copy_pages{});
    return;
  }
  auto finished = std::move(st.copy);
  finished->promise.deliver(
      exported{done.has_value(), done ? "" : to_string(done.error())});
}

} // namespace

journal_actor::behavior_type
run_journal(pointer self, std::shared_ptr<journal> store, environment_ptr env) {
  self->state.store = std::move(store);
  self->state.env = std::move(env);
  show_degraded(self->state);
  self->delayed_send(self, trim_pause, trim_journal{});
  return {
      [self](const append_row& what) {
        auto& st = self->state;
        auto promise = self->make_response_promise<appended>();
        st.rows.push_back({what, promise});
        if (!st.flushing) {
          st.flushing = true;
          self->send(self, flush_rows{});
        }
        return promise;
      },
      [self](const load_stream& what) {
        flush(self->state);
        auto history = self->state.store->load(what.uid);
        if (!history)
          spdlog::error("journal: {}: {}", what.uid,
                        to_string(history.error()));
        return loaded_stream{history ? std::move(*history) : journal_history{}};
      },
      [self](const export_journal& what) {
        return begin_export(self, what.path);
      },
      [self](const cancel_export& what) { end_export(self->state, what.path); },
      [self](const flush_rows&) { flush(self->state); },
      [self](const copy_pages&) { copy_some(self); },
      [self](const trim_journal&) {
        auto& st = self->state;
        auto more = st.store->trim(st.env->now());
        if (!more)
          spdlog::warn("journal: trimming: {}", to_string(more.error()));
        bool again = more && *more;
        self->delayed_send(self, again ? std::chrono::seconds{0} : trim_pause,
                           trim_journal{});
      },
  };
}

} // namespace spark
