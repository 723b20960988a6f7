// newest, count and is_tick say what next says, at any instant; and newest gets
// there in few steps.

#include "schedule_instants.hpp"
#include "tests/support/dice.hpp"

#include <catch2/catch.hpp>

using namespace spark;
using namespace spark::test;
using namespace std::chrono_literals;
using std::chrono::seconds;
using std::chrono::sys_seconds;

namespace {

std::string number(dice& d, std::int64_t least, std::int64_t most) {
  return std::to_string(d.between(least, most));
}

std::string field(dice& d, std::int64_t least, std::int64_t most, bool wide) {
  const auto low = d.between(least, most);
  switch (d.below(wide ? 5 : 4)) {
  case 0:
    return std::to_string(low);
  case 1:
    return std::to_string(low) + "-" + number(d, low, most);
  case 2:
    return std::to_string(low) + "," + number(d, least, most);
  case 3:
    return d.pick({"*", "?"}) + "/" + number(d, 1, most);
  default:
    return "*";
  }
}

std::string expression(dice& d) {
  if (d.maybe(10))
    return "@every " + number(d, 1, 900) + d.pick({"s", "m", "h", "ms"});
  // Some days of every month, so that a few steps get anywhere.
  return field(d, 0, 59, true) + " " + field(d, 0, 23, true) + " " +
         field(d, 1, 28, true) + " " +
         (d.maybe(80) ? "*" : field(d, 1, 12, false)) + " " +
         (d.maybe(60) ? "*" : field(d, 0, 7, false));
}

std::string zone(dice& d) {
  return d.pick({"UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata",
                 "Australia/Lord_Howe", "America/St_Johns", "Pacific/Apia",
                 "Africa/Cairo", "Africa/Casablanca", "America/Sao_Paulo",
                 "Antarctica/Troll", "Asia/Tehran", "Pacific/Chatham"});
}

/// By next alone, one tick after the other.
std::vector<sys_seconds> walked(const schedule& when, sys_seconds after,
                                sys_seconds until, std::size_t most) {
  std::vector<sys_seconds> out;
  for (auto at = when.next(after); at && *at <= until && out.size() < most;
       at = when.next(*at))
    out.push_back(*at);
  return out;
}

} // namespace

TEST_CASE("newest, count and is_tick agree with next") {
  std::size_t some = 0;
  for (std::uint64_t seed = 0; seed < 600; ++seed) {
    dice d{seed};
    const auto text = expression(d);
    const auto where = zone(d);
    INFO("seed " << seed << ": " << text << " in " << where);
    const auto when = made(text, where);
    const sys_seconds after{
        seconds{d.between(1'262'304'000, 1'798'675'200)}}; // 2010 to 2026
    const auto until = after + seconds{d.between(0, 86'400 * 40)};
    const auto ticks = walked(when, after, until, 2000);
    const bool all = ticks.size() < 2000;
    const auto end = all ? until : ticks.back();
    some += ticks.empty() ? 0 : 1;
    CHECK(when.newest(after, end) ==
          (ticks.empty() ? std::nullopt : std::optional{ticks.back()}));
    CHECK(when.count(after, end, 5000) ==
          static_cast<std::int64_t>(ticks.size()));
    CHECK(when.count(after, end, 3) ==
          std::min<std::int64_t>(3, static_cast<std::int64_t>(ticks.size())));
    auto before = after;
    for (std::size_t i = 0; i < std::min<std::size_t>(ticks.size(), 20); ++i) {
      CHECK(ticks[i] > before);
      CHECK(when.is_tick(ticks[i]));
      // From anywhere since the tick before it is the next one.
      CHECK(when.next(before + (ticks[i] - before) / 2) == ticks[i]);
      CHECK(when.next(ticks[i] - 1s) == ticks[i]);
      CHECK(when.newest(before, ticks[i]) == ticks[i]);
      CHECK(when.newest(before, ticks[i] - 1s) == std::nullopt);
      if (ticks[i] - before > 1s)
        CHECK(!when.is_tick(ticks[i] - 1s));
      before = ticks[i];
    }
  }
  CHECK(some > 400);
}

TEST_CASE("newest is quick, however many ticks there were") {
  for (const auto period : {1s, 60s, 86'400s, 100'000'000s}) {
    int steps = 0;
    const auto next = [&](sys_seconds after) {
      ++steps;
      const auto done = after.time_since_epoch() / period;
      return std::optional{sys_seconds{(done + 1) * period}};
    };
    const sys_seconds until{3'000'000'007s}; // 95 years
    CHECK(newest_by(next, sys_seconds{}, until) ==
          sys_seconds{until.time_since_epoch() / period * period});
    CHECK(steps <= 34);
  }
  // A minute of every year, a long time before the end.
  const auto rare = made("7 5 3 1 *", "Europe/Berlin");
  CHECK(rare.newest(sys_seconds{}, instant("2026-12-31T00:00Z")) ==
        instant("2026-01-03T04:07Z"));
  const auto often = made("* * * * *", "Europe/Berlin");
  CHECK(often.newest(sys_seconds{}, instant("2026-12-31T00:00:59Z")) ==
        instant("2026-12-31T00:00Z"));
  const auto leap = made("0 0 29 2 *", "UTC");
  CHECK(
      leap.newest(instant("2096-02-28T00:00Z"), instant("2104-02-28T00:00Z")) ==
      instant("2096-02-29T00:00Z"));
}

TEST_CASE("instants that nobody means have no answer") {
  for (const auto* text : {"* * * * *", "0 5 * * *", "@every 1h"}) {
    const auto when = made(text, "Europe/Berlin");
    for (const auto at : {sys_seconds::min(), sys_seconds::max(),
                          sys_seconds{-1s}, instant("3000-01-01T00:00Z")}) {
      CHECK(!when.next(at));
      CHECK(!when.newest(sys_seconds{}, at));
      CHECK(!when.is_tick(at));
      CHECK(when.count(at, sys_seconds::max(), 5) == 0);
    }
    CHECK(when.newest(sys_seconds::min(), instant("2026-01-03T00:00Z")));
    CHECK(!when.newest(instant("2026-01-02T00:00Z"),
                       instant("2026-01-01T00:00Z")));
    CHECK(when.next(instant("2999-12-31T23:59:59Z")));
    CHECK(when.count(sys_seconds{}, sys_seconds::max(), 5) == 5);
    CHECK(when.count(sys_seconds{}, sys_seconds::max(), 0) == 0);
  }
  for (const auto at : {sys_seconds::min(), sys_seconds::max()}) {
    const auto odd = schedule::parse("@every 2562047h", "", "UTC", at);
    REQUIRE(odd);
    CHECK(odd->next(anchor));
  }
}
