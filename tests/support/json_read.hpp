#pragma once

#include <boost/json.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace spark::test {

namespace json = boost::json;

/// By JSON pointer ("/metadata/name"); nullptr when there is nothing.
[[nodiscard]] const json::value* find(const json::value& v,
                                      std::string_view pointer);
/// "" when absent or not a string.
[[nodiscard]] std::string text(const json::value& v, std::string_view pointer);
/// 0 when absent or not an integer.
[[nodiscard]] std::int64_t number(const json::value& v,
                                  std::string_view pointer);
/// The member as an object, made when absent or something else.
json::object& object_in(json::object& parent, std::string_view key);
/// RFC 7386.
[[nodiscard]] json::value merge(json::value target, const json::value& patch);

} // namespace spark::test
