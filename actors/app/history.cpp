#include "actors/app/history.hpp"

#include "actors/app/phases.hpp"
#include "crds/parse.hpp"
#include "messages/codec.hpp"

namespace spark {
namespace {

namespace json = boost::json;

result<json::value> parse(const std::string& text, std::int64_t seq,
                          const char* column) {
  boost::system::error_code ec;
  auto v = json::parse(text, ec);
  if (ec)
    return fail(errc::bad_input, "is not JSON: " + ec.message(),
                "journal row " + std::to_string(seq) + " " + column);
  return v;
}

/// Names for people: what the new state wants done at once, seen from a view in
/// which nothing is in flight and the status shows what the old state showed.
std::string effects_of(const app_state& before, const app_state& after,
                       time_point at) {
  app_view view;
  view.observed = true;
  view.status = projection(before, {});
  view.looked_at = at;
  view.loaded_hash = after.current.spec_hash;
  json::array out;
  for (auto& e : plan(after, view, at))
    out.push_back(json::string(to_string(e.kind)));
  return json::serialize(out);
}

} // namespace

journal_row app_machine::row_of(const state& s, const stimulus& f,
                                const std::vector<event>& events) {
  journal_row row;
  row.uid = s.uid;
  row.ns = s.ns;
  row.name = s.name;
  row.epoch = s.term;
  row.rules_version = rules_version;
  row.stimulus = canonical_json(to_json(f));
  row.events = canonical_json(to_json(events));
  row.phase_before = to_string(s.at);
  return row;
}

void app_machine::finish_row(journal_row& row, const state& before,
                             const state& after) {
  row.phase_after = to_string(after.at);
  row.state_hash = spark::state_hash(after);
  row.effects = effects_of(before, after, row.at);
}

bool app_machine::replaces(const stimulus& old, const stimulus& newer) {
  if (old.index() != newer.index())
    return false;
  if (auto* a = std::get_if<driver_observed>(&old)) {
    // An end must not be overwritten by what another pod does.
    auto& b = std::get<driver_observed>(newer);
    return a->driver.uid == b.driver.uid;
  }
  return std::holds_alternative<app_observed>(old) ||
         std::holds_alternative<timer_fired>(old);
}

journal_snapshot app_machine::snapshot_of(const state& s) {
  journal_snapshot out;
  out.uid = s.uid;
  out.rules_version = rules_version;
  out.state = canonical_json(to_json(s));
  out.state_hash = spark::state_hash(s);
  return out;
}

bool app_machine::ends_history(const state& before, const state& after) {
  return spark::row_of(after.at).ended && !spark::row_of(before.at).ended;
}

result<void> apply(app_state& s, const journal_row& row) {
  auto v = parse(row.events, row.seq, "events");
  if (!v)
    return tl::unexpected(v.error());
  auto events = events_from(*v);
  if (!events)
    return tl::unexpected(events.error());
  s.uid = row.uid;
  s.ns = row.ns;
  s.name = row.name;
  for (auto& e : *events)
    evolve(s, e, row.at);
  return {};
}

result<folded> fold(const journal_history& h) {
  folded out;
  if (h.has_snapshot) {
    auto v = parse(h.snapshot.state, h.snapshot.seq, "snapshot");
    if (!v)
      return tl::unexpected(v.error());
    auto s = state_from(*v);
    if (!s)
      return tl::unexpected(s.error());
    out.state = std::move(*s);
    out.last_seq = h.snapshot.seq;
  }
  for (auto& row : h.rows) {
    if (auto done = apply(out.state, row); !done)
      return tl::unexpected(done.error());
    out.last_seq = row.seq;
    ++out.rows;
  }
  return out;
}

result<verdict> verify(app_state& before, const journal_row& row) {
  before.uid = row.uid;
  before.ns = row.ns;
  before.name = row.name;
  verdict out;
  if (row.rules_version != rules_version) {
    out.is = verdict::kind::older_rules;
  } else {
    auto v = parse(row.stimulus, row.seq, "stimulus");
    if (!v)
      return tl::unexpected(v.error());
    auto fact = stimulus_from(*v);
    if (!fact)
      return tl::unexpected(fact.error());
    auto now = canonical_json(to_json(decide(before, *fact, row.at)));
    if (now != row.events) {
      out.is = verdict::kind::different;
      out.detail = "recorded " + row.events + ", decided now " + now;
    }
  }
  if (auto done = apply(before, row); !done)
    return tl::unexpected(done.error());
  if (out.is == verdict::kind::same && state_hash(before) != row.state_hash) {
    out.is = verdict::kind::different;
    out.detail = "state after the row has hash " + state_hash(before) +
                 ", recorded " + row.state_hash;
  }
  return out;
}

} // namespace spark
