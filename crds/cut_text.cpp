#include "crds/cut_text.hpp"

namespace spark {

namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";

/// Bytes of the character that `text` begins with, 0 when it is none: also
/// not one in a longer form than need be, no surrogate, none past U+10FFFF.
std::size_t character_size(std::string_view text) {
  const auto byte = [text](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
  };
  const auto first = byte(0);
  if (first < 0x80)
    return 1;
  if (first < 0xC2 || first > 0xF4)
    return 0;
  const auto size = first < 0xE0 ? 2U : first < 0xF0 ? 3U : 4U;
  const auto least = first == 0xE0 ? 0xA0U : first == 0xF0 ? 0x90U : 0x80U;
  const auto most = first == 0xED ? 0x9FU : first == 0xF4 ? 0x8FU : 0xBFU;
  if (byte(1) < least || byte(1) > most)
    return 0;
  for (std::size_t i = 2; i < size; ++i)
    if (byte(i) < 0x80 || byte(i) > 0xBF)
      return 0;
  return size;
}

/// As Boost.JSON writes it.
std::size_t json_size_of(char c) {
  switch (c) {
  case '"':
  case '\\':
  case '\b':
  case '\f':
  case '\n':
  case '\r':
  case '\t':
    return 2;
  default:
    return static_cast<unsigned char>(c) < 0x20 ? 6 : 1;
  }
}

} // namespace

std::string cut_text(std::string_view text, std::size_t most) {
  std::string out;
  while (!text.empty()) {
    const auto size = character_size(text);
    const auto next = size == 0 ? replacement : text.substr(0, size);
    if (out.size() + next.size() > most)
      return out + "...";
    out += next;
    text.remove_prefix(size == 0 ? 1 : size);
  }
  return out;
}

std::size_t json_size(std::string_view text) {
  std::size_t out = 2;
  for (char c : text)
    out += json_size_of(c);
  return out;
}

std::string fit_json(std::string_view text, std::size_t most) {
  if (json_size(text) <= most)
    return std::string{text};
  std::size_t size = 2 + 3; // quotes and dots
  std::size_t bytes = 0;
  while (bytes < text.size() && size + json_size_of(text[bytes]) <= most)
    size += json_size_of(text[bytes++]);
  // A character that is cut in the middle goes as a whole.
  while (bytes > 0 && bytes < text.size() &&
         (static_cast<unsigned char>(text[bytes]) & 0xC0) == 0x80)
    --bytes;
  return std::string{text.substr(0, bytes)} + "...";
}

} // namespace spark
