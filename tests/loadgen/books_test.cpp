#include "tools/loadgen/ledger.hpp"
#include "tools/loadgen/manifests.hpp"
#include "tools/loadgen/operator_usage.hpp"
#include "tools/loadgen/report.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <set>

using namespace spark;
using namespace spark::load;
using namespace std::chrono_literals;

namespace {

const instant zero{};

/// Takes one application through its whole life from `at` on.
void whole_life(ledger& books, const std::string& name, instant at) {
  books.sent(name, at);
  books.created(name, at + 5ms);
  CHECK(books.driver_seen(name, at + 25ms));
  books.pod_started(name, at + 30ms);
  books.status_seen(name, "u", "RUNNING", "", at + 40ms);
  books.pod_finished(name, at + 2030ms);
  books.status_seen(name, "u", "COMPLETED", "", at + 2060ms);
}

} // namespace

TEST_CASE("durations as people write them") {
  CHECK(parse_duration("2s") == 2000ms);
  CHECK(parse_duration("250ms") == 250ms);
  CHECK(parse_duration("1.5m") == 90s);
  CHECK(parse_duration("0") == 0ms);
  for (auto bad : {"", "2", "s", "-1s", "2 s", "2x", "1e9h", "nan", "nans"})
    CHECK_FALSE(parse_duration(bad));
}

TEST_CASE("a spread is made of values that were measured") {
  CHECK(spread_of({}).count == 0);
  CHECK(spread_of({7}).p99 == 7);
  std::vector<double> values;
  for (int i = 100; i >= 1; --i)
    values.push_back(i);
  auto s = spread_of(values);
  CHECK(s.p50 == 50);
  CHECK(s.p99 == 99);
  CHECK(s.max == 100);
}

TEST_CASE("a watch that is earlier than the reply is no lag") {
  CHECK(lag(zero + 2ms, zero + 1ms) == 0);
  CHECK(lag(zero, zero + 1500us) == Approx(1.5));
}

TEST_CASE("the books of a plain run") {
  ledger books;
  whole_life(books, "a", zero);
  whole_life(books, "b", zero + 1s);
  CHECK(books.all_ended());
  CHECK(books.unfinished().empty());
  auto f = books.figures();
  CHECK(f.completed == 2);
  CHECK(f.seconds == Approx(3.06));
  CHECK(f.per_minute == Approx(2 * 60 / 3.06));
  CHECK(f.start.p50 == Approx(20));
  CHECK(f.running_lag.max == Approx(10));
  CHECK(f.completed_lag.max == Approx(30));
  CHECK(f.status_lag.count == 4);
  CHECK(f.running_unseen == 0);
}

TEST_CASE("what is seen twice or is not ours counts once or not") {
  ledger books;
  whole_life(books, "a", zero);
  CHECK_FALSE(books.driver_seen("a", zero + 9s));
  CHECK_FALSE(books.driver_seen("stranger", zero));
  books.status_seen("stranger", "u", "COMPLETED", "", zero);
  books.status_seen("a", "u", "COMPLETED", "", zero + 9s);
  CHECK(books.figures().completed == 1);
  CHECK(books.figures().completed_lag.max == Approx(30));
}

TEST_CASE("merged statuses and unfinished applications are told") {
  ledger books;
  books.sent("a", zero);
  CHECK_FALSE(books.all_ended());
  CHECK(books.unfinished().at(0) == "a: New, its creation was not answered");
  books.created("a", zero);
  books.driver_seen("a", zero);
  books.status_seen("a", "u", "FAILED", "no image", zero);
  CHECK(books.all_ended());
  CHECK(books.unfinished().at(0) ==
        "a: FAILED, driver pod not yet running (no image)");
  books.status_seen("a", "u", "SUBMITTED", "", zero); // a retry
  CHECK_FALSE(books.all_ended());
  books.status_seen("a", "u", "COMPLETED", "", zero + 1s);
  CHECK(books.all_ended());
  CHECK(books.figures().running_unseen == 1);
  CHECK(books.figures().running_lag.count == 0);
}

TEST_CASE("/proc is read whatever the process is called") {
  CHECK(cpu_ticks("7 (a) b ) c) S 1 2 3 4 5 6 7 8 9 10 40 2 0 0") == 42u);
  CHECK_FALSE(cpu_ticks("7 (cat) S 1 2"));
  CHECK_FALSE(cpu_ticks(""));
  CHECK(peak_kib("Name:\tx\nVmPeak:\t 9 kB\nVmHWM:\t  1234 kB\nA: b\n") ==
        1234u);
  CHECK_FALSE(peak_kib("Name:\tx\n"));
}

TEST_CASE("requests by call, before and after") {
  auto before = count_requests(
      "# HELP spark_operator_api_requests_total x\n"
      "spark_operator_api_requests_total{verb=\"POST\",resource=\"pods\","
      "code=\"201\"} 3\n"
      "spark_operator_applications_total 5\n");
  CHECK(before.by_call.at("POST pods") == 3);
  auto after = count_requests(
      "p_spark_operator_api_requests_total{code=\"201\",resource=\"pods\","
      "verb=\"POST\"} 13\n"
      "spark_operator_api_requests_total{code=\"409\",resource=\"pods\","
      "verb=\"POST\"} 2\n"
      "spark_operator_api_requests_total{code=\"0\",resource=\"leases\","
      "verb=\"PATCH\"} 1e0");
  auto d = difference(before, after);
  CHECK(d.by_call.at("POST pods") == 12);
  CHECK(d.by_call.at("PATCH leases") == 1);
  CHECK(d.failed.at("409 POST pods") == 2);
  CHECK(d.failed.at("0 PATCH leases") == 1);
}

TEST_CASE("pod statuses name every container") {
  auto pod = json::parse(
      R"({"spec":{"containers":[{"name":"spark-kubernetes-driver"},{"name":"x"}]}})");
  auto running = pod_running(pod, from_millis(1000));
  auto& statuses = running.at("status").at("containerStatuses").as_array();
  REQUIRE(statuses.size() == 2);
  CHECK(statuses[1].at("name") == json::value("x"));
  CHECK(statuses[0].at("state").as_object().contains("running"));
  auto ended = pod_succeeded(pod, from_millis(1000), from_millis(3000));
  CHECK(ended.at("status").at("phase") == json::value("Succeeded"));
  auto& state = ended.at("status").at("containerStatuses").at(0).at("state");
  CHECK(state.at("terminated").at("exitCode") == json::value(0));
  CHECK(state.at("terminated").at("finishedAt") ==
        json::value("1970-01-01T00:00:03Z"));
}

TEST_CASE("the bare client's writes are those of one application") {
  using target = bare_write::target;
  auto writes = bare_writes("ns", "a", "run", from_millis(0));
  auto count = [&](target t) {
    return std::count_if(writes.begin(), writes.end(),
                         [t](auto& w) { return w.what == t; });
  };
  CHECK(writes.size() == 16);
  CHECK(count(target::status) == 4);
  CHECK(count(target::pod_status) == 2);
  // What the operator tells of a plain run (actors/app/announce.cpp).
  CHECK(count(target::event) == 6);
  std::set<std::string> names;
  for (auto& w : writes)
    if (w.what == target::event)
      names.emplace(w.body.at("metadata").at("name").as_string());
  CHECK(names.size() == 6);
  CHECK(names.contains("a.sparkdriverrunning"));
  CHECK(writes.front().what == target::application);
  CHECK(writes.at(5).what == target::pod);
}

TEST_CASE("ours and the bare client's are compared by application and write") {
  run_report r;
  r.run = "x";
  r.load.emplace();
  r.load->load.completed = 100;
  r.load->load.seconds = 10;
  r.load->load.per_minute = 600;
  r.bare.emplace();
  r.bare->per_minute = 1200;
  r.bare->writes_per_second = 320;
  CHECK(as_json(r).at("ratioToBare") == 0.5);
  CHECK_FALSE(as_json(r).contains("writesRatioToBare"));
  // Ours: 11 of the operator's, without reads, and 3 of the generator's.
  r.load->spent.requests.emplace().by_call = {
      {"POST events", 400}, {"PATCH pods", 700}, {"GET pods", 5000}};
  CHECK(as_json(r).at("writesRatioToBare").as_double() == Approx(140. / 320));
  auto text = as_text(r);
  CHECK(text.find("ours / bare, applications/min      0.50") != text.npos);
  CHECK(text.find("ours / bare, writes/s              0.44") != text.npos);
}
