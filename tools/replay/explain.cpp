#include "actors/app/explain.hpp"

#include "actors/scheduler/explain.hpp"
#include "messages/codec.hpp"
#include "tools/replay/modes.hpp"
#include "tools/replay/narrate.hpp"
#include "tools/replay/printable.hpp"
#include "tools/replay/walk.hpp"

#include <fmt/format.h>

#include <deque>

namespace spark::replay {
namespace {

namespace json = boost::json;

/// Decisions that are told: what led to where it is.
constexpr std::size_t told = 8;

template<class Machine>
struct account {
  typename Machine::state state;
  time_point at{};
  std::int64_t seq = 0;
  std::deque<passage<Machine>> last;
};

template<class Machine>
bool is_telling(const passage<Machine>& p) {
  for (auto& e : p.events)
    if (is_news(e))
      return true;
  return !p.unreadable.empty();
}

template<class Machine>
result<account<Machine>> account_of(journal_reader& from,
                                    const journal_stream& of,
                                    std::optional<std::int64_t> until) {
  auto steps = walk<Machine>::begin(from, of);
  if (!steps)
    return tl::unexpected(steps.error());
  account<Machine> out;
  bool known = false;
  for (passage<Machine> p;;) {
    auto more = steps->next(p);
    if (!more)
      return tl::unexpected(more.error());
    if (!*more || (until && p.row.seq > *until))
      break;
    out.state = p.after;
    out.at = p.row.at;
    out.seq = p.row.seq;
    known = p.knows_after;
    if (!is_telling(p))
      continue;
    out.last.push_back(std::move(p));
    if (out.last.size() > told)
      out.last.pop_front();
  }
  if (out.seq == 0)
    return fail(errc::bad_input,
                fmt::format("has no row up to {}; its first is {}",
                            until.value_or(0), of.first_seq),
                title_of(of));
  if (!known)
    return fail(errc::bad_input,
                fmt::format("the state after row {} cannot be told: rows "
                            "before it were trimmed or cannot be read",
                            out.seq),
                title_of(of));
  return out;
}

template<class Machine>
std::string why_of(const passage<Machine>& p) {
  return p.fact ? sentence_of(*p.fact) : "cannot be read";
}

template<class Machine>
std::string so_of(const passage<Machine>& p) {
  std::string out;
  for (auto& e : p.events)
    out += (out.empty() ? "" : "; ") + sentence_of(e);
  return out;
}

template<class Machine>
result<void> why(terminal& out, journal_reader& from, const journal_stream& of,
                 std::optional<std::int64_t> until) {
  auto a = account_of<Machine>(from, of, until);
  if (!a)
    return tl::unexpected(a.error());
  auto told = explain(a->state);
  constexpr std::size_t width = 8;
  auto line = [&](const char* label, const std::string& text) {
    out.say("  ").cell(label, width, tone::faint).say(text).end_line();
  };
  out.say(title_of(of), tone::strong).end_line();
  auto phase_name = std::string{to_string(a->state.at)};
  out.say("  ")
      .cell("is", width, tone::faint)
      .say(phase_name, tone_of_phase(phase_name))
      .say(fmt::format(" ({}), row {} at {}", told.reason, a->seq,
                       precise(a->at)))
      .end_line();
  line("why", told.headline);
  line("next", told.next);
  for (std::size_t i = 0; i < told.because.size(); ++i)
    line(i == 0 ? "because" : "", told.because[i]);
  for (auto& p : a->last) {
    line(&p == &a->last.front() ? "lately" : "",
         precise(p.row.at) + " " + why_of(p));
    line("", "  so: " + so_of(p));
  }
  return {};
}

template<class Machine>
result<void> why(json_stream& out, journal_reader& from,
                 const journal_stream& of, std::optional<std::int64_t> until) {
  auto a = account_of<Machine>(from, of, until);
  if (!a)
    return tl::unexpected(a.error());
  auto told = explain(a->state);
  json::array because;
  for (auto& text : told.because)
    because.emplace_back(text);
  json::array lately;
  for (auto& p : a->last)
    lately.push_back(json::object{{"seq", p.row.seq},
                                  {"at", precise(p.row.at)},
                                  {"why", why_of(p)},
                                  {"so", so_of(p)}});
  out.value(noun_of(kind_of(of)), json_of(of));
  out.value("seq", a->seq);
  out.value("at", json::string(precise(a->at)));
  out.value("phase", json::string(to_string(a->state.at)));
  out.value("reason", json::string(told.reason));
  out.value("headline", json::string(told.headline));
  out.value("next", json::string(told.next));
  out.value("because", because);
  out.value("lately", lately);
  return {};
}

} // namespace

result<void> tell_why(terminal& out, journal_reader& from,
                      const journal_stream& of,
                      std::optional<std::int64_t> until) {
  return with_machine(of, [&](auto machine) {
    return why<decltype(machine)>(out, from, of, until);
  });
}

result<void> tell_why(json_stream& out, journal_reader& from,
                      const journal_stream& of,
                      std::optional<std::int64_t> until) {
  return with_machine(of, [&](auto machine) {
    return why<decltype(machine)>(out, from, of, until);
  });
}

} // namespace spark::replay
