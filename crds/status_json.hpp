#pragma once

#include "crds/status.hpp"

#include <boost/json.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace spark {

// How the status of either kind is read and written.

// Members of `in`, absent if there is no such object or they are of another
// type: nullptr, "", 0, nothing.
[[nodiscard]] const boost::json::value* member_at(const boost::json::value* in,
                                                  std::string_view key);
[[nodiscard]] std::string text_at(const boost::json::value* in,
                                  std::string_view key);
[[nodiscard]] std::int64_t integer_at(const boost::json::value* in,
                                      std::string_view key);
[[nodiscard]] std::vector<condition> conditions_at(const boost::json::value* in,
                                                   std::string_view key);

// What is empty or zero is left out, as the Go types of v1beta2 do.
void put(boost::json::object& out, std::string_view key,
         const std::string& text);
void put(boost::json::object& out, std::string_view key, std::int64_t number);
void put(boost::json::object& out, std::string_view key,
         boost::json::object members);
void put(boost::json::object& out, std::string_view key,
         const std::vector<condition>& conditions);

/// RFC 7386: applied to `from`, the result makes `to`. Lists are replaced.
[[nodiscard]] boost::json::object merge_patch(const boost::json::object& from,
                                              const boost::json::object& to);

} // namespace spark
