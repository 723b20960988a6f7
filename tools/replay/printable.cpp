#include "tools/replay/printable.hpp"

#include <fmt/format.h>

namespace spark::replay {
namespace {

struct character {
  char32_t code = 0;
  std::size_t bytes = 0; ///< 0: no UTF-8
};

/// The first character of a text that is not empty; by RFC 3629, so neither
/// overlong forms nor surrogates pass.
character first_of(std::string_view text) {
  auto lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80)
    return {lead, 1};
  std::size_t bytes = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < bytes)
    return {};
  char32_t code = lead & (0xff >> (bytes + 1));
  for (std::size_t i = 1; i < bytes; ++i) {
    auto next = static_cast<unsigned char>(text[i]);
    if ((next & 0xc0) != 0x80)
      return {};
    code = code << 6 | (next & 0x3f);
  }
  bool overlong = code < (bytes == 4 ? 0x10000U : bytes == 3 ? 0x800U : 0x80U);
  bool surrogate = code >= 0xd800 && code <= 0xdfff;
  if (overlong || surrogate || code > 0x10ffff)
    return {};
  return {code, bytes};
}

/// Shows as nothing, moves the cursor, or turns the direction of writing.
bool unseen(char32_t c) {
  return c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0xad || c == 0x061c ||
         (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
         (c >= 0x2060 && c <= 0x206f) || c == 0xfeff ||
         (c >= 0xfff9 && c <= 0xfffb) || (c >= 0xe0000 && c <= 0xe0fff);
}

std::string escape(char32_t c) {
  switch (c) {
  case '\n':
    return "\\n";
  case '\t':
    return "\\t";
  case '\r':
    return "\\r";
  default:
    if (c < 0x80)
      return fmt::format("\\x{:02x}", static_cast<unsigned>(c));
    return fmt::format("\\u{{{:x}}}", static_cast<unsigned>(c));
  }
}

std::string json_escape(char32_t c) {
  auto code = static_cast<unsigned>(c);
  if (code < 0x10000)
    return fmt::format("\\u{:04x}", code);
  code -= 0x10000;
  return fmt::format("\\u{:04x}\\u{:04x}", 0xd800 + (code >> 10),
                     0xdc00 + (code & 0x3ff));
}

} // namespace

std::string printable(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    auto c = first_of(text);
    if (c.bytes == 0)
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(text[0]));
    else if (unseen(c.code))
      out += escape(c.code);
    else
      out += text.substr(0, c.bytes);
    text.remove_prefix(std::max<std::size_t>(c.bytes, 1));
  }
  return out;
}

std::string json_text(const boost::json::value& value) {
  // What needs care can only be inside of strings: the rest is ASCII.
  auto all = boost::json::serialize(value);
  std::string_view text = all;
  std::string out;
  while (!text.empty()) {
    auto c = first_of(text);
    if (c.bytes == 0)
      out += "\\ufffd";
    else if (unseen(c.code))
      out += json_escape(c.code);
    else
      out += text.substr(0, c.bytes);
    text.remove_prefix(std::max<std::size_t>(c.bytes, 1));
  }
  return out;
}

std::string precise(time_point t) {
  if (t == no_time)
    return "never";
  auto whole = std::chrono::floor<seconds>(t);
  auto text = to_rfc3339(whole);
  if (!text.empty() && text.back() == 'Z')
    text.pop_back();
  return fmt::format("{}.{:03}Z", text, (t - whole).count());
}

} // namespace spark::replay
