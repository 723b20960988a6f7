#include "tests/support/json_read.hpp"

namespace spark::test {

const json::value* find(const json::value& v, std::string_view pointer) {
  json::error_code ec;
  return v.find_pointer(pointer, ec);
}

std::string text(const json::value& v, std::string_view pointer) {
  auto* p = find(v, pointer);
  return p && p->is_string() ? std::string{p->get_string().c_str()} : "";
}

std::int64_t number(const json::value& v, std::string_view pointer) {
  auto* p = find(v, pointer);
  if (!p)
    return 0;
  if (p->is_int64())
    return p->get_int64();
  return p->is_uint64() ? static_cast<std::int64_t>(p->get_uint64()) : 0;
}

json::object& object_in(json::object& parent, std::string_view key) {
  auto& member = parent[key];
  if (!member.is_object())
    member.emplace_object();
  return member.get_object();
}

json::value merge(json::value target, const json::value& patch) {
  if (!patch.is_object())
    return patch;
  if (!target.is_object())
    target.emplace_object();
  auto& object = target.get_object();
  for (auto& [key, value] : patch.get_object()) {
    if (value.is_null()) {
      object.erase(key);
      continue;
    }
    auto it = object.find(key);
    auto old = it == object.end() ? json::value{} : std::move(it->value());
    object[key] = merge(std::move(old), value);
  }
  return target;
}

} // namespace spark::test
