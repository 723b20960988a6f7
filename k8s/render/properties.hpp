#pragma once

#include "crds/spark_application.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace spark {

/// The text that java.util.Properties.store(Writer) makes: a comment, a date
/// line, then one line per entry. Keys are sorted, and the date is that of
/// `time_ms` (milliseconds since 1970, UTC), so the text is deterministic.
/// `comment` must be one line.
[[nodiscard]] std::string to_properties(const string_map& entries,
                                        std::string_view comment,
                                        std::int64_t time_ms);

/// One key or value as Properties.store escapes it. Text outside ASCII stays
/// as it is (UTF-8), as Spark's writer leaves it.
[[nodiscard]] std::string escape_property_key(std::string_view key);
[[nodiscard]] std::string escape_property_value(std::string_view value);

/// java.util.Date.toString in UTC: "Mon Nov 23 08:44:25 UTC 2026".
[[nodiscard]] std::string java_date(std::int64_t time_ms);

} // namespace spark
