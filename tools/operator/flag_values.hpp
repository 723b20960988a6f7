#pragma once

#include "messages/clock.hpp"
#include "messages/error.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// The values that flags take, as text. Errors are bad_input, quote the text,
// say what would be right, and name no flag: the caller knows which it was.
namespace spark::flag_values {

[[nodiscard]] std::string
in_quotes(std::string_view text); ///< cut at 100 bytes
[[nodiscard]] std::string_view trimmed(std::string_view text);
/// "" is one empty part.
[[nodiscard]] std::vector<std::string_view> split(std::string_view text,
                                                  char at);
/// RFC 1123, at most 63 bytes: names of namespaces.
[[nodiscard]] bool is_dns_label(std::string_view text);

[[nodiscard]] result<long> parse_whole(std::string_view text, long least,
                                       long most);
/// The spellings of Go's strconv.ParseBool.
[[nodiscard]] result<bool> parse_switch(std::string_view text);
/// Go's time.ParseDuration without signs: "15s", "1m30s", "1.5h", "250ms".
/// At most a year.
[[nodiscard]] result<milliseconds> parse_duration(std::string_view text);
/// Bytes: "512Mi", "1Gi", or a plain number; at most 1Ti.
[[nodiscard]] result<std::int64_t> parse_size(std::string_view text);
/// Upper bounds of a histogram: ascending, above 0, at most 100; may be empty.
[[nodiscard]] result<std::vector<double>> parse_bounds(std::string_view text);
/// A label selector without the blanks around it; may be empty. The API server
/// has the last word; this catches what would make every list fail for as long
/// as the operator runs.
[[nodiscard]] result<std::string> parse_selector(std::string_view text);

} // namespace spark::flag_values
