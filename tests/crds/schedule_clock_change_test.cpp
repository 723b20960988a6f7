// What becomes of a schedule when clocks are changed. Times are UTC, behind
// them what clocks show.

#include "schedule_instants.hpp"

#include <catch2/catch.hpp>

using namespace spark;
using namespace spark::test;

namespace {

struct row {
  std::string_view zone;
  std::string_view expression;
  std::string_view after;
  std::vector<std::string> ticks;
};

void check(const std::vector<row>& rows) {
  for (const auto& row : rows) {
    INFO(row.zone << " " << row.expression << " after " << row.after);
    CHECK(ticks(made(row.expression, row.zone), row.after, row.ticks.size()) ==
          row.ticks);
  }
}

} // namespace

TEST_CASE("named hours that are skipped come when the gap ends") {
  // Berlin, 2025-03-30: at 01:00Z from 2:00 to 3:00.
  check({
      {"Europe/Berlin",
       "30 2 * * *",
       "2025-03-28T12:00Z",
       {"2025-03-29T01:30Z", "2025-03-30T01:00Z", "2025-03-31T00:30Z"}},
      // Six times of the gap are one tick.
      {"Europe/Berlin",
       "*/10 2 * * *",
       "2025-03-30T00:00Z",
       {"2025-03-30T01:00Z", "2025-03-31T00:00Z"}},
      // The end of the gap is a time of the schedule itself.
      {"Europe/Berlin",
       "0,30 2,3 * * *",
       "2025-03-30T00:00Z",
       {"2025-03-30T01:00Z", "2025-03-30T01:30Z", "2025-03-31T00:00Z"}},
      {"Europe/Berlin",
       "0 3 * * *",
       "2025-03-30T00:00Z",
       {"2025-03-30T01:00Z", "2025-03-31T01:00Z"}},
      {"Europe/Berlin",
       "59 1 * * *",
       "2025-03-30T00:00Z",
       {"2025-03-30T00:59Z", "2025-03-30T23:59Z"}},
      // Only on the day that it is for.
      {"Europe/Berlin",
       "30 2 31 * *",
       "2025-03-01T00:00Z",
       {"2025-03-31T00:30Z"}},
      // Every hour by name is not every hour of the clock.
      {"Europe/Berlin",
       "30 0-23 * * *",
       "2025-03-30T00:00Z",
       {"2025-03-30T00:30Z", "2025-03-30T01:00Z", "2025-03-30T01:30Z"}},
      {"America/New_York",
       "15 2 * * sun",
       "2025-03-03T00:00Z",
       {"2025-03-09T07:00Z", "2025-03-16T06:15Z"}},
      // Two hours: Troll, 2025-03-30, at 01:00Z from 1:00 to 3:00.
      {"Antarctica/Troll",
       "30 1,2,3 * * *",
       "2025-03-30T00:00Z",
       {"2025-03-30T01:00Z", "2025-03-30T01:30Z", "2025-03-30T23:30Z"}},
  });
}

TEST_CASE("named hours that come twice count once") {
  // Berlin, 2025-10-26: at 01:00Z from 3:00 to 2:00.
  check({
      {"Europe/Berlin",
       "30 2 * * *",
       "2025-10-25T12:00Z",
       {"2025-10-26T00:30Z", "2025-10-27T01:30Z"}},
      {"Europe/Berlin",
       "*/30 2-3 * * *",
       "2025-10-25T22:00Z",
       {"2025-10-26T00:00Z", "2025-10-26T00:30Z", "2025-10-26T02:00Z",
        "2025-10-26T02:30Z"}},
      // Asked while 2:10 is there for the second time.
      {"Europe/Berlin",
       "*/10 2 * * *",
       "2025-10-26T01:10Z",
       {"2025-10-27T01:00Z"}},
      {"Europe/Berlin",
       "* 2 * * *",
       "2025-10-26T00:58:59Z",
       {"2025-10-26T00:59Z", "2025-10-27T01:00Z"}},
      {"Europe/Berlin",
       "0 3 * * *",
       "2025-10-25T22:00Z",
       {"2025-10-26T02:00Z"}},
      {"Antarctica/Troll",
       "30 1,2 * * *",
       "2025-10-25T23:00Z",
       {"2025-10-25T23:30Z", "2025-10-26T00:30Z", "2025-10-27T01:30Z"}},
  });
}

TEST_CASE("a schedule of every hour follows the clock") {
  check({
      {"Europe/Berlin",
       "30 * * * *",
       "2025-03-30T00:00Z",
       {"2025-03-30T00:30Z", "2025-03-30T01:30Z"}},
      // 0:30, not 2:30, 4:30.
      {"Europe/Berlin",
       "30 */2 * * *",
       "2025-03-29T22:00Z",
       {"2025-03-29T23:30Z", "2025-03-30T02:30Z"}},
      {"Europe/Berlin",
       "30 ?/2 * * *",
       "2025-10-25T23:00Z",
       {"2025-10-26T00:30Z", "2025-10-26T01:30Z", "2025-10-26T03:30Z"}},
      {"Europe/Berlin",
       "@hourly",
       "2025-10-25T23:00Z",
       {"2025-10-26T00:00Z", "2025-10-26T01:00Z", "2025-10-26T02:00Z"}},
      {"Europe/Berlin",
       "59 * * * *",
       "2025-03-30T00:00Z",
       {"2025-03-30T00:59Z", "2025-03-30T01:59Z"}},
      // The day that has the second 2:30 is the day that has the first.
      {"Europe/Berlin",
       "30 * 26 10 *",
       "2025-10-26T00:00Z",
       {"2025-10-26T00:30Z", "2025-10-26T01:30Z", "2025-10-26T02:30Z"}},
  });
}

TEST_CASE("clocks that are changed by half an hour") {
  check({
      // Lord Howe, 2025-10-05: at 15:30Z of the 4th from 2:00 to 2:30.
      {"Australia/Lord_Howe",
       "15 2 * * *",
       "2025-10-04T12:00Z",
       {"2025-10-04T15:30Z", "2025-10-05T15:15Z"}},
      {"Australia/Lord_Howe",
       "45 2 * * *",
       "2025-10-04T12:00Z",
       {"2025-10-04T15:45Z", "2025-10-05T15:45Z"}},
      {"Australia/Lord_Howe",
       "*/15 * * * *",
       "2025-10-04T15:00Z",
       {"2025-10-04T15:15Z", "2025-10-04T15:30Z", "2025-10-04T15:45Z"}},
      {"Australia/Lord_Howe",
       "0 * * * *",
       "2025-10-04T14:00Z",
       {"2025-10-04T14:30Z", "2025-10-04T16:00Z"}},
      // 2025-04-06: at 15:00Z of the 5th from 2:00 to 1:30.
      {"Australia/Lord_Howe",
       "45 1 * * *",
       "2025-04-05T12:00Z",
       {"2025-04-05T14:45Z", "2025-04-06T15:15Z"}},
      {"Australia/Lord_Howe",
       "0 2 * * *",
       "2025-04-05T12:00Z",
       {"2025-04-05T15:30Z", "2025-04-06T15:30Z"}},
      {"Australia/Lord_Howe",
       "*/15 * * * *",
       "2025-04-05T14:30Z",
       {"2025-04-05T14:45Z", "2025-04-05T15:00Z", "2025-04-05T15:15Z",
        "2025-04-05T15:30Z"}},
      // Pyongyang, 2018-05-04: at 15:00Z from 23:30 to 0:00 of the 5th.
      {"Asia/Pyongyang",
       "45 23 * * *",
       "2018-05-04T00:00Z",
       {"2018-05-04T15:00Z", "2018-05-05T14:45Z"}},
  });
}

TEST_CASE("clocks that are changed at midnight") {
  check({
      // São Paulo, 2018-11-04: at 03:00Z from 0:00 to 1:00.
      {"America/Sao_Paulo",
       "@daily",
       "2018-11-03T12:00Z",
       {"2018-11-04T03:00Z", "2018-11-05T02:00Z"}},
      {"America/Sao_Paulo",
       "0 0 4 11 *",
       "2018-01-01T00:00Z",
       {"2018-11-04T03:00Z"}},
      {"America/Sao_Paulo",
       "@hourly",
       "2018-11-04T01:30Z",
       {"2018-11-04T02:00Z", "2018-11-04T03:00Z", "2018-11-04T04:00Z"}},
      // 2018-02-18: at 02:00Z from 0:00 to 23:00 of the 17th.
      {"America/Sao_Paulo",
       "30 23 * * *",
       "2018-02-17T12:00Z",
       {"2018-02-18T01:30Z", "2018-02-19T02:30Z"}},
      {"America/Sao_Paulo",
       "0 0 * * *",
       "2018-02-17T12:00Z",
       {"2018-02-18T03:00Z"}},
      {"Africa/Cairo",
       "0 0 * * *",
       "2023-04-27T12:00Z",
       {"2023-04-27T22:00Z", "2023-04-28T21:00Z"}},
      {"Africa/Cairo",
       "0 0 * * fri",
       "2023-10-26T12:00Z",
       {"2023-10-26T22:00Z"}},
      {"Asia/Beirut",
       "30 0 * * *",
       "2022-03-26T12:00Z",
       {"2022-03-26T22:00Z", "2022-03-27T21:30Z"}},
      // St John's, until 2011 at 0:01: 2010-11-07, from there to 23:01.
      {"America/St_Johns",
       "0,1 0 * * *",
       "2010-11-06T12:00Z",
       {"2010-11-07T02:30Z", "2010-11-07T03:31Z", "2010-11-08T03:30Z"}},
      {"America/St_Johns",
       "0 23 * * *",
       "2010-11-06T12:00Z",
       {"2010-11-07T01:30Z", "2010-11-08T02:30Z"}},
  });
}

TEST_CASE("a day that is skipped") {
  check({
      // Apia went at 10:00Z from the end of 29 to the beginning of 31 December.
      {"Pacific/Apia",
       "0 9 * * *",
       "2011-12-29T12:00Z",
       {"2011-12-29T19:00Z", "2011-12-30T10:00Z", "2011-12-30T19:00Z"}},
      {"Pacific/Apia",
       "@daily",
       "2011-12-29T12:00Z",
       {"2011-12-30T10:00Z", "2011-12-31T10:00Z"}},
      {"Pacific/Apia",
       "0 9 30 12 *",
       "2011-12-01T00:00Z",
       {"2011-12-30T10:00Z", "2012-12-29T19:00Z"}},
      {"Pacific/Apia",
       "0 * * * *",
       "2011-12-30T08:30Z",
       {"2011-12-30T09:00Z", "2011-12-30T10:00Z", "2011-12-30T11:00Z"}},
      {"Pacific/Apia",
       "0 * 30 12 *",
       "2011-12-01T00:00Z",
       {"2012-12-29T10:00Z"}},
  });
}

TEST_CASE("zones that keep one offset") {
  check({
      {"Asia/Kolkata",
       "0 0 * * *",
       "2026-01-01T00:00Z",
       {"2026-01-01T18:30Z", "2026-01-02T18:30Z"}},
      {"Asia/Kathmandu",
       "@hourly",
       "2026-01-01T00:00Z",
       {"2026-01-01T00:15Z", "2026-01-01T01:15Z"}},
      {"Etc/GMT+12",
       "0 0 1 * *",
       "2026-01-01T00:00Z",
       {"2026-01-01T12:00Z", "2026-02-01T12:00Z"}},
      // Monrovia until 1972: 44 minutes and 30 seconds.
      {"Africa/Monrovia",
       "@hourly",
       "1970-06-01T00:00Z",
       {"1970-06-01T00:44:30Z", "1970-06-01T01:44:30Z"}},
  });
}
