#include "crds/parse.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <stdexcept>
#include <utility>

namespace spark {

namespace json = boost::json;

namespace {

/// Nothing that Kubernetes has types for is as deep. Below, the text is that
/// of the serializer, which needs no stack: an opaque field can be as deep as
/// the API server lets it, and the actors' stacks are finite.
constexpr int deepest = 200;

void append_number(double value, std::string& out) {
  // 1.0 and 1 are the same in JSON, and which of them comes back depends on
  // who stored the object.
  constexpr double exact = 9007199254740992.0; // 2^53
  std::array<char, 64> text{};
  auto* const first = text.data();
  auto* const last = first + text.size();
  const bool whole = std::abs(value) <= exact && std::trunc(value) == value;
  const auto end =
      whole ? std::to_chars(first, last, static_cast<std::int64_t>(value))
            : std::to_chars(first, last, value);
  out.append(first, end.ptr);
}

void append(const json::value& value, int depth, std::string& out);

void append_object(const json::object& object, int depth, std::string& out) {
  std::vector<const json::key_value_pair*> members;
  members.reserve(object.size());
  for (const auto& member : object)
    members.push_back(&member);
  std::sort(members.begin(), members.end(),
            [](const auto* a, const auto* b) { return a->key() < b->key(); });
  out += '{';
  for (const auto* member : members) {
    if (member != members.front())
      out += ',';
    out += json::serialize(json::value(member->key()));
    out += ':';
    append(member->value(), depth + 1, out);
  }
  out += '}';
}

void append(const json::value& value, int depth, std::string& out) {
  if (depth > deepest) {
    out += json::serialize(value);
  } else if (const auto* object = value.if_object()) {
    append_object(*object, depth, out);
  } else if (const auto* array = value.if_array()) {
    out += '[';
    for (const auto& item : *array) {
      if (&item != &array->front())
        out += ',';
      append(item, depth + 1, out);
    }
    out += ']';
  } else if (const auto* number = value.if_double()) {
    append_number(*number, out);
  } else {
    out += json::serialize(value);
  }
}

/// null and absent mean the same to Kubernetes.
void drop_nulls(json::value& value, int depth) {
  if (depth > deepest)
    return;
  if (auto* object = value.if_object()) {
    for (auto at = object->begin(); at != object->end();) {
      if (at->value().is_null()) {
        at = object->erase(at);
      } else {
        drop_nulls(at->value(), depth + 1);
        ++at;
      }
    }
  } else if (auto* array = value.if_array()) {
    for (auto& item : *array)
      drop_nulls(item, depth + 1);
  }
}

/// Rule "1:": the raw spec without what may change while an application runs.
std::string hash_rule_1(const json::value& spec) {
  json::value copy = spec;
  if (auto* object = copy.if_object()) {
    object->erase("suspend");
    object->erase("timeToLiveSeconds");
  }
  drop_nulls(copy, 0);
  return "1:" + sha256_hex(canonical_json(copy));
}

struct edit_rule {
  std::string_view path; ///< below spec
  edit kind;
};

/// Rule "2:": every other path restarts. Frozen: another set is another rule.
constexpr std::array<edit_rule, 10> edit_rules{{
    {"suspend", edit::decides},
    {"timeToLiveSeconds", edit::decides},
    {"sparkUIOptions", edit::follows},
    {"driverIngressOptions", edit::follows},
    {"driverPodDisruptionBudget", edit::follows},
    {"executor.priorityClassName", edit::follows},
    {"executor.nodeSelector", edit::follows},
    {"executor.tolerations", edit::follows},
    {"executor.affinity", edit::follows},
    {"executor.schedulerName", edit::follows},
}};

/// The object that holds the rule's path, null where there is none, and the
/// path's last name.
std::pair<json::object*, std::string_view> place_of(json::value& spec,
                                                    std::string_view path) {
  auto* object = spec.if_object();
  if (const auto dot = path.find('.'); dot != std::string_view::npos) {
    auto* inner = object ? object->if_contains(path.substr(0, dot)) : nullptr;
    return {inner ? inner->if_object() : nullptr, path.substr(dot + 1)};
  }
  return {object, path};
}

/// The raw spec without what the table lists.
std::string hash_rule_2(const json::value& spec) {
  json::value copy = spec;
  for (const auto& rule : edit_rules)
    if (auto [object, key] = place_of(copy, rule.path); object)
      object->erase(key);
  drop_nulls(copy, 0);
  return "2:" + sha256_hex(canonical_json(copy));
}

} // namespace

std::string canonical_json(const json::value& value) {
  std::string out;
  append(value, 0, out);
  return out;
}

static std::string digest_hex(std::string_view bytes, const EVP_MD* kind) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, kind,
                 nullptr) != 1)
    throw std::runtime_error("libcrypto cannot make a digest");
  constexpr std::string_view hex = "0123456789abcdef";
  std::string out;
  out.reserve(2 * size);
  for (unsigned int i = 0; i < size; ++i) {
    out += hex[digest[i] >> 4];
    out += hex[digest[i] & 15];
  }
  return out;
}

std::string sha256_hex(std::string_view bytes) {
  return digest_hex(bytes, EVP_sha256());
}

std::string md5_hex(std::string_view bytes) {
  return digest_hex(bytes, EVP_md5());
}

std::string spec_hash(const json::value& spec) { return hash_rule_2(spec); }

std::string spec_hash_like(const json::value& spec, std::string_view like) {
  // A newer rule is added here beside the old ones, never instead of them.
  if (like.starts_with("1:"))
    return hash_rule_1(spec);
  return spec_hash(spec);
}

std::string live_hash(const json::value& spec) {
  json::value copy = spec;
  json::object live;
  for (const auto& rule : edit_rules) {
    auto [object, key] = place_of(copy, rule.path);
    auto* value = object ? object->if_contains(key) : nullptr;
    if (value && rule.kind == edit::follows)
      live[rule.path] = *value;
  }
  json::value all{std::move(live)};
  drop_nulls(all, 0);
  return sha256_hex(canonical_json(all)).substr(0, 16);
}

edit edit_of(std::string_view path) {
  constexpr std::string_view root = "spec.";
  if (path.starts_with(root))
    path.remove_prefix(root.size());
  for (const auto& rule : edit_rules)
    if (path == rule.path ||
        (path.starts_with(rule.path) &&
         (path[rule.path.size()] == '.' || path[rule.path.size()] == '[')))
      return rule.kind;
  return edit::restarts;
}

} // namespace spark
