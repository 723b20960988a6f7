#include "crds/core_types.hpp"
#include "crds/fields.hpp"
#include "crds/text_checks.hpp"
#include "crds/validation.hpp"

#include <cmath>

namespace spark {

namespace json = boost::json;

namespace {

std::string_view kind_name(const json::value& value) {
  switch (value.kind()) {
  case json::kind::null:
    return "null";
  case json::kind::bool_:
    return "a boolean";
  case json::kind::int64:
  case json::kind::uint64:
  case json::kind::double_:
    return "a number";
  case json::kind::string:
    return "a string";
  case json::kind::array:
    return "a list";
  case json::kind::object:
    return "an object";
  }
  return "something else";
}

/// What a row without a member may hold; with one, the member's type decides.
bool is_empty(const json::value& value) {
  if (const auto* flag = value.if_bool())
    return !*flag;
  if (const auto* text = value.if_string())
    return text->empty();
  if (const auto* list = value.if_array())
    return list->empty();
  if (const auto* object = value.if_object())
    return object->empty();
  return value.is_null();
}

std::string wrong_integer(const field& row, const json::value& value) {
  if (!value.is_number())
    return wrong_type("a whole number", value);
  const auto number = value.is_int64() ? static_cast<double>(value.get_int64())
                                       : value.to_number<double>();
  if (std::trunc(number) != number)
    return "must be a whole number";
  if (number < static_cast<double>(row.least))
    return "must be at least " + std::to_string(row.least);
  if (number > static_cast<double>(row.most))
    return "is too large: at most " + std::to_string(row.most);
  return {};
}

/// What is wrong with a member of an item, and where in it.
struct misfit {
  std::string at = {}; ///< ["key"] or [2], empty: all of it
  std::string message = {};
};

misfit wrong_text_map(const json::value& value) {
  const auto* object = value.if_object();
  if (!object)
    return {"", wrong_type("an object", value)};
  for (const auto& member : *object)
    if (!member.value().is_string())
      return {entry_path("", member.key()),
              wrong_type("a string (put it in quotes)", member.value())};
  return {};
}

misfit wrong_object_list(const json::value& value) {
  const auto* list = value.if_array();
  if (!list)
    return {"", wrong_type("a list of objects", value)};
  for (std::size_t i = 0; i < list->size(); ++i)
    if (!(*list)[i].is_object())
      return {item_path("", i), wrong_type("an object", (*list)[i])};
  return {};
}

/// nullptr: it is not there.
misfit wrong_member(const field& row, const json::value* value) {
  if (!value || value->is_null() || is_empty(*value))
    return {"", row.required ? "is missing" : ""};
  if (row.kind == value_kind::integer)
    return {"", wrong_integer(row, *value)};
  if (row.kind == value_kind::text_map)
    return wrong_text_map(*value);
  if (row.kind == value_kind::opaque_list)
    return wrong_object_list(*value);
  const auto* text = value->if_string();
  if (!text)
    return {"", wrong_type("a string", *value)};
  return {"", row.check ? row.check(*text) : std::string{}};
}

/// Puts the JSON value of one row into its member.
template<class Spec>
struct member_reader {
  const json::value& value;
  const field& row;
  const std::vector<field>& rows; ///< all of the table
  parsed_spec<Spec>& out;

  void operator()(std::monostate) {
    if (!is_empty(value))
      out.warnings.push_back({row.path, "not supported yet and ignored"});
  }

  template<class T, class Owner>
  void operator()(T Owner::*m) {
    if constexpr (is_part_of<Spec, Owner>)
      read(member_of(out.spec, row, m));
  }

  /// A template: judged as the whole application that it will be.
  void read(spark_application_spec&) {}

  void refuse(std::string message, std::string_view suffix = {}) {
    out.problems.push_back(
        {row.path + std::string{suffix}, std::move(message)});
  }

  void read(bool& target) {
    if (const auto* flag = value.if_bool())
      target = *flag;
    else
      refuse(wrong_type("true or false", value));
  }

  // Go's types cannot tell "" from absent, so neither do we.
  void read(std::string& target) {
    if (const auto text = checked_text(); text && !text->empty())
      target = *text;
  }

  void read(std::optional<std::string>& target) {
    if (row.kind == value_kind::int_or_text && value.is_number()) {
      // A fraction or a large number is no version of Python either way.
      const auto text = canonical_json(value);
      target = text;
      if (auto wrong = row.check(text); !wrong.empty())
        refuse(std::move(wrong));
      return;
    }
    if (auto text = checked_text(); text && !text->empty())
      target = std::move(text);
  }

  std::optional<std::string> checked_text() {
    const auto* text = value.if_string();
    if (!text) {
      refuse(wrong_type("a string", value));
      return std::nullopt;
    }
    if (row.check && !text->empty())
      if (auto wrong = row.check(*text); !wrong.empty())
        refuse(std::move(wrong));
    return std::string{*text};
  }

  void read(std::optional<double>& target) {
    if (!value.is_number())
      return refuse(wrong_type("a number", value));
    const auto number = value.to_number<double>();
    // A thousandth of a CPU is the least that Kubernetes counts.
    if (!(number >= 0.001))
      return refuse("must be a positive number, at least 0.001");
    if (number > 2147483647)
      return refuse("is too large: at most 2147483647");
    target = number;
  }

  void read(std::optional<bool>& target) {
    bool flag = false;
    read(flag);
    if (value.is_bool())
      target = flag;
  }

  void read(std::optional<std::int64_t>& target) {
    if (auto wrong = wrong_integer(row, value); !wrong.empty())
      return refuse(std::move(wrong));
    target = value.to_number<std::int64_t>();
  }

  void read(std::vector<std::string>& target) {
    const auto* list = value.if_array();
    if (!list)
      return refuse(wrong_type("a list of strings", value));
    for (std::size_t i = 0; i < list->size(); ++i) {
      const auto* text = (*list)[i].if_string();
      auto wrong =
          text ? wrong_item(*text) : wrong_type("a string", (*list)[i]);
      if (text)
        target.emplace_back(*text);
      if (!wrong.empty())
        refuse(std::move(wrong), "[" + std::to_string(i) + "]");
    }
  }

  /// Spark's lists have commas between their items.
  std::string wrong_item(std::string_view text) const {
    if (!row.conf.empty() && text.find(',') != text.npos)
      return "holds a comma, which would make two items of it; is " +
             quoted(text);
    if (!row.conf.empty() && text.empty())
      return "is empty";
    return row.check ? row.check(text) : std::string{};
  }

  void read(string_map& target) {
    const auto* object = value.if_object();
    if (!object)
      return refuse(wrong_type("an object", value));
    for (const auto& member : *object)
      read_entry(member.key(), member.value(), target);
  }

  void read_entry(std::string_view key, const json::value& entry,
                  string_map& target) {
    const bool loose = row.kind == value_kind::loose_map;
    if (const auto* text = entry.if_string())
      target[std::string{key}] = *text;
    else if (loose && (entry.is_bool() || entry.is_number()))
      target[std::string{key}] = canonical_json(entry);
    else if (!entry.is_null())
      out.problems.push_back({entry_path(row.path, key),
                              wrong_type(loose ? "a string, boolean or number"
                                               : "a string (put it in quotes)",
                                         entry)});
  }

  void read(json::array& target) {
    const auto* list = value.if_array();
    if (!list)
      return refuse(wrong_type("a list of objects", value));
    for (std::size_t i = 0; i < list->size(); ++i) {
      const bool fits = (*list)[i].is_object();
      if (!fits)
        refuse(wrong_type("an object", (*list)[i]),
               "[" + std::to_string(i) + "]");
      else
        check_members("[]", "[" + std::to_string(i) + "]", (*list)[i]);
      // Also a misfit keeps its place, so that later messages count right.
      target.push_back((*list)[i]);
    }
  }

  void read(json::object& target) {
    const auto* object = value.if_object();
    if (!object)
      return refuse(wrong_type("an object", value));
    target = *object;
    if (row.kind != value_kind::object_map)
      return;
    for (const auto& member : *object) {
      const auto at = "[" + quoted(member.key()) + "]";
      if (member.value().is_object())
        check_members("{}", at, member.value());
      else
        refuse(wrong_type("an object", member.value()), at);
    }
  }

  /// The rows below an item of this row: "path[].x", "path{}.x".
  void check_members(std::string_view suffix, const std::string& at,
                     const json::value& item) {
    const auto prefix = row.path + std::string{suffix} + ".";
    for (const auto& inner : rows) {
      if (!inner.path.starts_with(prefix))
        continue;
      const auto name = inner.path.substr(prefix.size());
      const auto* found = item.get_object().if_contains(name);
      if (auto wrong = wrong_member(inner, found); !wrong.message.empty())
        refuse(std::move(wrong.message), at + "." + name + wrong.at);
    }
  }
};

/// nullptr: absent or null, or a parent is not an object (which is its own
/// row's business).
const json::value* look_up(const json::value& object, std::string_view path) {
  const auto* at = &object;
  while (true) {
    const auto dot = path.find('.');
    const auto* parent = at->if_object();
    at = parent ? parent->if_contains(path.substr(0, dot)) : nullptr;
    if (!at || at->is_null())
      return nullptr;
    if (dot == std::string_view::npos)
      return at;
    path.remove_prefix(dot + 1);
  }
}

/// A member without which the object around it means nothing, such as the name
/// in `gpu`. What the spec itself needs is said elsewhere, in better words.
bool is_missed(const json::value& object, const field& row,
               const json::value* value) {
  const auto parent = std::string_view{row.path}.substr(0, row.path.rfind('.'));
  if (!row.required || !row.honoured || parent == "spec")
    return false;
  const auto* around = look_up(object, parent);
  return around && around->is_object() &&
         (!value || (value->is_string() && value->get_string().empty()));
}

bool is_inside(std::string_view path, std::string_view parent) {
  return path.starts_with(parent) &&
         path.substr(parent.size()).find_first_of(".[{") == 0;
}

/// Nobody else would say it: the CRD keeps all of an opaque value, and the API
/// server drops what it does not know when the pod is made.
void warn_of_unknown_members(const json::value& value, const field& row,
                             std::vector<problem>& warnings) {
  if (row.core_type.empty())
    return;
  for (const auto& path : unknown_members(row.core_type, value))
    warnings.push_back(
        {row.path + path, "is ignored: Kubernetes has no such field here"});
}

/// Both spellings of one field, saying different things.
bool contradicts_alias(const json::value& object, const field& row,
                       std::vector<problem>& problems) {
  if (row.alias_of.empty())
    return false;
  const auto* other = look_up(object, row.alias_of);
  const auto* mine = look_up(object, row.path);
  if (!other || is_empty(*other))
    return false;
  if (*other != *mine)
    problems.push_back({row.path, "is another spelling of " + row.alias_of +
                                      ", which says something else: "
                                      "keep one of them"});
  return true;
}

template<class Spec>
void read_rows(const json::value& object, const std::vector<field>& rows,
               parsed_spec<Spec>& out) {
  std::string_view ignored; // absent, or nothing in it is honoured
  for (const auto& row : rows) {
    if (!ignored.empty() && is_inside(row.path, ignored))
      continue;
    if (row.path.find_first_of("[{") != std::string::npos)
      continue; // of an item: judged with its list
    const auto* value = look_up(object, row.path);
    if (is_missed(object, row, value))
      out.problems.push_back({row.path, "is missing"});
    if (!value) {
      ignored = row.path;
      continue;
    }
    if (contradicts_alias(object, row, out.problems))
      continue;
    if (row.kind == value_kind::object && row.honoured) {
      if (!value->is_object())
        out.problems.push_back({row.path, wrong_type("an object", *value)});
      continue;
    }
    if (!row.honoured)
      ignored = row.path;
    std::visit(member_reader<Spec>{*value, row, rows, out}, row.member);
    warn_of_unknown_members(*value, row, out.warnings);
  }
}

} // namespace

std::string wrong_type(std::string_view wanted, const json::value& is) {
  return "must be " + std::string{wanted} + ", is " +
         std::string{kind_name(is)};
}

std::string entry_path(std::string_view map, std::string_view key) {
  return std::string{map} + "[" + quoted(key) + "]";
}

void read_fields(const json::value& object, parsed_application& out) {
  read_rows(object, spec_fields(), out);
}

void read_fields(const json::value& object, parsed_scheduled& out) {
  read_rows(object, scheduled_spec_fields(), out);
}

} // namespace spark
