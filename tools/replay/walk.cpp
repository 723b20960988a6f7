#include "tools/replay/walk.hpp"

#include "messages/codec.hpp"

#include <algorithm>
#include <limits>

namespace spark::replay {
namespace {

namespace json = boost::json;

/// The row's fact and events, or why they cannot be read.
template<class Machine>
std::string read_texts(const journal_row& row, passage<Machine>& out) {
  boost::system::error_code ec;
  auto events = json::parse(row.events, ec);
  if (ec)
    return "the events are not JSON: " + ec.message();
  auto list = Machine::events_from(events);
  if (!list)
    return "events: " + list.error().message;
  out.events = std::move(*list);
  auto stimulus = json::parse(row.stimulus, ec);
  if (ec)
    return "the stimulus is not JSON: " + ec.message();
  auto fact = Machine::stimulus_from(stimulus);
  if (!fact)
    return "stimulus: " + fact.error().message;
  out.fact = std::move(*fact);
  return {};
}

} // namespace

result<std::optional<journal_row>> row_pages::next() {
  if (rows_.empty() && !last_page_) {
    auto more = from_.rows_of(uid_, next_seq_, page);
    if (!more)
      return tl::unexpected(more.error());
    last_page_ = more->size() < page;
    rows_.assign(std::make_move_iterator(more->begin()),
                 std::make_move_iterator(more->end()));
    if (!rows_.empty())
      next_seq_ = rows_.back().seq + 1;
  }
  if (rows_.empty())
    return std::optional<journal_row>{};
  auto out = std::move(rows_.front());
  rows_.pop_front();
  return std::optional<journal_row>{std::move(out)};
}

template<class Machine>
const waypoint<Machine>* origin<Machine>::at(std::int64_t row_seq) const {
  for (auto& s : snapshots)
    if (s.seq == row_seq)
      return &s;
  return nullptr;
}

template<class Machine>
void origin<Machine>::begin_after_gap(std::int64_t row_seq) {
  for (auto& s : snapshots)
    if (s.seq >= row_seq) {
      seq = std::max(seq, s.seq);
      return;
    }
  seq = std::numeric_limits<std::int64_t>::max();
}

template<class Machine>
result<origin<Machine>> origin_of(journal_reader& from,
                                  const journal_stream& of) {
  auto history = from.load(of.uid);
  if (!history)
    return tl::unexpected(history.error());
  auto kept = from.snapshots_of(of.uid);
  if (!kept)
    return tl::unexpected(kept.error());
  origin<Machine> out;
  out.damage = history->damage;
  for (auto& s : *kept) {
    auto at = journaled::fold<Machine>(
        journal_history{.has_snapshot = true, .snapshot = s});
    if (at)
      out.snapshots.push_back(
          {s.seq, std::move(at->state), s.state_hash, s.rules_version});
    else if (s.seq == history->snapshot.seq)
      out.damage = to_string(at.error());
  }
  if (!of.trimmed)
    return out;
  if (!out.snapshots.empty())
    out.seq = out.snapshots.front().seq;
  else if (!history->rows.empty() && !history->has_snapshot)
    // What came before was set aside; the operator began anew here.
    out.seq = history->rows.front().seq - 1;
  else
    out.seq = of.last_seq;
  return out;
}

template<class Machine>
result<walk<Machine>> walk<Machine>::begin(journal_reader& from,
                                           const journal_stream& of) {
  auto start = origin_of<Machine>(from, of);
  if (!start)
    return tl::unexpected(start.error());
  return walk{from, of, std::move(*start)};
}

/// Chooses the state that the row is applied to.
template<class Machine>
void walk<Machine>::enter(passage<Machine>& out) {
  auto& row = out.row;
  bool cut =
      !started_ && row.seq > origin_.seq && !starts_from_nothing<Machine>(row);
  if (row.lost > 0 || cut)
    origin_.begin_after_gap(row.seq);
  if (row.seq <= origin_.seq) {
    state_ = {};
    boost::describe::enum_from_string(row.phase_before.c_str(), state_.at);
    started_ = false;
    known_ = false;
  } else {
    if (!started_ || begins_anew<Machine>(state_, row)) {
      state_ = {};
      known_ = true;
    }
    started_ = true;
  }
  state_.uid = row.uid;
  state_.ns = row.ns;
  state_.name = row.name;
  out.before = state_;
  out.knows_before = known_;
}

template<class Machine>
void walk<Machine>::leave(passage<Machine>& out) {
  auto& row = out.row;
  if (out.phases.back() != row.phase_after)
    out.phases.push_back(row.phase_after); // other rules, or unreadable
  if (auto* snapshot = origin_.at(row.seq)) {
    // The same state, unless rows are missing: then this is the right one.
    state_ = snapshot->state;
    started_ = true;
    known_ = true;
  }
  out.knows_after = known_;
  out.after = state_;
}

template<class Machine>
result<bool> walk<Machine>::next(passage<Machine>& out) {
  auto row = pages_.next();
  if (!row)
    return tl::unexpected(row.error());
  if (!*row)
    return false;
  out = {};
  out.row = std::move(**row);
  enter(out);
  out.unreadable = read_texts(out.row, out);
  out.phases.push_back(out.row.phase_before);
  bool told = known_ || events_tell_phase(state_);
  for (auto& e : out.events) {
    Machine::evolve(state_, e, out.row.at);
    std::string now{to_string(state_.at)};
    if (told && out.phases.back() != now)
      out.phases.push_back(std::move(now));
  }
  if (!out.unreadable.empty() && out.events.empty()) {
    known_ = false;
    boost::describe::enum_from_string(out.row.phase_after.c_str(), state_.at);
  }
  leave(out);
  return true;
}

template struct origin<app_machine>;
template struct origin<schedule_machine>;
template result<origin<app_machine>> origin_of(journal_reader&,
                                               const journal_stream&);
template result<origin<schedule_machine>> origin_of(journal_reader&,
                                                    const journal_stream&);
template class walk<app_machine>;
template class walk<schedule_machine>;

} // namespace spark::replay
