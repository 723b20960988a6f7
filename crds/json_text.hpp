#pragma once

#include <boost/json.hpp>

#include <string_view>

namespace spark {

/// Member `key` of an object, if it is text, else "". Views into its argument;
/// both overloads are needed, or an object would be copied into a value first.
[[nodiscard]] std::string_view text_member(const boost::json::object& object,
                                           std::string_view key);
[[nodiscard]] std::string_view text_member(const boost::json::value& value,
                                           std::string_view key);

/// Member `key`, if it is an object, a list, else an empty one.
[[nodiscard]] const boost::json::object&
object_member(const boost::json::object& object, std::string_view key);
[[nodiscard]] const boost::json::array&
list_member(const boost::json::object& object, std::string_view key);

} // namespace spark
