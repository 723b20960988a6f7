#include "messages/codec.hpp"
#include "tools/replay/check.hpp"
#include "tools/replay/machines.hpp"
#include "tools/replay/modes.hpp"
#include "tools/replay/narrate.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace spark::replay {
namespace {

namespace json = boost::json;

void add(check_counts& to, const check_counts& c) {
  to.decided += c.decided;
  to.folded += c.folded;
  to.skipped += c.skipped;
  to.lost += c.lost;
  to.differences += c.differences;
  to.following += c.following;
}

std::string counted(std::int64_t n, std::string_view what) {
  return fmt::format("{} {}{}", n, what, n == 1 ? "" : "s");
}

/// "2 applications and 1 schedule"
std::string counted(const stream_list& of) {
  std::string out;
  for (auto kind : all_kinds) {
    auto n = std::count_if(of.begin(), of.end(),
                           [kind](auto& s) { return kind_of(s) == kind; });
    if (n > 0)
      out += (out.empty() ? "" : " and ") + counted(n, noun_of(kind));
  }
  return out.empty() ? counted(0, noun_of(stream_kind::application)) : out;
}

std::string summary_of(const check_counts& sum, const stream_list& of,
                       std::size_t trimmed) {
  auto out = counted(of);
  if (trimmed > 0)
    out += fmt::format(" ({} trimmed)", trimmed);
  out += ": " + counted(sum.decided, "row") + " decided again";
  if (sum.folded > 0)
    out += fmt::format(", {} of other rules only folded", sum.folded);
  if (sum.skipped > 0)
    out += fmt::format(", {} skipped up to the snapshot after a cut or a gap",
                       sum.skipped);
  if (sum.lost > 0)
    out += ", " + counted(sum.lost, "row") + " lost (journal degraded)";
  return out;
}

/// Each event on a line, in words where they can be read.
template<class Machine>
void tell_events(terminal& out, const char* sign, const std::string& text,
                 tone how) {
  auto v = parsed_or_text(text);
  auto events = v.is_array() ? Machine::events_from(v)
                             : result<std::vector<typename Machine::event>>{
                                   fail(errc::bad_input, "no array")};
  if (!events) {
    out.say(std::string{"    "} + sign + " " + text, how).end_line();
    return;
  }
  if (events->empty())
    out.say(std::string{"    "} + sign + " nothing", how).end_line();
  for (auto& e : *events)
    out.say(fmt::format("    {} {}: {}", sign, kind_of(e), sentence_of(e)), how)
        .end_line();
}

void tell_difference(terminal& out, const journal_stream& of,
                     const difference& d) {
  out.say(title_of(of), tone::strong);
  out.say(d.seq > 0 ? fmt::format(" row {}: ", d.seq) : std::string{": "});
  out.say(d.what, tone::bad).end_line();
  if (d.recorded.empty())
    return;
  with_machine(of, [&](auto machine) {
    using told = decltype(machine);
    tell_events<told>(out, "recorded", d.recorded, tone::plain);
    tell_events<told>(out, "now     ", d.now, tone::plain);
  });
}

json::object json_of(const difference& d) {
  json::object out{{"seq", d.seq}, {"what", d.what}};
  if (!d.recorded.empty()) {
    out["recorded"] = parsed_or_text(d.recorded);
    out["now"] = parsed_or_text(d.now);
  }
  return out;
}

json::object json_of(const check_counts& c) {
  return {{"decided", c.decided},         {"foldedOnly", c.folded},
          {"skipped", c.skipped},         {"lost", c.lost},
          {"differences", c.differences}, {"following", c.following}};
}

} // namespace

result<std::int64_t> tell_verdict(terminal& out, journal_reader& from,
                                  const stream_list& of) {
  check_counts sum;
  std::size_t trimmed = 0;
  for (auto& s : of) {
    auto counts = check_stream(
        from, s, [&](const difference& d) { tell_difference(out, s, d); });
    if (!counts)
      return tl::unexpected(counts.error());
    trimmed += counts->trimmed ? 1 : 0;
    add(sum, *counts);
  }
  out.say(summary_of(sum, of, trimmed) + ": ");
  auto found = counted(sum.differences, "difference");
  if (sum.following > 0)
    found += ", and " + counted(sum.following, "row") + " off because of it";
  bool fine = sum.differences == 0;
  out.say(fine ? "no difference" : found, fine ? tone::good : tone::bad);
  out.end_line();
  return sum.differences;
}

result<std::int64_t> tell_verdict(json_stream& out, journal_reader& from,
                                  const stream_list& of) {
  check_counts sum;
  for (auto& [name, streams] : arrays_of(of)) {
    out.open_array(name);
    for (auto& s : streams) {
      out.open_object();
      out.value(noun_of(kind_of(s)), json_of(s));
      out.open_array("differences");
      auto counts = check_stream(
          from, s, [&](const difference& d) { out.value(json_of(d)); });
      if (!counts)
        return tl::unexpected(counts.error());
      out.close();
      out.value("counts", json_of(*counts));
      out.close();
      add(sum, *counts);
    }
    out.close();
  }
  out.value("counts", json_of(sum));
  return sum.differences;
}

} // namespace spark::replay
