#include "crds/yaml.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace spark {

namespace json = boost::json;

namespace {

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// Unquoted text begins with a letter or a path's slash or dot followed by a
/// letter, so it is no number or date, and holds no sign that means something.
bool is_plain(std::string_view text) {
  static constexpr std::array<std::string_view, 9> words = {
      "true", "false", "yes", "no", "on", "off", "null", "y", "n"};
  if (text.empty() || text.size() > 120)
    return false;
  const bool marked = text.front() == '.' || text.front() == '/';
  if (!is_letter(text.front()) &&
      !(marked && text.size() > 1 && is_letter(text[1])))
    return false;
  std::string lower{text};
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  if (lower == ".inf" || lower == ".nan" ||
      std::find(words.begin(), words.end(), lower) != words.end())
    return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return is_letter(c) || (c >= '0' && c <= '9') ||
           std::string_view{"./_-"}.find(c) != std::string_view::npos;
  });
}

bool is_foldable(std::string_view text) {
  return text.size() > 60 && text.front() != ' ' && text.back() != ' ' &&
         text.find("  ") == std::string_view::npos &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return c >= ' ' && c <= '~'; });
}

void append_folded(std::string_view text, std::size_t indent,
                   std::string& out) {
  out += ">-";
  std::size_t column = 81;
  while (!text.empty()) {
    const auto end = text.find(' ');
    const auto word = text.substr(0, end);
    if (column + 1 + word.size() > 80) {
      out += '\n';
      out.append(indent, ' ');
      column = indent;
    } else {
      out += ' ';
      ++column;
    }
    out += word;
    column += word.size();
    text.remove_prefix(std::min(text.size(), word.size() + 1));
  }
}

/// Whole lines without anything that a literal block could not show.
bool is_literal(std::string_view text) {
  return text.size() > 1 && text.ends_with('\n') && !text.ends_with("\n\n") &&
         text.front() != ' ' && text.front() != '\n' &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return c == '\n' || (c >= ' ' && c <= '~');
         });
}

void append_literal(std::string_view text, std::size_t indent,
                    std::string& out) {
  out += '|';
  text.remove_suffix(1); // the caller ends the last line
  while (true) {
    const auto end = text.find('\n');
    out += '\n';
    if (end != 0)
      out.append(indent, ' ');
    out += text.substr(0, end);
    if (end == text.npos)
      return;
    text.remove_prefix(end + 1);
  }
}

void append(const json::value& value, std::size_t indent, std::string& out);

void append_scalar(const json::value& value, std::size_t indent,
                   std::string& out) {
  const auto* text = value.if_string();
  if (text && is_plain(*text))
    out += std::string_view{*text};
  else if (text && is_literal(*text))
    append_literal(*text, indent, out);
  else if (text && is_foldable(*text))
    append_folded(*text, indent, out);
  else
    out += json::serialize(value); // JSON's quotes are YAML's double quotes
}

bool is_block(const json::value& value) {
  const auto* object = value.if_object();
  const auto* array = value.if_array();
  return (object && !object->empty()) || (array && !array->empty());
}

void append_members(const json::object& object, std::size_t indent,
                    std::string& out) {
  bool first = true;
  for (const auto& member : object) {
    if (!first)
      out.append(indent, ' ');
    first = false;
    append_scalar(json::value(member.key()), indent, out);
    out += ':';
    if (is_block(member.value())) {
      out += '\n';
      out.append(indent + 2, ' ');
      append(member.value(), indent + 2, out);
    } else {
      out += ' ';
      append_scalar(member.value(), indent + 2, out);
      out += '\n';
    }
  }
}

/// The cursor already stands at column `indent`.
void append(const json::value& value, std::size_t indent, std::string& out) {
  if (!is_block(value)) {
    append_scalar(value, indent, out);
    out += '\n';
  } else if (const auto* object = value.if_object()) {
    append_members(*object, indent, out);
  } else {
    bool first = true;
    for (const auto& item : value.get_array()) {
      if (!first)
        out.append(indent, ' ');
      first = false;
      out += "- ";
      append(item, indent + 2, out);
    }
  }
}

} // namespace

std::string to_yaml(const json::value& value) {
  std::string out;
  append(value, 0, out);
  return out;
}

} // namespace spark
