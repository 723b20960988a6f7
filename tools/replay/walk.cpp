#include "tools/replay/walk.hpp"

#include "messages/codec.hpp"

namespace spark::replay {
namespace {

namespace json = boost::json;

/// The row's fact and events, or why they cannot be read.
std::string read_texts(const journal_row& row, passage& out) {
  boost::system::error_code ec;
  auto events = json::parse(row.events, ec);
  if (ec)
    return "the events are not JSON: " + ec.message();
  auto list = events_from(events);
  if (!list)
    return "events: " + list.error().message;
  out.events = std::move(*list);
  auto stimulus = json::parse(row.stimulus, ec);
  if (ec)
    return "the stimulus is not JSON: " + ec.message();
  auto fact = stimulus_from(stimulus);
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

result<origin> origin_of(journal_reader& from, const journal_stream& of) {
  auto history = from.load(of.uid);
  if (!history)
    return tl::unexpected(history.error());
  origin out;
  out.damage = history->damage;
  auto after_snapshot = std::move(history->rows);
  history->rows.clear();
  if (history->has_snapshot) {
    auto at = fold(*history);
    if (at) {
      out.has_snapshot = true;
      out.snapshot = std::move(at->state);
      out.snapshot_seq = history->snapshot.seq;
      out.snapshot_hash = history->snapshot.state_hash;
      out.snapshot_rules = history->snapshot.rules_version;
    } else {
      out.damage = to_string(at.error());
    }
  }
  if (!of.trimmed)
    return out;
  if (out.has_snapshot) {
    out.state = out.snapshot;
    out.seq = out.snapshot_seq;
  } else if (!after_snapshot.empty() && !history->has_snapshot) {
    // What came before was set aside; the operator began anew here.
    out.seq = after_snapshot.front().seq - 1;
  } else {
    out.seq = of.last_seq;
  }
  return out;
}

bool begins_anew(const app_state& before, const journal_row& row) {
  return before.at != phase::fresh &&
         row.phase_before == to_string(phase::fresh);
}

result<walk> walk::begin(journal_reader& from, const journal_stream& of) {
  auto start = origin_of(from, of);
  if (!start)
    return tl::unexpected(start.error());
  return walk{from, of, std::move(*start)};
}

walk::walk(journal_reader& from, const journal_stream& of, origin start)
    : pages_(from, of.uid), origin_(std::move(start)),
      known_(origin_.seq == 0) {}

/// Chooses the state that the row is applied to.
void walk::enter(passage& out) {
  auto& row = out.row;
  if (row.seq <= origin_.seq) {
    state_ = {};
    boost::describe::enum_from_string(row.phase_before.c_str(), state_.at);
  } else if (!known_ && origin_.seq > 0) {
    state_ = origin_.state;
    known_ = true;
    origin_.seq = 0;
  } else if (begins_anew(state_, row)) {
    state_ = {};
    known_ = true;
  }
  state_.uid = row.uid;
  state_.ns = row.ns;
  state_.name = row.name;
  out.before = state_;
  out.knows_before = known_;
}

void walk::leave(passage& out) {
  auto& row = out.row;
  if (out.phases.back() != row.phase_after)
    out.phases.push_back(row.phase_after); // other rules, or unreadable
  if (origin_.has_snapshot && row.seq == origin_.snapshot_seq) {
    // The same state, unless rows are missing: then this is the right one.
    state_ = origin_.snapshot;
    out.knows_after = true;
    known_ = true;
    origin_.seq = 0;
  } else {
    out.knows_after = known_;
  }
  out.after = state_;
}

result<bool> walk::next(passage& out) {
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
  for (auto& e : out.events) {
    evolve(state_, e, out.row.at);
    std::string now{to_string(state_.at)};
    if (out.phases.back() != now)
      out.phases.push_back(std::move(now));
  }
  if (!out.unreadable.empty() && out.events.empty()) {
    known_ = false;
    boost::describe::enum_from_string(out.row.phase_after.c_str(), state_.at);
  }
  leave(out);
  return true;
}

} // namespace spark::replay
