// What an expression may be, and what is said of one that is wrong.

#include "schedule_instants.hpp"

#include <catch2/catch.hpp>

using namespace spark;
using namespace spark::test;

namespace {

struct refusal {
  std::string_view expression;
  std::string_view message;
};

schedule_error error_of(std::string_view expression, std::string_view zone) {
  const auto parsed = schedule::parse(expression, zone, "UTC", anchor);
  return parsed ? schedule_error{"", "accepted"} : parsed.error();
}

const std::string five = ": write minute, hour, day of month, month and day "
                         "of week, such as 0 2 * * *";

} // namespace

TEST_CASE("an expression that is wrong: what, where, and what would be right") {
  const std::vector<refusal> rows = {
      {"* 25 * * *", "hour: 25 is above 23 (at character 3)"},
      {"60 * * * *", "minute: 60 is above 59 (at character 1)"},
      {"1,2,60 * * * *", "minute: 60 is above 59 (at character 5)"},
      {"  99999999999999999999 * * * *",
       "minute: 99999999999999999999 is above 59 (at character 3)"},
      {"* * 0 * *", "day-of-month: 0 is below 1 (at character 5)"},
      {"* * 32 * *", "day-of-month: 32 is above 31 (at character 5)"},
      {"* * * 0 *", "month: 0 is below 1 (at character 7)"},
      {"* * * 13 *", "month: 13 is above 12 (at character 7)"},
      {"* * * * 8", "day-of-week: 8 is above 7 (at character 9)"},
      {"x * * * *", "minute: \"x\" is not a number from 0 to 59 (at character "
                    "1)"},
      {"+5 * * * *", "minute: \"+5\" is not a number from 0 to 59 (at "
                     "character 1)"},
      {"1.5 * * * *", "minute: \"1.5\" is not a number from 0 to 59 (at "
                      "character 1)"},
      {"-5 * * * *",
       "minute: a number from 0 to 59 is missing (at character 1)"},
      {"5- * * * *",
       "minute: a number from 0 to 59 is missing (at character 3)"},
      {"0 0 L * *", "day-of-month: \"L\" is not a number from 1 to 31 (at "
                    "character 5)"},
      {"0 0 * january *",
       "month: \"january\" is neither a number from 1 to 12 nor a name such as "
       "feb (at character 7)"},
      {"0 0 * * mon-son",
       "day-of-week: \"son\" is neither a number from 0 to 7 nor a name such "
       "as mon (at character 13)"},
      {"0 0 * * 5#3", "day-of-week: \"5#3\" is neither a number from 0 to 7 "
                      "nor a name such as mon (at character 9)"},
      {"1-2-3 * * * *", "minute: a range has one \"-\" (at character 4)"},
      {"*-5 * * * *", "minute: a range begins with a number, not with \"*\" "
                      "(at character 1)"},
      {"1/2/3 * * * *", "minute: a step has one \"/\" (at character 4)"},
      {"*/0 * * * *", "minute: the step after \"/\" must be a whole number "
                      "above 0; is \"0\" (at character 3)"},
      {"*/ * * * *", "minute: the step after \"/\" must be a whole number "
                     "above 0; is \"\" (at character 3)"},
      {"*/x * * * *", "minute: the step after \"/\" must be a whole number "
                      "above 0; is \"x\" (at character 3)"},
      {"** * * * *",
       "minute: \"**\" is not a number from 0 to 59 (at character 1)"},
      {"0 22-3 * * *", "hour: \"22-3\" runs backwards; write 22-23,0-3 (at "
                       "character 3)"},
      {"0 0 * * fri-sun", "day-of-week: \"fri-sun\" runs backwards; write "
                          "5-6,0-0 (at character 9)"},
      {"0 , * * *", "hour: has nothing but commas (at character 3)"},
      {"0 0 30 feb *", "day-of-month: no month that the expression names has a "
                       "day 30, so it would never be due (at character 5)"},
      {"0 0 31 2,4,6,9,11 ?",
       "day-of-month: no month that the expression names has a day 31, so it "
       "would never be due (at character 5)"},
      {"@dayly", "\"@dayly\" is none of @yearly, @annually, @monthly, "
                 "@weekly, @daily, @midnight, @hourly, or @every with a "
                 "duration such as @every 1h30m (at character 1)"},
      {"@every", "@every: a duration such as 1h30m is missing (at character "
                 "7)"},
      {"@every 0s", "@every: the duration must be above zero (at character 8)"},
      {"@every -1h",
       "@every: the duration must be above zero (at character 8)"},
      {"@every 1h1d", "@every: \"d\" is not one of the units ns, us, ms, s, m, "
                      "h (a day is 24h) (at character 11)"},
      {"@every 90", "@every: a unit is missing: one of ns, us, ms, s, m, h (at "
                    "character 10)"},
      {"@every h", "@every: a number is missing before \"h\" (at character 8)"},
      {"@every 1h 30m", "@every: \"h \" is not one of the units ns, us, ms, s, "
                        "m, h (a day is 24h) (at character 9)"},
      {"@every 9999999h",
       "@every: the duration must be below 292 years (at character 8)"},
      {"TZ=Europe/Berln 0 0 * * *",
       "there is no time zone \"Europe/Berln\"; write a name such as "
       "Europe/Berlin or UTC (at character 4)"},
      {"TZ= 0 0 * * *", "there is no time zone \"\"; write a name such as "
                        "Europe/Berlin or UTC (at character 4)"},
      {"TZ=UTC 0 24 * * *", "hour: 24 is above 23 (at character 10)"},
      // Characters, not bytes.
      {"\xC3\xBC 0 0 * *", "minute: \"\xC3\xBC\" is not a number from 0 to 59 "
                           "(at character 1)"},
      {"TZ=UTC @\xC3\xBC\xC3\xBC 1",
       "\"@\xC3\xBC\xC3\xBC 1\" is none of @yearly, @annually, @monthly, "
       "@weekly, @daily, @midnight, @hourly, or @every with a duration such as "
       "@every 1h30m (at character 8)"},
      {"@every \xC2\xB5s 1",
       "@every: a number is missing before \"\xC2\xB5s 1\" (at character 8)"},
      {"@every 1\xC2\xB5s2 1", "@every: \" \" is not one of the units ns, us, "
                               "ms, s, m, h (a day is 24h) "
                               "(at character 12)"},
  };
  for (const auto& row : rows) {
    INFO(row.expression);
    const auto error = error_of(row.expression, "");
    CHECK(error.path == "spec.schedule");
    CHECK(error.message == row.message);
  }
}

TEST_CASE("an expression has five fields") {
  CHECK(error_of("", "").message == "is empty" + five + " (at character 1)");
  CHECK(error_of(" \t", "").message == "is empty" + five + " (at character 3)");
  CHECK(error_of("TZ=UTC", "").message ==
        "is empty" + five + " (at character 7)");
  CHECK(error_of("5", "").message ==
        "has 1 field instead of 5" + five + " (at character 1)");
  CHECK(error_of("0 0 * *", "").message ==
        "has 4 fields instead of 5" + five + " (at character 1)");
  CHECK(error_of("0 0 0 * * *", "").message ==
        "has 6 fields instead of 5" + five +
            ", without seconds or a year (at character 11)");
}

TEST_CASE("an expression has an end, and its message is one line") {
  const std::string zeros(247, '0');
  CHECK(error_of(zeros + "5 * * * *", "").message == "accepted");
  CHECK(error_of(zeros + "05 * * * *", "").message ==
        "must be at most 256 characters long; has 257");
  const auto error = error_of("@a\nb\x7F", "");
  CHECK(error.message.starts_with("\"@a?b?\" is none of"));
  CHECK(error_of("", "a\nb")
            .message.starts_with("there is no time zone \"a?b\""));
}

TEST_CASE("a time zone that is not there") {
  const auto error = error_of("0 0 * * *", "Mars/Olympus");
  CHECK(error.path == "spec.timeZone");
  CHECK(error.message == "there is no time zone \"Mars/Olympus\"; write a name "
                         "such as Europe/Berlin or UTC");
  // Also where the expression has another.
  CHECK(error_of("TZ=UTC 0 0 * * *", "Mars/Olympus").path == "spec.timeZone");
  // Names, not paths of files.
  for (const auto* name : {"../zoneinfo/UTC", "/etc/localtime", "zone.tab",
                           "posixrules", "europe/berlin", "Europe", "UTC "})
    CHECK(error_of("0 0 * * *", name).path == "spec.timeZone");
  const auto local = schedule::parse("0 0 * * *", "", "Mars", anchor);
  REQUIRE(!local);
  CHECK(local.error().path == "spec.timeZone");
  CHECK(local.error().message.starts_with(
      "the operator's own time zone cannot be used: there is no time zone"));
}

TEST_CASE("whose zone it is") {
  const auto first = [](std::string_view expression, std::string_view zone) {
    const auto parsed = schedule::parse(expression, zone, "Asia/Tokyo", anchor);
    return parsed ? shown(*parsed->next(instant("2026-06-01T00:00Z"))) : "";
  };
  CHECK(first("0 12 * * *", "") == "2026-06-01T03:00Z");
  CHECK(first("0 12 * * *", "Local") == "2026-06-01T03:00Z");
  CHECK(first("0 12 * * *", "UTC") == "2026-06-01T12:00Z");
  CHECK(first("0 12 * * *", "Europe/Berlin") == "2026-06-01T10:00Z");
  CHECK(first("TZ=Asia/Kolkata 0 12 * * *", "UTC") == "2026-06-01T06:30Z");
  CHECK(first("CRON_TZ=Asia/Kolkata 0 12 * * *", "") == "2026-06-01T06:30Z");
  CHECK(first("TZ=Local 0 12 * * *", "UTC") == "2026-06-01T03:00Z");
  CHECK(first("TZ=UTC @daily", "Europe/Berlin") == "2026-06-02T00:00Z");
}
