#include "tests/scenarios/scenario_line.hpp"

#include <stdexcept>

namespace spark::scenario {
namespace {

/// Reads `"..."` at `pos`, which stands on the opening quote; `\"` is a quote
/// within it.
std::string quoted(std::string_view line, std::size_t& pos) {
  std::string out;
  for (++pos; pos < line.size() && line[pos] != '"'; ++pos) {
    if (line.substr(pos, 2) == "\\\"")
      ++pos;
    out += line[pos];
  }
  if (pos >= line.size())
    throw std::runtime_error("unclosed quote: " + std::string{line});
  ++pos;
  return out;
}

void take_word(command& out, std::string word) {
  if (out.verb.empty())
    out.verb = std::move(word);
  else
    out.words.insert(std::move(word));
}

} // namespace

command parse_command(std::string_view line) {
  command out;
  std::size_t pos = 0;
  while (pos < line.size()) {
    if (line[pos] == ' ') {
      ++pos;
    } else if (line[pos] == '{') {
      out.json = line.substr(pos);
      break;
    } else if (line[pos] == '"') {
      out.text = quoted(line, pos);
    } else {
      auto end = std::min(line.find(' ', pos), line.size());
      auto equals = line.find('=', pos);
      if (equals >= end) {
        take_word(out, std::string{line.substr(pos, end - pos)});
        pos = end;
        continue;
      }
      auto key = std::string{line.substr(pos, equals - pos)};
      pos = equals + 1;
      if (pos < line.size() && line[pos] == '"') {
        out.options[key] = quoted(line, pos);
      } else {
        out.options[key] = line.substr(pos, end - pos);
        pos = end;
      }
    }
  }
  return out;
}

scenario_text parse_scenario(std::string_view text) {
  scenario_text out;
  std::string lead;
  while (!text.empty()) {
    auto end = text.find('\n');
    auto line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    auto whole = std::string{line} + "\n";
    if (line.empty() || line[0] == '#') {
      lead += whole;
    } else if (line[0] == ' ') {
      if (out.entries.empty() || !lead.empty())
        throw std::runtime_error("a result without a command: " + whole);
      out.entries.back().recorded += whole;
    } else {
      out.entries.push_back({std::move(lead), std::string{line}, {}});
      lead.clear();
    }
  }
  out.tail = std::move(lead);
  return out;
}

} // namespace spark::scenario
