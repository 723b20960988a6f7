#include "crds/json_text.hpp"

namespace spark {

namespace json = boost::json;

std::string_view text_member(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value && value->is_string() ? std::string_view{value->get_string()}
                                     : std::string_view{};
}

std::string_view text_member(const json::value& value, std::string_view key) {
  const auto* object = value.if_object();
  return object ? text_member(*object, key) : std::string_view{};
}

const json::object& object_member(const json::object& object,
                                  std::string_view key) {
  static const json::object nothing;
  const auto* value = object.if_contains(key);
  const auto* found = value ? value->if_object() : nullptr;
  return found ? *found : nothing;
}

const json::array& list_member(const json::object& object,
                               std::string_view key) {
  static const json::array nothing;
  const auto* value = object.if_contains(key);
  const auto* found = value ? value->if_array() : nullptr;
  return found ? *found : nothing;
}

} // namespace spark
