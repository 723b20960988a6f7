#include "crds/schedule/time_zone.hpp"
#include "schedule_instants.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <optional>

using namespace spark;
using namespace spark::test;
using namespace std::chrono_literals;

namespace {

/// TZ for as long as this lives.
class environment {
public:
  explicit environment(const char* value) {
    if (const char* before = std::getenv("TZ"))
      before_ = before;
    value ? ::setenv("TZ", value, 1) : ::unsetenv("TZ");
  }
  ~environment() {
    before_ ? ::setenv("TZ", before_->c_str(), 1) : ::unsetenv("TZ");
  }
  environment(const environment&) = delete;
  environment& operator=(const environment&) = delete;

private:
  std::optional<std::string> before_;
};

std::string zone_with(const char* value) {
  const environment tz{value};
  return local_zone_name();
}

} // namespace

TEST_CASE("the periods of a zone are without holes") {
  const auto berlin = time_zone::find("Europe/Berlin");
  REQUIRE(berlin);
  const auto winter = berlin->around(instant("2026-01-01T00:00Z"));
  CHECK(winter.offset == 1h);
  CHECK(shown(winter.begin) == "2025-10-26T01:00Z");
  CHECK(shown(winter.end) == "2026-03-29T01:00Z");
  const auto summer = berlin->around(winter.end);
  CHECK(summer.begin == winter.end);
  CHECK(summer.offset == 2h);
}

TEST_CASE("the first instant that shows a time or a later one") {
  using std::chrono::local_seconds;
  const auto berlin = time_zone::find("Europe/Berlin");
  REQUIRE(berlin);
  const auto first = [&](std::string_view local) {
    return shown(
        berlin->first(local_seconds{instant(local).time_since_epoch()}));
  };
  CHECK(first("2026-01-01T12:00Z") == "2026-01-01T11:00Z");
  CHECK(first("2026-03-29T01:59Z") == "2026-03-29T00:59Z");
  CHECK(first("2026-03-29T02:00Z") == "2026-03-29T01:00Z");
  CHECK(first("2026-03-29T02:59Z") == "2026-03-29T01:00Z");
  CHECK(first("2026-03-29T03:00Z") == "2026-03-29T01:00Z");
  CHECK(first("2026-10-25T02:00Z") == "2026-10-25T00:00Z");
  CHECK(first("2026-10-25T02:59Z") == "2026-10-25T00:59Z");
  CHECK(first("2026-10-25T03:00Z") == "2026-10-25T02:00Z");
}

TEST_CASE("UTC is the same with and without a database") {
  const auto named = time_zone::find("Etc/UTC");
  REQUIRE(named);
  const auto at = instant("2026-06-01T00:00Z");
  CHECK(time_zone{}.around(at).offset == named->around(at).offset);
  CHECK(time_zone{}.around(at).end > instant("2999-12-31T00:00Z"));
  const std::chrono::local_seconds local{at.time_since_epoch()};
  CHECK(time_zone{}.first(local) == at);
  CHECK(named->first(local) == at);
}

TEST_CASE("the zone of this machine") {
  CHECK(zone_with("Asia/Tokyo") == "Asia/Tokyo");
  CHECK(zone_with(":Asia/Tokyo") == "Asia/Tokyo");
  CHECK(zone_with("/usr/share/zoneinfo/Asia/Tokyo") == "Asia/Tokyo");
  CHECK(zone_with("") == "UTC");
  const auto own = zone_with(nullptr);
  CHECK(time_zone::find(own));
  // A rule in place of a name: it has none that a schedule could be read in.
  CHECK(zone_with("CET-1CEST,M3.5.0,M10.5.0/3") == own);
  CHECK(zone_with("Mars/Olympus") == own);
}
