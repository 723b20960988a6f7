#pragma once

#include "store/journal_reader.hpp"
#include "tools/replay/json_stream.hpp"
#include "tools/replay/kinds.hpp"
#include "tools/replay/terminal.hpp"

#include <optional>
#include <vector>

/// What spark-replay can print, once for people and once for programs. Each
/// returns an error when the journal cannot be read on.
namespace spark::replay {

using stream_list = std::vector<journal_stream>;

void list_streams(terminal& out, const stream_list& all);
void list_streams(json_stream& out, const stream_list& all);

[[nodiscard]] result<void> tell_history(terminal& out, journal_reader& from,
                                        const journal_stream& of);
[[nodiscard]] result<void> tell_history(json_stream& out, journal_reader& from,
                                        const journal_stream& of);

/// The state after the last row up to `until`.
[[nodiscard]] result<void> tell_state(terminal& out, journal_reader& from,
                                      const journal_stream& of,
                                      std::int64_t until);
[[nodiscard]] result<void> tell_state(json_stream& out, journal_reader& from,
                                      const journal_stream& of,
                                      std::int64_t until);

/// Why it is where it is after the last row up to `until` (nothing: after all
/// of them), what led there, and what happens next.
[[nodiscard]] result<void> tell_why(terminal& out, journal_reader& from,
                                    const journal_stream& of,
                                    std::optional<std::int64_t> until);
[[nodiscard]] result<void> tell_why(json_stream& out, journal_reader& from,
                                    const journal_stream& of,
                                    std::optional<std::int64_t> until);

/// The number of differences.
[[nodiscard]] result<std::int64_t>
tell_verdict(terminal& out, journal_reader& from, const stream_list& of);
[[nodiscard]] result<std::int64_t>
tell_verdict(json_stream& out, journal_reader& from, const stream_list& of);

/// "default/pi (uid 0b7e6a1c-…)"; "schedule " stands before one.
[[nodiscard]] std::string title_of(const journal_stream& s);
[[nodiscard]] boost::json::object json_of(const journal_stream& s);
/// Where streams stand in JSON: "applications", and "schedules" if there are
/// some.
struct json_array {
  std::string name;
  stream_list streams;
};
[[nodiscard]] std::vector<json_array> arrays_of(const stream_list& all);
/// A journal's text as the JSON it holds, or as a string if it holds none.
[[nodiscard]] boost::json::value parsed_or_text(const std::string& text);

} // namespace spark::replay
