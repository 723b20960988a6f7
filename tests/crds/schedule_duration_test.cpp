#include "crds/schedule/duration.hpp"

#include <catch2/catch.hpp>

using namespace spark;

TEST_CASE("durations as Go writes them") {
  const auto ns = [](std::string_view text) {
    const auto parsed = parse_duration(text);
    return parsed ? parsed->count() : -1;
  };
  CHECK(ns("1ns") == 1);
  CHECK(ns("1us") == 1'000);
  CHECK(ns("1\xC2\xB5s") == 1'000);
  CHECK(ns("1\xCE\xBCs") == 1'000);
  CHECK(ns("1ms") == 1'000'000);
  CHECK(ns("1s") == 1'000'000'000);
  CHECK(ns("1m") == 60'000'000'000);
  CHECK(ns("1h") == 3'600'000'000'000);
  CHECK(ns("+1h30m10.5s") == 5'410'500'000'000);
  CHECK(ns("1m1m") == 120'000'000'000); // any order, any number of them
  CHECK(ns(".5h") == 1'800'000'000'000);
  CHECK(ns("5.h") == 18'000'000'000'000);
  CHECK(ns("0.3m") == 18'000'000'000);
  CHECK(ns("0.000000000000000000001h1ns") == 1);
  CHECK(ns("0.33333333333333333333h") == 1'200'000'000'000);
  CHECK(ns("0.99999999999999999999s") == 1'000'000'000);
  CHECK(ns("0.9223372036854775808s") == 922'337'203);
  CHECK(ns("9223372036854775807ns") == 9'223'372'036'854'775'807);
  for (const auto* wrong :
       {"", "0", "+0", "0h", "0.0000000001ns", "-1h", "1", "h", ".h", "1..5h",
        "1h-5m", "1H", "1 h", "9223372036854775808ns", "2562048h",
        "9223372036854775807ns1ns", "99999999999999999999h", "+", "++1h"})
    CHECK(ns(wrong) == -1);
}
