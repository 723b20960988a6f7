#include "tests/support/api_path.hpp"

#include "tests/support/json_read.hpp"

#include <algorithm>
#include <set>

namespace spark::test {
namespace {

std::string decode(std::string_view in) {
  auto hex = [](char c) { return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10; };
  std::string out;
  for (std::size_t i = 0; i < in.size(); ++i) {
    if (in[i] == '%' && i + 2 < in.size()) {
      out += static_cast<char>(hex(in[i + 1]) * 16 + hex(in[i + 2]));
      i += 2;
    } else {
      out += in[i] == '+' ? ' ' : in[i];
    }
  }
  return out;
}

/// Cuts at `at` outside parentheses; empty parts are dropped.
std::vector<std::string_view> split(std::string_view in, char at) {
  std::vector<std::string_view> out;
  std::size_t begin = 0;
  int depth = 0;
  for (std::size_t i = 0; i <= in.size(); ++i) {
    if (i < in.size() && in[i] != at) {
      depth += in[i] == '(' ? 1 : in[i] == ')' ? -1 : 0;
      continue;
    }
    if (i < in.size() && depth > 0)
      continue;
    if (i > begin)
      out.push_back(in.substr(begin, i - begin));
    begin = i + 1;
  }
  return out;
}

std::string trim(std::string_view in) {
  auto from = in.find_first_not_of(' ');
  if (from == std::string_view::npos)
    return "";
  return std::string{in.substr(from, in.find_last_not_of(' ') - from + 1)};
}

std::map<std::string, std::string> parse_query(std::string_view query) {
  std::map<std::string, std::string> out;
  for (auto pair : split(query, '&')) {
    auto eq = pair.find('=');
    auto key = decode(pair.substr(0, eq));
    out[key] = eq == std::string_view::npos ? "" : decode(pair.substr(eq + 1));
  }
  return out;
}

/// "key=value", "key==value", "key!=value" → the value, with op set.
bool cut_equality(std::string_view term, std::string& key, std::string& value,
                  bool& equal) {
  auto eq = term.find('=');
  if (eq == std::string_view::npos || eq == 0)
    return false;
  equal = term[eq - 1] != '!';
  key = trim(term.substr(0, equal ? eq : eq - 1));
  auto rest = term.substr(eq + 1);
  if (!rest.empty() && rest.front() == '=')
    rest.remove_prefix(1);
  value = trim(rest);
  return true;
}

} // namespace

std::string api_path::collection() const {
  return group.empty() ? plural : plural + "." + group;
}

std::string api_path::api_version() const {
  return group.empty() ? version : group + "/" + version;
}

std::string api_path::option(const std::string& key) const {
  auto it = query.find(key);
  return it == query.end() ? "" : it->second;
}

api_path parse_api_path(std::string_view target) {
  api_path out;
  auto mark = target.find('?');
  if (mark != std::string_view::npos)
    out.query = parse_query(target.substr(mark + 1));
  auto parts = split(target.substr(0, mark), '/');
  std::size_t next = 0;
  if (parts.size() >= 3 && parts[0] == "api") {
    out.version = parts[1];
    next = 2;
  } else if (parts.size() >= 4 && parts[0] == "apis") {
    out.group = parts[1];
    out.version = parts[2];
    next = 3;
  } else {
    return out;
  }
  auto left = [&] { return parts.size() - next; };
  if (parts[next] == "namespaces" && left() >= 3 &&
      parts[next + 2] != "status") {
    out.ns = parts[next + 1];
    next += 2;
  }
  out.plural = parts[next++];
  if (left() > 0)
    out.name = parts[next++];
  if (left() > 0)
    out.subresource = parts[next++];
  return out;
}

bool object_filter::requirement::holds(const std::string* value) const {
  auto listed = [&] {
    return value &&
           std::find(values.begin(), values.end(), *value) != values.end();
  };
  switch (op) {
  case test::in:
    return listed();
  case test::not_in:
    return !listed();
  case test::exists:
    return value != nullptr;
  case test::missing:
    return value == nullptr;
  }
  return false;
}

tl::expected<void, std::string>
object_filter::add_label(std::string_view term) {
  requirement r;
  bool equal = true;
  std::string value;
  auto open = term.find('(');
  if (open != std::string_view::npos) {
    auto head = trim(term.substr(0, open));
    auto space = head.find(' ');
    auto word = space == std::string::npos ? "" : trim(head.substr(space));
    auto close = term.find(')', open);
    if ((word != "in" && word != "notin") || close == std::string_view::npos)
      return tl::unexpected("unable to parse requirement: " +
                            std::string{term});
    r.op = word == "in" ? test::in : test::not_in;
    r.key = head.substr(0, space);
    for (auto v : split(term.substr(open + 1, close - open - 1), ','))
      r.values.push_back(trim(v));
  } else if (cut_equality(term, r.key, value, equal)) {
    r.op = equal ? test::in : test::not_in;
    r.values.push_back(value);
  } else {
    r.key = trim(term);
    r.op = r.key.starts_with('!') ? test::missing : test::exists;
    if (r.op == test::missing)
      r.key = trim(std::string_view{r.key}.substr(1));
  }
  if (r.key.empty() || r.key.find(' ') != std::string::npos)
    return tl::unexpected("unable to parse requirement: " + std::string{term});
  labels_.push_back(std::move(r));
  return {};
}

tl::expected<void, std::string>
object_filter::add_field(std::string_view term, const api_path& where) {
  static const std::map<std::string, std::set<std::string>> extra{
      {"pods", {"spec.nodeName", "status.phase", "spec.serviceAccountName"}},
      {"events", {"involvedObject.name", "involvedObject.uid", "reason"}}};
  requirement r;
  std::string value;
  bool equal = true;
  if (!cut_equality(term, r.key, value, equal))
    return tl::unexpected("invalid field selector: " + std::string{term});
  auto more = extra.find(where.collection());
  if (r.key != "metadata.name" && r.key != "metadata.namespace" &&
      (more == extra.end() || !more->second.contains(r.key)))
    return tl::unexpected("field label not supported: " + r.key);
  r.op = equal ? test::in : test::not_in;
  r.values.push_back(value);
  std::replace(r.key.begin(), r.key.end(), '.', '/');
  r.key.insert(0, "/");
  fields_.push_back(std::move(r));
  return {};
}

tl::expected<object_filter, std::string>
object_filter::parse(const api_path& where) {
  object_filter out;
  out.ns_ = where.ns;
  auto labels = where.option("labelSelector");
  for (auto term : split(labels, ','))
    if (auto ok = out.add_label(term); !ok)
      return tl::unexpected(ok.error());
  auto fields = where.option("fieldSelector");
  for (auto term : split(fields, ','))
    if (auto ok = out.add_field(term, where); !ok)
      return tl::unexpected(ok.error());
  if (!where.name.empty()) {
    requirement only{test::in, "/metadata/name", {where.name}};
    out.fields_.push_back(only);
  }
  return out;
}

bool object_filter::matches(const json::value& object) const {
  if (!ns_.empty() && text(object, "/metadata/namespace") != ns_)
    return false;
  auto* labels = find(object, "/metadata/labels");
  auto label_holds = [&](const requirement& r) {
    auto* p = labels && labels->is_object()
                  ? labels->get_object().if_contains(r.key)
                  : nullptr;
    if (!p || !p->is_string())
      return r.holds(nullptr);
    std::string value{p->get_string().c_str()};
    return r.holds(&value);
  };
  auto field_holds = [&](const requirement& r) {
    auto value = text(object, r.key);
    return r.holds(&value);
  };
  return std::all_of(labels_.begin(), labels_.end(), label_holds) &&
         std::all_of(fields_.begin(), fields_.end(), field_holds);
}

} // namespace spark::test
