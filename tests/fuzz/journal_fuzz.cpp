// A journal of any bytes: {"state": …, "events": […], "stimulus": …}. What can
// be read stays the same when it is written and read again, and to fold it and
// to decide it again never crashes.
#include "actors/app/machine.hpp"
#include "messages/codec.hpp"

#include <boost/json.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>

using namespace spark;

namespace {

constexpr time_point now{std::chrono::seconds{1'800'000'000}};

void require(bool holds) {
  if (!holds)
    std::abort();
}

void check(const app_state& s) {
  auto again = state_from(to_json(s));
  require(again && *again == s && state_hash(*again) == state_hash(s));
}

void take_events(app_state& s, const boost::json::value& v) {
  auto events = events_from(v);
  if (!events)
    return;
  require(events_from(to_json(*events)) == *events);
  for (auto& e : *events)
    evolve(s, e, now);
  check(s);
}

void take_stimulus(app_state& s, const boost::json::value& v) {
  auto fact = stimulus_from(v);
  if (!fact)
    return;
  require(stimulus_from(to_json(*fact)) == *fact);
  for (auto& e : decide(s, *fact, now))
    evolve(s, e, now);
  check(s);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  boost::json::error_code code;
  const auto row =
      boost::json::parse({reinterpret_cast<const char*>(data), size}, code);
  if (code || !row.is_object())
    return 0;
  app_state s;
  if (auto* state = row.as_object().if_contains("state"))
    if (auto read = state_from(*state)) {
      check(*read);
      s = std::move(*read);
    }
  if (auto* events = row.as_object().if_contains("events"))
    take_events(s, *events);
  if (auto* fact = row.as_object().if_contains("stimulus"))
    take_stimulus(s, *fact);
  return 0;
}
