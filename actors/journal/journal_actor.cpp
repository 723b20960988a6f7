#include "actors/journal/journal_actor.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>

namespace spark {
namespace {

using pointer = journal_actor::stateful_pointer<journal_state>;

constexpr std::chrono::seconds trim_pause{60};

void note(journal_state& st, const result<void>& outcome, std::size_t rows) {
  if (outcome) {
    st.env->counters->add(counter::journal_rows, static_cast<double>(rows));
    if (st.degraded)
      spdlog::info("journal: writing again");
  } else if (!st.degraded) {
    spdlog::error("journal: {}; decisions are not recorded until it works "
                  "again",
                  to_string(outcome.error()));
  }
  st.degraded = !outcome;
  st.env->counters->set(gauge::journal_degraded, st.degraded ? 1 : 0);
}

void commit(journal_state& st, std::vector<journal_state::waiting_row> batch) {
  std::vector<journal_row> rows;
  std::vector<journal_snapshot> snapshots;
  for (auto& w : batch) {
    rows.push_back(w.what.row);
    for (auto& s : w.what.snapshots)
      snapshots.push_back(s);
  }
  auto began = std::chrono::steady_clock::now();
  auto outcome = st.store->append(rows, snapshots);
  std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  st.env->counters->observe(histogram::journal_commit, took.count());
  // One row that the store refuses must not take its neighbours with it.
  if (!outcome && batch.size() > 1) {
    for (auto& w : batch) {
      std::vector<journal_state::waiting_row> one;
      one.push_back(std::move(w));
      commit(st, std::move(one));
    }
    return;
  }
  note(st, outcome, rows.size());
  for (std::size_t i = 0; i < batch.size(); ++i)
    batch[i].promise.deliver(
        appended{outcome ? rows[i].seq : 0, batch[i].what.row.at});
}

void flush(journal_state& st) {
  st.flushing = false;
  auto all = std::move(st.rows);
  st.rows.clear();
  for (std::size_t i = 0; i < all.size(); i += journal_state::max_batch) {
    auto end = std::min(all.size(), i + journal_state::max_batch);
    std::vector<journal_state::waiting_row> batch;
    std::move(all.begin() + static_cast<std::ptrdiff_t>(i),
              all.begin() + static_cast<std::ptrdiff_t>(end),
              std::back_inserter(batch));
    commit(st, std::move(batch));
  }
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
        auto& st = self->state;
        auto promise = self->make_response_promise<exported>();
        if (st.copy) {
          promise.deliver(exported{false, "another export is under way"});
          return promise;
        }
        auto copy = st.store->start_copy(what.path);
        if (!copy) {
          promise.deliver(exported{false, to_string(copy.error())});
          return promise;
        }
        st.copy.reset(
            new journal_state::running_copy{std::move(*copy), promise});
        self->send(self, copy_pages{});
        return promise;
      },
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
