#include "actors/scheduler/history.hpp"

namespace spark {
namespace {

namespace json = boost::json;

/// Names for people: what the new state wants done at once, seen from a view in
/// which nothing is in flight and the status shows what the old state showed.
std::string effects_of(const schedule_state& before,
                       const schedule_state& after, time_point at) {
  schedule_view view;
  view.observed = true;
  view.status = projection(before, {});
  json::array out;
  for (auto& e : plan(after, view, at))
    out.push_back(json::string(to_string(e.kind)));
  return json::serialize(out);
}

} // namespace

void schedule_machine::finish_row(journal_row& row, const state& before,
                                  const state& after) {
  row.phase_after = to_string(after.at);
  row.state_hash = state_hash(after);
  row.effects = effects_of(before, after, row.at);
}

bool schedule_machine::replaces(const stimulus& old, const stimulus& newer) {
  if (old.index() != newer.index())
    return false;
  if (auto* a = std::get_if<runs_observed>(&old)) {
    auto& b = std::get<runs_observed>(newer);
    return a->runs.size() == 1 && b.runs.size() == 1 &&
           a->runs.front().uid == b.runs.front().uid;
  }
  return std::holds_alternative<schedule_observed>(old) ||
         std::holds_alternative<time_passed>(old);
}

} // namespace spark
