// Which local times an expression means: in UTC, where nothing else matters.

#include "schedule_instants.hpp"

#include <catch2/catch.hpp>

using namespace spark;
using namespace spark::test;

namespace {

struct row {
  std::string_view expression;
  std::vector<std::string>
      ticks; ///< the first after 2026-01-01T00:00Z, Thursday
};

} // namespace

TEST_CASE("the ticks of an expression") {
  const std::vector<row> rows = {
      {"* * * * *", {"2026-01-01T00:01Z", "2026-01-01T00:02Z"}},
      {"0 * * * *", {"2026-01-01T01:00Z", "2026-01-01T02:00Z"}},
      {"*/25 * * * *",
       {"2026-01-01T00:25Z", "2026-01-01T00:50Z", "2026-01-01T01:00Z"}},
      {"50/5 * * * *",
       {"2026-01-01T00:50Z", "2026-01-01T00:55Z", "2026-01-01T01:50Z"}},
      {"3-9/3 0 * * *",
       {"2026-01-01T00:03Z", "2026-01-01T00:06Z", "2026-01-01T00:09Z",
        "2026-01-02T00:03Z"}},
      {"7/100 * * * *", {"2026-01-01T00:07Z", "2026-01-01T01:07Z"}},
      {"5/4294967295 * * * *", {"2026-01-01T00:05Z", "2026-01-01T01:05Z"}},
      {"59,0,, 23,0 ? * *",
       {"2026-01-01T00:59Z", "2026-01-01T23:00Z", "2026-01-01T23:59Z",
        "2026-01-02T00:00Z"}},
      {"0 0 31 * *",
       {"2026-01-31T00:00Z", "2026-03-31T00:00Z", "2026-05-31T00:00Z"}},
      {"0 0 29 2 *", {"2028-02-29T00:00Z", "2032-02-29T00:00Z"}},
      {"0 0 1 JAN,Jul,dEc *",
       {"2026-07-01T00:00Z", "2026-12-01T00:00Z", "2027-01-01T00:00Z"}},
      {"0 0 1 jul-sep *",
       {"2026-07-01T00:00Z", "2026-08-01T00:00Z", "2026-09-01T00:00Z",
        "2027-07-01T00:00Z"}},
      // Sunday by each of its names.
      {"0 0 * * 0", {"2026-01-04T00:00Z", "2026-01-11T00:00Z"}},
      {"0 0 * * 7", {"2026-01-04T00:00Z", "2026-01-11T00:00Z"}},
      {"0 0 * * SUN", {"2026-01-04T00:00Z", "2026-01-11T00:00Z"}},
      {"0 0 * * 7-7", {"2026-01-04T00:00Z", "2026-01-11T00:00Z"}},
      {"0 0 * * 6-7",
       {"2026-01-03T00:00Z", "2026-01-04T00:00Z", "2026-01-10T00:00Z"}},
      {"0 0 * * 7/3",
       {"2026-01-03T00:00Z", "2026-01-04T00:00Z", "2026-01-07T00:00Z"}},
      {"0 0 * * 1/3",
       {"2026-01-05T00:00Z", "2026-01-08T00:00Z", "2026-01-12T00:00Z"}},
      {"0 0 * * */2",
       {"2026-01-03T00:00Z", "2026-01-04T00:00Z", "2026-01-06T00:00Z"}},
      // Both day fields are named: either will do.
      {"0 0 13 * fri",
       {"2026-01-02T00:00Z", "2026-01-09T00:00Z", "2026-01-13T00:00Z"}},
      {"0 0 */15 * fri",
       {"2026-01-02T00:00Z", "2026-01-09T00:00Z", "2026-01-16T00:00Z",
        "2026-01-23T00:00Z", "2026-01-30T00:00Z", "2026-01-31T00:00Z"}},
      {"0 0 30 feb mon", {"2026-02-02T00:00Z", "2026-02-09T00:00Z"}},
      // One has a star: both must match.
      {"0 0 */1 * fri", {"2026-01-02T00:00Z", "2026-01-09T00:00Z"}},
      {"0 0 13,? * fri", {"2026-01-02T00:00Z", "2026-01-09T00:00Z"}},
      {"0 0 13 * *", {"2026-01-13T00:00Z", "2026-02-13T00:00Z"}},
      {"\t1 1\r\n1 \v1 ?\f", {"2026-01-01T01:01Z", "2027-01-01T01:01Z"}},
      {"@yearly", {"2027-01-01T00:00Z", "2028-01-01T00:00Z"}},
      {"@annually", {"2027-01-01T00:00Z"}},
      {"@monthly", {"2026-02-01T00:00Z", "2026-03-01T00:00Z"}},
      {"@weekly", {"2026-01-04T00:00Z", "2026-01-11T00:00Z"}},
      {"@daily", {"2026-01-02T00:00Z", "2026-01-03T00:00Z"}},
      {" @midnight ", {"2026-01-02T00:00Z"}},
      {"@hourly", {"2026-01-01T01:00Z", "2026-01-01T02:00Z"}},
      {"@every 1h30m", {"2026-01-01T01:30Z", "2026-01-01T03:00Z"}},
      {"@every  1.5h ", {"2026-01-01T01:30Z"}},
      {"@every 90.9s", {"2026-01-01T00:01:30Z", "2026-01-01T00:03Z"}},
      {"@every 1ns", {"2026-01-01T00:00:01Z", "2026-01-01T00:00:02Z"}},
      {"@every 1999ms", {"2026-01-01T00:00:01Z", "2026-01-01T00:00:02Z"}},
  };
  for (const auto& row : rows) {
    INFO(row.expression);
    CHECK(ticks(made(row.expression, "UTC"), "2026-01-01T00:00Z",
                row.ticks.size()) == row.ticks);
  }
}

TEST_CASE("the longest wait of a calendar is eight years") {
  CHECK(ticks(made("0 0 29 2 *", "UTC"), "2096-02-29T00:00Z", 1) ==
        std::vector<std::string>{"2104-02-29T00:00Z"});
}

TEST_CASE("@every counts from the anchor, whenever somebody looks") {
  const auto parsed = schedule::parse("@every 7h", "Europe/Berlin", "UTC",
                                      instant("2026-03-28T22:15:07Z"));
  REQUIRE(parsed);
  CHECK(
      ticks(*parsed, "2025-01-01T00:00Z", 2) ==
      std::vector<std::string>{"2026-03-29T05:15:07Z", "2026-03-29T12:15:07Z"});
  CHECK(ticks(*parsed, "2026-03-28T22:15:07Z", 1) ==
        std::vector<std::string>{"2026-03-29T05:15:07Z"});
  CHECK(ticks(*parsed, "2026-03-29T05:15:06Z", 1) ==
        std::vector<std::string>{"2026-03-29T05:15:07Z"});
  CHECK(ticks(*parsed, "2026-03-29T05:15:07Z", 1) ==
        std::vector<std::string>{"2026-03-29T12:15:07Z"});
  CHECK(!parsed->is_tick(instant("2026-03-28T22:15:07Z")));
  CHECK(parsed->is_tick(instant("2026-03-29T05:15:07Z")));
}

TEST_CASE("a year of @every is no leap in the dark") {
  // Longer than any calendar waits.
  const auto slow = made("@every 100000h", "UTC");
  CHECK(ticks(slow, "2026-01-01T00:00Z", 2) ==
        std::vector<std::string>{"2037-05-29T16:00Z", "2048-10-25T08:00Z"});
  CHECK(slow.newest(anchor, instant("2048-10-25T07:59Z")) ==
        instant("2037-05-29T16:00Z"));
}
