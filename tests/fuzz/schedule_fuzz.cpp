// Any text as an expression, a zone and an instant, a line each: what is said
// of a wrong one is a line that can be read back, and of a right one next,
// newest, count and is_tick say the same.
#include "crds/schedule/schedule.hpp"

#include <boost/json.hpp>

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

using namespace spark;
using namespace std::chrono_literals;
using instant = std::chrono::sys_seconds;

namespace {

std::string_view take_line(std::string_view& text) {
  const auto end = std::min(text.find('\n'), text.size());
  const auto line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

instant read_instant(std::string_view text) {
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return instant{std::chrono::seconds{value}};
}

void expect(bool holds) {
  if (!holds)
    std::abort();
}

void check_refusal(const schedule_error& error) {
  expect(error.path == "spec.schedule" || error.path == "spec.timeZone");
  expect(!error.message.empty() && error.message.size() < 1000);
  expect(error.message.find('\n') == std::string::npos);
  boost::json::error_code code;
  boost::json::parse(boost::json::serialize(boost::json::value(error.message)),
                     code);
  expect(!code);
}

void check_ticks(const schedule& when, instant after) {
  const auto next = when.next(after);
  const auto newest = when.newest(instant{}, after);
  expect(when.is_tick(after) == (newest == after));
  if (newest) {
    expect(*newest > instant{} && *newest <= after);
    expect(when.is_tick(*newest));
    expect(when.next(*newest) == next);
  }
  const auto end = instant{std::chrono::sys_days{std::chrono::year{3000} /
                                                 std::chrono::January / 1}};
  expect(next.has_value() == (after >= instant{} && after < end));
  if (!next || *next >= end)
    return;
  expect(*next > after);
  expect(when.is_tick(*next));
  expect(when.next(*next - 1s) == next);
  expect(when.newest(after, *next) == next);
  expect(!when.newest(after, *next - 1s));
  expect(when.count(after, *next, 2) == 1);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  std::string_view text{reinterpret_cast<const char*>(data), size};
  const auto expression = take_line(text);
  const auto zone = take_line(text);
  const auto after = read_instant(take_line(text));
  const auto anchor = read_instant(take_line(text));
  const auto when = schedule::parse(expression, zone, "Europe/Berlin", anchor);
  if (when)
    check_ticks(*when, after);
  else
    check_refusal(when.error());
  return 0;
}
