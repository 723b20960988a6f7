#include "tools/replay/check.hpp"

#include "crds/parse.hpp"
#include "messages/codec.hpp"
#include "tools/replay/walk.hpp"

#include <fmt/format.h>

namespace spark::replay {
namespace {

namespace json = boost::json;

template<class Machine>
class checker {
public:
  checker(origin<Machine> start,
          const std::function<void(const difference&)>& tell)
      : origin_(std::move(start)), tell_(tell) {}

  void chain(std::int64_t first_broken);
  void take(const journal_row& row);
  check_counts counts;

private:
  using state = typename Machine::state;

  void say(difference d) {
    ++counts.differences;
    tell_(d);
  }
  void differ(std::int64_t seq, std::string what) {
    say({seq, std::move(what), "", ""});
  }
  bool joins(const journal_row& row);
  void decide_again(const journal_row& row);
  void report(const state& before, const journal_row& row,
              const verdict& found);
  void meet_snapshot(const journal_row& row);
  bool bridges_gap(const journal_row& row);
  bool knows_before(const journal_row& row);

  origin<Machine> origin_;
  const std::function<void(const difference&)>& tell_;
  state state_;
  bool started_ = false;
  /// An earlier difference was told that the hashes of later states repeat.
  bool astray_ = false;
};

template<class Machine>
void checker<Machine>::chain(std::int64_t first_broken) {
  if (first_broken != 0)
    differ(first_broken, "the chain of hashes is broken here: this row or one "
                         "before it was changed or lost");
  if (!origin_.damage.empty())
    differ(0, "it does not load: " + origin_.damage);
}

/// Rows of a stream must follow on each other. One that does not, is told
/// of once, and folding goes on with what there is.
template<class Machine>
bool checker<Machine>::joins(const journal_row& row) {
  bool anew = begins_anew<Machine>(state_, row);
  bool follows = row.phase_before == to_string(state_.at);
  if (!follows && !astray_) {
    differ(row.seq,
           fmt::format("begins in phase {}, but the rows before lead to {}: "
                       "rows are missing{}",
                       row.phase_before, to_string(state_.at),
                       anew ? ", the operator began anew" : ""));
    astray_ = true;
  }
  if (anew) {
    state_ = {};
    astray_ = false;
  }
  return follows || anew;
}

template<class Machine>
void checker<Machine>::report(const state& before, const journal_row& row,
                              const verdict& found) {
  difference out{row.seq, found.detail, "", ""};
  boost::system::error_code ec;
  auto v = json::parse(row.stimulus, ec);
  auto fact = ec ? result<typename Machine::stimulus>{fail(errc::bad_input, "")}
                 : Machine::stimulus_from(v);
  if (fact) {
    auto now = canonical_json(to_json(Machine::decide(before, *fact, row.at)));
    if (now != row.events) {
      out.what = astray_ ? "decided otherwise now, perhaps only because of the "
                           "difference before"
                         : "today's rules decide something else";
      out.recorded = row.events;
      out.now = std::move(now);
    }
  }
  bool only_hash = out.now.empty();
  if (only_hash && astray_) {
    ++counts.following;
    return;
  }
  astray_ = true;
  say(std::move(out));
}

template<class Machine>
void checker<Machine>::decide_again(const journal_row& row) {
  bool same_rules = row.rules_version == Machine::rules;
  if (same_rules)
    joins(row);
  auto before = state_;
  before.uid = row.uid;
  before.ns = row.ns;
  before.name = row.name;
  auto found = journaled::verify<Machine>(state_, row);
  if (!found) {
    differ(row.seq, "cannot be read: " + to_string(found.error()));
    astray_ = true;
    return;
  }
  ++(found->is == verdict::kind::older_rules ? counts.folded : counts.decided);
  if (found->is == verdict::kind::different)
    report(before, row, *found);
  else if (found->is == verdict::kind::same) {
    astray_ = false; // the hashes agree again
    if (row.phase_after != to_string(state_.at))
      differ(row.seq, fmt::format("ends in phase {}, recorded {}",
                                  to_string(state_.at), row.phase_after));
  }
}

/// A restart begins here, so it must be the state that the rows lead to.
template<class Machine>
void checker<Machine>::meet_snapshot(const journal_row& row) {
  auto* s = origin_.at(row.seq);
  if (!s)
    return;
  if (s->rules == Machine::rules && state_hash(s->state) != s->hash)
    differ(row.seq, fmt::format("the snapshot has hash {}, recorded {}",
                                state_hash(s->state), s->hash));
  if (started_ && !astray_ && !(state_ == s->state))
    differ(row.seq, "the snapshot is not the state that the rows lead to");
  state_ = s->state;
  started_ = true;
  astray_ = false;
}

/// Rows before this one were lost, and yet it may follow on those that are
/// there: an operator that was started meanwhile went on from them.
template<class Machine>
bool checker<Machine>::bridges_gap(const journal_row& row) {
  auto before = starts_from_nothing<Machine>(row) ? state{} : state_;
  auto after = before;
  auto found = journaled::verify<Machine>(after, row);
  if (!found || found->is != verdict::kind::same)
    return false;
  state_ = std::move(before);
  return true;
}

/// Whether the state that the row was decided on is known.
template<class Machine>
bool checker<Machine>::knows_before(const journal_row& row) {
  if (row.seq <= origin_.seq)
    return false;
  // A stream that was forgotten, for it was idle for so long, goes on
  // with a row that follows on nothing; the chain of hashes tells it from one
  // whose rows somebody removed.
  bool follows = row.lost > 0 ? bridges_gap(row)
                              : started_ || starts_from_nothing<Machine>(row);
  if (!follows)
    origin_.begin_after_gap(row.seq);
  return follows;
}

template<class Machine>
void checker<Machine>::take(const journal_row& row) {
  counts.lost += row.lost;
  if (knows_before(row)) {
    started_ = true;
    decide_again(row);
  } else {
    ++counts.skipped;
    state_ = {};
    started_ = false;
    astray_ = false;
  }
  meet_snapshot(row);
}

template<class Machine>
result<check_counts> check(journal_reader& from, const journal_stream& of,
                           const std::function<void(const difference&)>& tell) {
  auto start = origin_of<Machine>(from, of);
  if (!start)
    return tl::unexpected(start.error());
  auto broken = from.first_broken_row(of.uid);
  if (!broken)
    return tl::unexpected(broken.error());
  checker<Machine> check{std::move(*start), tell};
  check.counts.trimmed = of.trimmed;
  check.chain(*broken);
  row_pages rows{from, of.uid};
  for (;;) {
    auto row = rows.next();
    if (!row)
      return tl::unexpected(row.error());
    if (!*row)
      return check.counts;
    check.take(**row);
  }
}

} // namespace

result<check_counts>
check_stream(journal_reader& from, const journal_stream& of,
             const std::function<void(const difference&)>& tell) {
  return with_machine(of, [&](auto machine) {
    return check<decltype(machine)>(from, of, tell);
  });
}

} // namespace spark::replay
