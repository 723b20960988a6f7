#include "crds/status_json.hpp"

#include <utility>

namespace spark {

namespace json = boost::json;

const json::value* member_at(const json::value* in, std::string_view key) {
  const auto* object = in ? in->if_object() : nullptr;
  return object ? object->if_contains(key) : nullptr;
}

std::string text_at(const json::value* in, std::string_view key) {
  const auto* value = member_at(in, key);
  const auto* text = value ? value->if_string() : nullptr;
  return text ? std::string{*text} : std::string{};
}

std::int64_t integer_at(const json::value* in, std::string_view key) {
  const auto* value = member_at(in, key);
  const auto* number = value ? value->if_int64() : nullptr;
  return number ? *number : 0;
}

std::vector<condition> conditions_at(const json::value* in,
                                     std::string_view key) {
  std::vector<condition> out;
  const auto* value = member_at(in, key);
  const auto* list = value ? value->if_array() : nullptr;
  if (!list)
    return out;
  for (const auto& item : *list) {
    condition one{.type = text_at(&item, "type"),
                  .status = text_at(&item, "status"),
                  .reason = text_at(&item, "reason"),
                  .message = text_at(&item, "message"),
                  .last_transition_time = text_at(&item, "lastTransitionTime"),
                  .observed_generation =
                      integer_at(&item, "observedGeneration")};
    if (!one.type.empty())
      out.push_back(std::move(one));
  }
  return out;
}

void put(json::object& out, std::string_view key, const std::string& text) {
  if (!text.empty())
    out[key] = text;
}

void put(json::object& out, std::string_view key, std::int64_t number) {
  if (number != 0)
    out[key] = number;
}

void put(json::object& out, std::string_view key, json::object members) {
  if (!members.empty())
    out[key] = std::move(members);
}

static json::value to_value(const condition& one) {
  json::object out;
  out["type"] = one.type;
  out["status"] = one.status;
  out["reason"] = one.reason;
  out["message"] = one.message;
  put(out, "lastTransitionTime", one.last_transition_time);
  put(out, "observedGeneration", one.observed_generation);
  return out;
}

void put(json::object& out, std::string_view key,
         const std::vector<condition>& conditions) {
  json::array list;
  for (const auto& one : conditions)
    list.push_back(to_value(one));
  if (!list.empty())
    out[key] = std::move(list);
}

/// RFC 7386: applied to `from`, the result makes `to`. Lists are replaced.
json::object merge_patch(const json::object& from, const json::object& to) {
  json::object patch;
  for (const auto& member : from)
    if (!to.contains(member.key()))
      patch[member.key()] = nullptr;
  for (const auto& member : to) {
    const auto* old = from.if_contains(member.key());
    if (old && *old == member.value())
      continue;
    if (old && old->is_object() && member.value().is_object())
      patch[member.key()] =
          merge_patch(old->get_object(), member.value().get_object());
    else
      patch[member.key()] = member.value();
  }
  return patch;
}

} // namespace spark
