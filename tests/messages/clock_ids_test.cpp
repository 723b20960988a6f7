#include "messages/clock.hpp"
#include "messages/error.hpp"
#include "messages/ids.hpp"

#include <catch2/catch.hpp>

#include <set>

using namespace spark;

TEST_CASE("times as Kubernetes writes them", "[clock]") {
  CHECK(to_rfc3339(no_time) == "1970-01-01T00:00:00Z");
  CHECK(to_rfc3339(from_millis(1763887465999)) == "2025-11-23T08:44:25Z");
  CHECK(from_rfc3339("2025-11-23T08:44:25Z") == from_millis(1763887465000));
  CHECK(from_rfc3339("2025-11-23T08:44:25.123456Z") ==
        from_millis(1763887465123));
  CHECK(from_rfc3339("2025-11-23T08:44:25.5Z") == from_millis(1763887465500));
  CHECK(from_rfc3339("2025-11-23T09:44:25+01:00") ==
        from_millis(1763887465000));
  CHECK(from_rfc3339("2025-11-23T06:14:25-02:30") ==
        from_millis(1763887465000));
  CHECK(from_rfc3339("2024-02-29T00:00:00Z") != no_time);
  auto t = from_millis(253402300799000);
  CHECK(from_rfc3339(to_rfc3339(t)) == t);
}

TEST_CASE("what is no time is no_time", "[clock]") {
  for (auto* text :
       {"", "x", "2025-11-23", "2025-11-23T08:44:25", "2025-13-23T08:44:25Z",
        "2025-02-30T08:44:25Z", "2025-11-23T08:44:25Zx", "2025-11-23 08:44:25Z",
        "2025-11-23T08:44:25+0100", "2025-11-23T08:44:25+01:0",
        "-025-11-23T08:44:25Z", "2025-11-23T24:00:00Z", "2025-11-23T08:60:00Z",
        "2025-11-23T08:44:61Z"}) {
    INFO(text);
    CHECK(from_rfc3339(text) == no_time);
  }
}

TEST_CASE("submission ids never change", "[ids]") {
  auto uid = "0b7e6a1c-5d0f-4a53-9b7e-000000000001";
  // Written down once: another value would orphan every running driver.
  CHECK(submission_id(uid, 1) == "e41c4344-af30-5e6a-912a-bcdc626a1dda");
  CHECK(submission_id(uid, 2) == "8de5651c-0de1-55be-939e-d26b201b2da4");
  CHECK(submission_id(uid, 1)[14] == '5'); // UUID version
  CHECK(spark_application_id("1234-56") == "spark-123456");
  CHECK(name_suffix(submission_id(uid, 1)).size() == 16);
  std::set<std::string> all;
  for (int n = 1; n <= 1000; ++n)
    all.insert(name_suffix(submission_id(uid, n)));
  CHECK(all.size() == 1000);
}

TEST_CASE("a submission id tells whose it is", "[ids]") {
  auto uid = "0b7e6a1c-5d0f-4a53-9b7e-000000000001";
  CHECK(attempt_number(uid, submission_id(uid, 1)) == 1);
  CHECK(attempt_number(uid, submission_id(uid, 4000)) == 4000);
  CHECK(attempt_number(uid, submission_id("another", 1)) == 0);
  CHECK(has_our_form(submission_id("another", 1)));
  // A Go operator's.
  CHECK_FALSE(has_our_form("5c2b4f3e-8a61-4d52-9d53-0f1e2d3c4b5a"));
  CHECK_FALSE(has_our_form(""));
  CHECK_FALSE(has_our_form("go-1"));
}

TEST_CASE("jitter depends on its arguments alone", "[ids]") {
  CHECK(jitter("uid-1", 1, 30000) == jitter("uid-1", 1, 30000));
  CHECK(jitter("uid-1", 1, 0) == 0);
  std::set<std::uint64_t> all;
  for (int n = 0; n < 100; ++n) {
    auto j = jitter("uid-1", n, 1000);
    CHECK(j < 1000);
    all.insert(j);
  }
  CHECK(all.size() > 80);
}

TEST_CASE("every error code has a name and a class", "[error]") {
  for (int i = 0; i <= static_cast<int>(errc::internal); ++i)
    CHECK(to_string(static_cast<errc>(i)) != "unknown");
  CHECK(retry_class_of(errc::throttled) == retry_class::later);
  CHECK(retry_class_of(errc::no_reply) == retry_class::look_first);
  CHECK(retry_class_of(errc::invalid) == retry_class::never);
  CHECK(to_string(error{errc::io, "full", "disk", 0}) == "disk: full");
  CHECK(to_string(error{errc::io, "full", "", 0}) == "full");
}
