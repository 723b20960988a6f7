#include "messages/codec.hpp"
#include "tools/replay/modes.hpp"
#include "tools/replay/narrate.hpp"
#include "tools/replay/printable.hpp"
#include "tools/replay/walk.hpp"

#include <fmt/format.h>

namespace spark::replay {
namespace {

namespace json = boost::json;

/// `label` stands beside the first line only.
void lines(terminal& out, const char* label,
           const std::vector<std::string>& all) {
  for (std::size_t i = 0; i < all.size(); ++i)
    out.say("    ")
        .cell(i == 0 ? label : "", 6, tone::faint)
        .say(all[i])
        .end_line();
}

template<class Machine>
std::string why_of(const passage<Machine>& p) {
  return p.fact ? sentence_of(*p.fact) : "cannot be read: " + p.row.stimulus;
}

template<class Machine>
std::vector<std::string> events_of(const passage<Machine>& p) {
  std::vector<std::string> out;
  for (auto& e : p.events)
    out.push_back(sentence_of(e));
  if (!p.unreadable.empty())
    out.push_back("cannot be read: " + p.unreadable + ": " + p.row.events);
  return out;
}

std::string effects_of(const journal_row& row) {
  auto v = parsed_or_text(row.effects);
  if (!v.is_array())
    return row.effects;
  std::string out;
  for (auto& name : v.as_array()) {
    out += out.empty() ? "" : ", ";
    out += name.is_string() ? std::string{name.as_string()}
                            : json::serialize(name);
  }
  return out;
}

template<class Machine>
void tell_row(terminal& out, const passage<Machine>& p) {
  if (p.row.lost > 0)
    out.say(fmt::format("{} {} lost here (journal degraded)", p.row.lost,
                        p.row.lost == 1 ? "row" : "rows"),
            tone::bad)
        .end_line();
  out.say(precise(p.row.at), tone::strong);
  out.say("  #" + std::to_string(p.row.seq) + "  ", tone::faint);
  for (std::size_t i = 0; i < p.phases.size(); ++i) {
    if (i > 0)
      out.say(" → ", tone::faint);
    out.say(p.phases[i], tone_of_phase(p.phases[i]));
  }
  out.end_line();
  lines(out, "why", {why_of(p)});
  lines(out, "so", events_of(p));
  if (auto effects = effects_of(p.row); !effects.empty())
    lines(out, "wants", {effects});
}

template<class Machine>
json::object json_of_row(const passage<Machine>& p) {
  json::array phases;
  for (auto& phase : p.phases)
    phases.emplace_back(phase);
  json::array said;
  for (auto& sentence : events_of(p))
    said.emplace_back(sentence);
  json::object out{{"seq", p.row.seq},
                   {"at", precise(p.row.at)},
                   {"epoch", p.row.epoch},
                   {"rulesVersion", p.row.rules_version},
                   {"phases", std::move(phases)},
                   {"why", why_of(p)},
                   {"so", std::move(said)},
                   {"stimulus", parsed_or_text(p.row.stimulus)},
                   {"events", parsed_or_text(p.row.events)},
                   {"effects", parsed_or_text(p.row.effects)},
                   {"stateHash", p.row.state_hash}};
  if (!p.unreadable.empty())
    out["unreadable"] = p.unreadable;
  if (p.row.lost > 0)
    out["lostBefore"] = p.row.lost;
  return out;
}

template<class Machine>
result<void> rows(terminal& out, journal_reader& from,
                  const journal_stream& of) {
  out.say(title_of(of), tone::strong).end_line();
  if (of.trimmed)
    out.say("older rows were trimmed", tone::faint).end_line();
  auto steps = walk<Machine>::begin(from, of);
  if (!steps)
    return tl::unexpected(steps.error());
  if (!steps->start().damage.empty())
    out.say("damaged: " + steps->start().damage, tone::bad).end_line();
  passage<Machine> p;
  for (;;) {
    auto more = steps->next(p);
    if (!more)
      return tl::unexpected(more.error());
    if (!*more)
      return {};
    tell_row(out, p);
  }
}

template<class Machine>
result<void> rows(json_stream& out, journal_reader& from,
                  const journal_stream& of) {
  auto steps = walk<Machine>::begin(from, of);
  if (!steps)
    return tl::unexpected(steps.error());
  out.open_object();
  out.value(noun_of(kind_of(of)), json_of(of));
  if (!steps->start().damage.empty())
    out.value("damage", json::string(steps->start().damage));
  out.open_array("history");
  passage<Machine> p;
  for (;;) {
    auto more = steps->next(p);
    if (!more)
      return tl::unexpected(more.error());
    if (!*more)
      break;
    out.value(json_of_row(p));
  }
  out.close();
  out.close();
  return {};
}

} // namespace

result<void> tell_history(terminal& out, journal_reader& from,
                          const journal_stream& of) {
  return with_machine(
      of, [&](auto machine) { return rows<decltype(machine)>(out, from, of); });
}

result<void> tell_history(json_stream& out, journal_reader& from,
                          const journal_stream& of) {
  return with_machine(
      of, [&](auto machine) { return rows<decltype(machine)>(out, from, of); });
}

} // namespace spark::replay
