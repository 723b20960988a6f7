#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace spark::scenario {

/// One command of a scenario file: `verb word key=value "some text" {json}`.
struct command {
  std::string verb;
  std::set<std::string> words;
  std::map<std::string, std::string> options;
  std::string text; ///< what stands in quotes
  std::string json; ///< from the first brace to the end of the line

  [[nodiscard]] bool has(const std::string& word) const {
    return words.count(word) > 0;
  }
  [[nodiscard]] std::string option(const std::string& key,
                                   std::string fallback = {}) const {
    auto it = options.find(key);
    return it == options.end() ? fallback : it->second;
  }
};

/// Throws std::runtime_error on an unclosed quote.
[[nodiscard]] command parse_command(std::string_view line);

/// A command as it stands in the file, with comments and blank lines before
/// it, and the result recorded under it.
struct entry {
  std::string lead;
  std::string line;
  std::string recorded;
};

struct scenario_text {
  std::vector<entry> entries;
  std::string tail; ///< comments and blank lines after the last command
};

/// Commands begin in the left margin, results are indented, `#` comments.
[[nodiscard]] scenario_text parse_scenario(std::string_view text);

} // namespace spark::scenario
