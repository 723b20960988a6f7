#include "crds/parse.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <stdexcept>

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

} // namespace

std::string canonical_json(const json::value& value) {
  std::string out;
  append(value, 0, out);
  return out;
}

std::string sha256_hex(std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(),
                 nullptr) != 1)
    throw std::runtime_error("libcrypto has no SHA-256");
  constexpr std::string_view hex = "0123456789abcdef";
  std::string out;
  out.reserve(2 * size);
  for (unsigned int i = 0; i < size; ++i) {
    out += hex[digest[i] >> 4];
    out += hex[digest[i] & 15];
  }
  return out;
}

std::string spec_hash(const json::value& spec) { return hash_rule_1(spec); }

std::string spec_hash_like(const json::value& spec, std::string_view like) {
  // One rule so far. A newer one is added here beside it, never instead of it.
  if (like.starts_with("1:"))
    return hash_rule_1(spec);
  return spec_hash(spec);
}

} // namespace spark
