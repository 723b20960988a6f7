#include "crds/core_types.hpp"

#include "crds/core_types_table.hpp"
#include "crds/text_checks.hpp"

#include <algorithm>
#include <map>

namespace spark {

namespace json = boost::json;

namespace {

struct core_type;

struct member_type {
  const core_type* type = nullptr; ///< nullptr: any value will do
  bool is_list = false;
};

struct core_type {
  std::map<std::string_view, member_type, std::less<>> members;
};

using type_map = std::map<std::string_view, core_type, std::less<>>;

type_map read_table(std::string_view table) {
  constexpr std::string_view list_mark = "[]";
  type_map types;
  core_type* current = nullptr;
  constexpr std::string_view spaces = " \n";
  for (auto at = table.find_first_not_of(spaces); at != table.npos;
       at = table.find_first_not_of(spaces, at)) {
    const auto end = std::min(table.find_first_of(spaces, at), table.size());
    const auto word = table.substr(at, end - at);
    at = end;
    if (word.ends_with('=')) {
      current = &types[word.substr(0, word.size() - 1)];
      continue;
    }
    const auto colon = word.find(':');
    auto& member = current->members[word.substr(0, colon)];
    if (colon == word.npos)
      continue;
    auto type = word.substr(colon + 1);
    member.is_list = type.starts_with(list_mark);
    if (member.is_list)
      type.remove_prefix(list_mark.size());
    member.type = &types[type];
  }
  return types;
}

const core_type* find_type(std::string_view name) {
  static const type_map types = read_table(core_types_table);
  const auto at = types.find(name);
  return at == types.end() ? nullptr : &at->second;
}

/// ".name", or ["a name"] where that could not be read.
std::string step(std::string_view key) {
  const bool plain = !key.empty() && key.size() <= 80 &&
                     std::all_of(key.begin(), key.end(), [](char c) {
                       return (c >= 'a' && c <= 'z') ||
                              (c >= 'A' && c <= 'Z') ||
                              (c >= '0' && c <= '9') || c == '-' || c == '_';
                     });
  return plain ? "." + std::string{key} : "[" + quoted(key) + "]";
}

/// Goes as deep as the types do, whatever the value: none holds itself.
struct judge {
  std::size_t most;
  std::vector<std::string> found = {};

  void object(const core_type& type, const json::value& value,
              const std::string& path) {
    const auto* members = value.if_object();
    if (!members)
      return;
    for (const auto& member : *members) {
      if (found.size() >= most)
        return;
      const std::string_view key = member.key();
      const auto known = type.members.find(key);
      if (known == type.members.end())
        found.push_back(path + step(key));
      else if (const auto& [of, is_list] = known->second; of && is_list)
        list(*of, member.value(), path + step(key));
      else if (of)
        object(*of, member.value(), path + step(key));
    }
  }

  void list(const core_type& type, const json::value& value,
            const std::string& path) {
    const auto* items = value.if_array();
    if (!items)
      return;
    for (std::size_t i = 0; i < items->size() && found.size() < most; ++i)
      object(type, (*items)[i], path + "[" + std::to_string(i) + "]");
  }
};

} // namespace

std::vector<std::string> unknown_members(std::string_view type,
                                         const json::value& value,
                                         std::size_t most) {
  const auto* known = find_type(type);
  if (!known)
    return {};
  judge all{most};
  if (value.is_array())
    all.list(*known, value, {});
  else
    all.object(*known, value, {});
  return std::move(all.found);
}

std::string_view known_kubernetes() { return core_types_release; }

} // namespace spark
