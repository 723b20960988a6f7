#pragma once

#include "crds/parse.hpp"
#include "messages/codec.hpp"
#include "store/journal.hpp"

#include <boost/json.hpp>

#include <string>
#include <type_traits>
#include <vector>

/// From journal rows back to states: what restart, replay and verification have
/// in common, for every machine.
///
/// Beside what the shell asks for (actors/shell.hpp), `Machine` has
///   rules                    its rules_version
///   stimulus_from(value)     -> result<stimulus>
///   events_from(value)       -> result<vector<event>>
///   state_from(value)        -> result<state>
namespace spark {

template<class Machine>
struct folded_history {
  typename Machine::state state;
  std::int64_t last_seq = 0;
  int rows = 0; ///< folded after the snapshot
};

/// What today's rules make of a row, against what it says.
struct verdict {
  enum class kind {
    same,
    older_rules, ///< of another rules_version: folded, not re-decided
    different    ///< an error: the rules changed without a new version
  };
  kind is = kind::same;
  std::string detail; ///< for `different`: the events then and now
};

namespace journaled {

[[nodiscard]] inline result<boost::json::value>
parse(const std::string& text, std::int64_t seq, const char* column) {
  boost::system::error_code ec;
  auto v = boost::json::parse(text, ec);
  if (ec)
    return fail(errc::bad_input, "is not JSON: " + ec.message(),
                "journal row " + std::to_string(seq) + " " + column);
  return v;
}

/// Texts of a row; phases, hash and effects are the machine's.
template<class Machine>
journal_row row_of(const typename Machine::state& s,
                   const typename Machine::stimulus& f,
                   const std::vector<typename Machine::event>& events) {
  journal_row row;
  row.uid = s.uid;
  row.ns = s.ns;
  row.name = s.name;
  row.epoch = s.term;
  row.rules_version = Machine::rules;
  row.stimulus = canonical_json(to_json(f));
  row.events = canonical_json(to_json(events));
  row.phase_before = to_string(s.at);
  return row;
}

template<class Machine>
journal_snapshot snapshot_of(const typename Machine::state& s) {
  journal_snapshot out;
  out.uid = s.uid;
  out.rules_version = Machine::rules;
  out.state = canonical_json(to_json(s));
  out.state_hash = state_hash(s);
  return out;
}

/// Applies one row's events.
template<class Machine>
[[nodiscard]] result<void> apply(typename Machine::state& s,
                                 const journal_row& row) {
  auto v = parse(row.events, row.seq, "events");
  if (!v)
    return tl::unexpected(v.error());
  auto events = Machine::events_from(*v);
  if (!events)
    return tl::unexpected(events.error());
  s.uid = row.uid;
  s.ns = row.ns;
  s.name = row.name;
  for (auto& e : *events)
    Machine::evolve(s, e, row.at);
  return {};
}

/// Fails on a row that this program cannot read, naming its seq.
template<class Machine>
[[nodiscard]] result<folded_history<Machine>> fold(const journal_history& h) {
  folded_history<Machine> out;
  if (h.has_snapshot) {
    auto v = parse(h.snapshot.state, h.snapshot.seq, "snapshot");
    if (!v)
      return tl::unexpected(v.error());
    auto s = Machine::state_from(*v);
    if (!s)
      return tl::unexpected(s.error());
    out.state = std::move(*s);
    out.last_seq = h.snapshot.seq;
  }
  for (auto& row : h.rows) {
    if (auto done = apply<Machine>(out.state, row); !done)
      return tl::unexpected(done.error());
    out.last_seq = row.seq;
    ++out.rows;
  }
  return out;
}

/// `before` is the state before the row; it is moved past it.
template<class Machine>
[[nodiscard]] result<verdict> verify(typename Machine::state& before,
                                     const journal_row& row) {
  before.uid = row.uid;
  before.ns = row.ns;
  before.name = row.name;
  verdict out;
  if (row.rules_version != Machine::rules) {
    out.is = verdict::kind::older_rules;
  } else {
    auto v = parse(row.stimulus, row.seq, "stimulus");
    if (!v)
      return tl::unexpected(v.error());
    auto fact = Machine::stimulus_from(*v);
    if (!fact)
      return tl::unexpected(fact.error());
    auto now = canonical_json(to_json(Machine::decide(before, *fact, row.at)));
    if (now != row.events) {
      out.is = verdict::kind::different;
      out.detail = "recorded " + row.events + ", decided now " + now;
    }
  }
  if (auto done = apply<Machine>(before, row); !done)
    return tl::unexpected(done.error());
  if (out.is == verdict::kind::same && state_hash(before) != row.state_hash) {
    out.is = verdict::kind::different;
    out.detail = "state after the row has hash " + state_hash(before) +
                 ", recorded " + row.state_hash;
  }
  return out;
}

} // namespace journaled
} // namespace spark
