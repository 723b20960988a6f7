#include "actors/metrics.hpp"

#include <catch2/catch.hpp>

#include <cmath>
#include <thread>

using namespace spark;
using Catch::Matchers::Contains;

namespace {

metrics_settings settings() { return {.version = "1.2.3"}; }

} // namespace

TEST_CASE("a fresh page has every family, and counters at 0") {
  metrics m{settings()};
  m.watch_heard("pods");
  m.api_request("GET", "pods", 200);
  auto page = m.text();
  for (const auto& row : metric_rows()) {
    std::string name{row.name};
    CAPTURE(name);
    CHECK_FALSE(row.help.empty());
    CHECK_THAT(page, Contains("# HELP " + name + " " + std::string{row.help}));
    CHECK_THAT(page, Contains("# TYPE " + name + " " + std::string{row.type}));
    if (row.labels.empty() && row.type != "histogram")
      CHECK_THAT(page, Contains("\n" + name + " 0\n"));
    CHECK_THAT(metrics_markdown(), Contains("`" + name + "`"));
  }
  CHECK_THAT(page, Contains("spark_operator_build_info{version=\"1.2.3\"} 1"));
}

TEST_CASE("counters, gauges and histograms move") {
  metrics m{settings()};
  m.add(counter::submissions);
  m.add(counter::submissions, 2);
  m.add(counter::submissions, -5);
  m.add(counter::submissions, std::nan(""));
  m.set(gauge::running, 7);
  m.add(gauge::running, -3);
  m.observe(histogram::start_latency, 1.5);
  m.observe(histogram::start_latency, -1);
  m.observe(histogram::start_latency, std::nan(""));
  auto page = m.text();
  CHECK_THAT(page, Contains("\nspark_application_submit_count 3\n"));
  CHECK_THAT(page, Contains("\nspark_application_running_count 4\n"));
  for (std::string name : {"spark_application_start_latency_seconds",
                           "spark_application_start_latency_seconds_"
                           "histogram"}) {
    CHECK_THAT(page, Contains("\n" + name + "_count 2\n"));
    CHECK_THAT(page, Contains("\n" + name + "_sum 1.5\n"));
    CHECK_THAT(page, Contains("\n" + name + "_bucket{le=\"1\"} 1\n"));
    CHECK_THAT(page, Contains("\n" + name + "_bucket{le=\"2\"} 2\n"));
  }
}

TEST_CASE("labels") {
  metrics m{settings()};
  m.api_request("POST", "pods", 201);
  m.api_request("POST", "pods", 201);
  m.api_request("PATCH", "sparkapplications/status", 0);
  auto page = m.text();
  auto line_of = [&](std::string_view part) {
    auto at = page.find(part);
    REQUIRE(at != page.npos);
    auto start = page.rfind('\n', at) + 1;
    return page.substr(start, page.find('\n', at) - start);
  };
  CHECK_THAT(line_of("resource=\"pods\""), Contains("verb=\"POST\"") &&
                                               Contains("code=\"201\"") &&
                                               Catch::Matchers::EndsWith(" 2"));
  CHECK_THAT(line_of("resource=\"sparkapplications/status\""),
             Contains("code=\"0\""));
}

TEST_CASE("the age of a watch grows until it is heard, and goes with it") {
  std::chrono::steady_clock::time_point now{};
  auto with_clock = settings();
  with_clock.now = [&now] { return now; };
  metrics m{with_clock};
  m.watch_ended("pods"); // never heard: nothing to end
  m.watch_heard("pods");
  auto age = [&] {
    auto page = m.text();
    std::string_view name =
        "spark_operator_watch_last_event_age_seconds{resource=\"pods\"} ";
    auto at = page.find(name);
    return at == page.npos ? -1 : std::stod(page.substr(at + name.size()));
  };
  CHECK(age() == 0);
  now += std::chrono::seconds{30};
  CHECK(age() == 30);
  m.watch_heard("pods");
  now += std::chrono::seconds{2};
  CHECK(age() == 2);
  m.watch_ended("pods");
  CHECK(age() == -1);
}

TEST_CASE("prefix and buckets") {
  CHECK(valid_metric_prefix(""));
  CHECK(valid_metric_prefix("my-team_"));
  CHECK_FALSE(valid_metric_prefix("1x"));
  CHECK_FALSE(valid_metric_prefix("a b"));
  CHECK_FALSE(valid_metric_prefix("__x"));
  auto s = settings();
  s.prefix = "my-";
  s.start_buckets = {42};
  metrics m{s};
  auto page = m.text();
  CHECK_THAT(page, Contains("\nmy_spark_application_count 0\n"));
  CHECK_THAT(page, Contains("my_spark_application_start_latency_seconds_bucket"
                            "{le=\"42\"} 0"));
}

TEST_CASE("many threads count without losing anything") {
  metrics m{settings()};
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t)
      threads.emplace_back([&m, t] {
        for (int n = 0; n < 500; ++n) {
          m.add(counter::journal_rows);
          m.api_request("GET", "pods", 200 + n % 3);
          m.observe(histogram::journal_commit, 0.001);
          m.watch_heard(t % 2 ? "pods" : "apps");
          if (n % 50 == 0) {
            m.watch_ended("pods");
            (void)m.text(); // Catch2 v2 asserts on one thread only
          }
        }
      });
  }
  CHECK_THAT(m.text(), Contains("\nspark_operator_journal_rows_total 2000\n"));
}
