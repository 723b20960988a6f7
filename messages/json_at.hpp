#pragma once

#include <boost/json.hpp>

#include <initializer_list>
#include <string>
#include <string_view>

/// Reading what a server sent: whatever is absent or of another type reads as
/// null, empty or 0, because nothing that it sends may stop us.
namespace spark::json_at {

namespace json = boost::json;

/// The value at a path of keys, null where any step is missing.
[[nodiscard]] inline const json::value&
at(const json::value& v, std::initializer_list<std::string_view> path) {
  static const json::value nothing;
  auto* p = &v;
  for (auto key : path) {
    p = p->is_object() ? p->as_object().if_contains(key) : nullptr;
    if (!p)
      return nothing;
  }
  return *p;
}

[[nodiscard]] inline std::string text(const json::value& v) {
  return v.is_string() ? std::string{v.as_string()} : std::string{};
}

[[nodiscard]] inline std::string
text(const json::value& v, std::initializer_list<std::string_view> path) {
  return text(at(v, path));
}

[[nodiscard]] inline std::int64_t number(const json::value& v) {
  return v.is_int64() ? v.as_int64() : 0;
}

/// The items at a path; none where there is no list.
[[nodiscard]] inline const json::array&
items(const json::value& v, std::initializer_list<std::string_view> path) {
  static const json::array none;
  auto& found = at(v, path);
  return found.is_array() ? found.as_array() : none;
}

/// The item of a list whose member `key` is this text; nullptr: none.
[[nodiscard]] inline const json::value* item_with(const json::array& list,
                                                  std::string_view key,
                                                  std::string_view wanted) {
  for (auto& item : list) {
    auto& v = at(item, {key});
    if (v.is_string() && std::string_view{v.as_string()} == wanted)
      return &item;
  }
  return nullptr;
}

} // namespace spark::json_at
