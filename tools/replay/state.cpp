#include "messages/codec.hpp"
#include "tools/replay/modes.hpp"
#include "tools/replay/outlook.hpp"
#include "tools/replay/printable.hpp"
#include "tools/replay/state_text.hpp"
#include "tools/replay/walk.hpp"

#include <fmt/format.h>

namespace spark::replay {
namespace {

namespace json = boost::json;

/// The state after a row, and what today's rules make of it.
template<class Machine>
struct moment {
  passage<Machine> last;
  outlook ahead;
  bool as_recorded = true;
};

template<class Machine>
result<moment<Machine>>
moment_of(journal_reader& from, const journal_stream& of, std::int64_t until) {
  auto steps = walk<Machine>::begin(from, of);
  if (!steps)
    return tl::unexpected(steps.error());
  moment<Machine> out;
  for (passage<Machine> p;;) {
    auto more = steps->next(p);
    if (!more)
      return tl::unexpected(more.error());
    if (!*more || p.row.seq > until)
      break;
    out.last = std::move(p);
  }
  if (out.last.row.seq == 0)
    return fail(errc::bad_input,
                fmt::format("has no row up to {}; its first is {}", until,
                            of.first_seq),
                title_of(of));
  if (!out.last.knows_after)
    return fail(errc::bad_input,
                fmt::format("the state after row {} cannot be told: rows "
                            "before it were trimmed or cannot be read",
                            out.last.row.seq),
                title_of(of));
  auto& p = out.last;
  out.ahead =
      outlook_of(p.knows_before ? &p.before : nullptr, p.after, p.row.at);
  out.as_recorded = state_hash(p.after) == p.row.state_hash;
  return out;
}

void flatten(terminal& out, const std::string& path, const json::value& v) {
  if (v.is_object()) {
    for (auto& [name, inner] : v.as_object())
      flatten(out,
              path.empty() ? std::string{name} : path + "." + std::string{name},
              inner);
  } else if (v.is_array()) {
    for (std::size_t i = 0; i < v.as_array().size(); ++i)
      flatten(out, fmt::format("{}[{}]", path, i), v.as_array()[i]);
  } else {
    out.say("  " + path + ": ", tone::faint);
    out.say(v.is_string() ? std::string{v.as_string()} : json::serialize(v));
    out.end_line();
  }
}

/// A condition on one line.
void show_conditions(terminal& out, const std::vector<condition>& all) {
  for (auto& c : all) {
    out.say("  condition ", tone::faint);
    out.say(fmt::format("{}={} ({}){}{}", c.type, c.status, c.reason,
                        c.message.empty() ? "" : ": ", c.message));
    out.end_line();
  }
}

std::string names_of(const std::vector<wish>& all) {
  std::string out;
  for (auto& w : all)
    out += (out.empty() ? "" : ", ") + w.words;
  return out.empty() ? "nothing at once" : out;
}

template<class Machine>
result<void> state(terminal& out, journal_reader& from,
                   const journal_stream& of, std::int64_t until) {
  auto m = moment_of<Machine>(from, of, until);
  if (!m)
    return tl::unexpected(m.error());
  auto& row = m->last.row;
  auto& ahead = m->ahead;
  out.say(title_of(of), tone::strong);
  out.say(fmt::format(" after row {} at {}", row.seq, precise(row.at)));
  out.end_line();
  if (!m->as_recorded)
    out.say("the row recorded another state: see --verify", tone::bad)
        .end_line();
  for (auto& [label, text] : describe(m->last.after))
    out.say("  ").cell(label, 10, tone::faint).say(text).end_line();
  out.say("the status would show", tone::strong).end_line();
  auto members = ahead.status;
  members.erase("conditions");
  flatten(out, "", members);
  show_conditions(out, ahead.conditions);
  out.say("plan wants", tone::strong)
      .say(" " + names_of(ahead.wants))
      .end_line();
  if (ahead.wakes_at != no_time)
    out.say("looks again", tone::strong)
        .say(" " + precise(ahead.wakes_at))
        .end_line();
  return {};
}

template<class Machine>
result<void> state(json_stream& out, journal_reader& from,
                   const journal_stream& of, std::int64_t until) {
  auto m = moment_of<Machine>(from, of, until);
  if (!m)
    return tl::unexpected(m.error());
  auto& ahead = m->ahead;
  json::array wants;
  for (auto& w : ahead.wants)
    wants.push_back(w.members);
  out.value(noun_of(kind_of(of)), json_of(of));
  out.value("seq", m->last.row.seq);
  out.value("at", json::string(precise(m->last.row.at)));
  out.value("asRecorded", m->as_recorded);
  out.value("state", to_json(m->last.after));
  out.value("status", ahead.status);
  out.value("wants", wants);
  out.value("wakesAt",
            ahead.wakes_at == no_time
                ? json::value(nullptr)
                : json::value(json::string(precise(ahead.wakes_at))));
  return {};
}

} // namespace

result<void> tell_state(terminal& out, journal_reader& from,
                        const journal_stream& of, std::int64_t until) {
  return with_machine(of, [&](auto machine) {
    return state<decltype(machine)>(out, from, of, until);
  });
}

result<void> tell_state(json_stream& out, journal_reader& from,
                        const journal_stream& of, std::int64_t until) {
  return with_machine(of, [&](auto machine) {
    return state<decltype(machine)>(out, from, of, until);
  });
}

} // namespace spark::replay
