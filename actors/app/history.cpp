#include "actors/app/history.hpp"

#include "actors/app/phases.hpp"
#include "crds/parse.hpp"
#include "messages/codec.hpp"

namespace spark {
namespace {

namespace json = boost::json;

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

bool app_machine::ends_history(const state& before, const state& after) {
  return spark::row_of(after.at).ended && !spark::row_of(before.at).ended;
}

} // namespace spark
