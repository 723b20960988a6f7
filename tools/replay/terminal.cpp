#include "tools/replay/terminal.hpp"

#include "tools/replay/printable.hpp"

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <unistd.h>

namespace spark::replay {
namespace {

bool wants_color(const std::ostream& out, colors wanted) {
  if (wanted != colors::automatic)
    return wanted == colors::always;
  const char* none = std::getenv("NO_COLOR");
  const char* kind = std::getenv("TERM");
  return &out == &std::cout && isatty(STDOUT_FILENO) == 1 &&
         (!none || !*none) && kind && std::string_view{kind} != "dumb";
}

std::string_view sequence(tone how) {
  switch (how) {
  case tone::plain:
    return "";
  case tone::faint:
    return "\033[2m";
  case tone::strong:
    return "\033[1m";
  case tone::good:
    return "\033[32m";
  case tone::bad:
    return "\033[31m";
  case tone::busy:
    return "\033[36m";
  }
  return "";
}

/// Columns, not bytes; good enough for what names are made of.
std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (c & '\xc0') != '\x80'; }));
}

} // namespace

terminal::terminal(std::ostream& out, colors wanted)
    : out_(out), colored_(wants_color(out, wanted)) {}

terminal& terminal::say(std::string_view text, tone how) {
  bool paint = colored_ && how != tone::plain;
  if (paint)
    out_ << sequence(how);
  out_ << printable(text);
  if (paint)
    out_ << "\033[0m";
  return *this;
}

terminal& terminal::cell(std::string_view text, std::size_t width, tone how) {
  say(text, how);
  auto used = width_of(printable(text));
  out_ << std::string(used < width ? width - used + 1 : 1, ' ');
  return *this;
}

terminal& terminal::right(std::string_view text, std::size_t width) {
  auto used = width_of(printable(text));
  out_ << std::string(used < width ? width - used : 0, ' ');
  say(text);
  out_ << ' ';
  return *this;
}

terminal& terminal::end_line() {
  out_ << '\n';
  return *this;
}

tone tone_of_phase(std::string_view phase) {
  if (phase == "completed" || phase == "succeeding")
    return tone::good;
  if (phase == "failed" || phase == "failing" || phase == "submission_failed" ||
      phase == "invalid")
    return tone::bad;
  if (phase == "gone" || phase == "deleting" || phase == "leaving" ||
      phase == "removed")
    return tone::faint;
  return tone::busy;
}

} // namespace spark::replay
