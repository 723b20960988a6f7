#include "tools/replay/modes.hpp"
#include "tools/replay/narrate.hpp"
#include "tools/replay/printable.hpp"

#include <algorithm>

namespace spark::replay {
namespace {

namespace json = boost::json;

std::string key_of(const journal_stream& s) { return s.ns + "/" + s.name; }

} // namespace

std::string title_of(const journal_stream& s) {
  std::string kind;
  if (kind_of(s) != stream_kind::application)
    kind = std::string{noun_of(kind_of(s))} + " ";
  return kind + key_of(s) + " (uid " + s.uid + ")";
}

json::object json_of(const journal_stream& s) {
  return {{"kind", noun_of(kind_of(s))},
          {"namespace", s.ns},
          {"name", s.name},
          {"uid", s.uid},
          {"phase", s.phase},
          {"rows", s.rows},
          {"firstSeq", s.first_seq},
          {"lastSeq", s.last_seq},
          {"firstAt", precise(s.first_at)},
          {"lastAt", precise(s.last_at)},
          {"trimmed", s.trimmed}};
}

std::vector<json_array> arrays_of(const stream_list& all) {
  json_array applications{"applications", {}};
  json_array schedules{"schedules", {}};
  for (auto& s : all)
    (kind_of(s) == stream_kind::schedule ? schedules : applications)
        .streams.push_back(s);
  std::vector<json_array> out{std::move(applications)};
  if (!schedules.streams.empty())
    out.push_back(std::move(schedules));
  return out;
}

json::value parsed_or_text(const std::string& text) {
  boost::system::error_code ec;
  auto v = json::parse(text, ec);
  return ec ? json::value(json::string(text)) : v;
}

void list_streams(terminal& out, const stream_list& all) {
  std::size_t name = 14;
  std::size_t phase = 9;
  bool mixed = false;
  for (auto& s : all) {
    name = std::max(name, printable(key_of(s)).size());
    phase = std::max(phase, s.phase.size());
    mixed = mixed || kind_of(s) != stream_kind::application;
  }
  auto kind = [&](std::string_view text) {
    if (mixed)
      out.cell(text, 11);
  };
  out.cell("NAMESPACE/NAME", name);
  kind("KIND");
  out.cell("UID", 8).cell("PHASE", phase);
  out.right("ROWS", 6).right("SEQ", 15);
  out.cell("FIRST", 24).say("LAST").end_line();
  for (auto& s : all) {
    out.cell(key_of(s), name, tone::strong);
    kind(noun_of(kind_of(s)));
    out.cell(brief(s.uid), 8);
    out.cell(s.phase, phase, tone_of_phase(s.phase));
    out.right(std::to_string(s.rows), 6);
    out.right(std::to_string(s.first_seq) + ".." + std::to_string(s.last_seq),
              15);
    out.cell(precise(s.first_at), 24).say(precise(s.last_at));
    if (s.trimmed)
      out.say(" trimmed", tone::faint);
    out.end_line();
  }
}

void list_streams(json_stream& out, const stream_list& all) {
  for (auto& [name, streams] : arrays_of(all)) {
    out.open_array(name);
    for (auto& s : streams)
      out.value(json_of(s));
    out.close();
  }
}

} // namespace spark::replay
