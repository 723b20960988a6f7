#include "tests/replay/recorded_run.hpp"

#include <catch2/catch.hpp>

using namespace spark;
using namespace spark::testing;
using Catch::Matchers::Contains;

namespace {

constexpr auto first_uid = "0b7e6a1c-0000-4000-8000-000000000001";
constexpr auto second_uid = "0b7e6a1c-0000-4000-8000-000000000002";
constexpr auto other_uid = "91c4d2aa-0000-4000-8000-000000000003";

/// Two objects named default/pi, one after the other, and default/etl.
std::string three_applications(const temp_dir& dir) {
  auto path = dir / "journal.db";
  auto j = must(open_journal(path));
  recorded_run old{*j, first_uid};
  old.plain();
  recorded_run pi{*j, second_uid, "pi", old.now()};
  pi.start();
  recorded_run etl{*j, other_uid, "etl"};
  etl.adopt();
  return path;
}

} // namespace

TEST_CASE("without more, every application is listed") {
  temp_dir dir;
  auto path = three_applications(dir);
  auto r = run_replay({path});
  CHECK(r.code == 0);
  CHECK(r.err.empty());
  CHECK_THAT(r.out, Contains("default/pi     0b7e6a1c completed"));
  CHECK_THAT(r.out, Contains("default/pi     0b7e6a1c running"));
  CHECK_THAT(r.out, Contains("default/etl    91c4d2aa claiming"));
  CHECK_THAT(r.out, Contains("2026-01-01T00:00:01.000Z"));
  CHECK_THAT(r.out, !Contains("trimmed"));

  auto doc = json_of(run_replay({path, "--json"}));
  auto& apps = doc.at("applications").as_array();
  REQUIRE(apps.size() == 3);
  CHECK(apps[0].at("uid") == first_uid);
  CHECK(apps[0].at("rows") == 8);
  CHECK(apps[0].at("phase") == "completed");
}

TEST_CASE("a history tells why, what and through which phases") {
  temp_dir dir;
  auto path = three_applications(dir);
  auto r = run_replay({path, "--uid", first_uid});
  CHECK(r.code == 0);
  CHECK_THAT(r.out, Contains("fresh → claiming"));
  CHECK_THAT(r.out, Contains("first look in term 1: generation 1, no claim; "
                             "no driver pod"));
  CHECK_THAT(r.out, Contains("claim 1 was accepted"));
  CHECK_THAT(r.out, Contains("the ConfigMap is there"));
  CHECK_THAT(r.out, Contains("driver pod pi-driver: Running"));
  CHECK_THAT(r.out, Contains("1 RUNNING (pi-exec-1)"));
  CHECK_THAT(r.out, Contains("running → succeeding → completed"));
  CHECK_THAT(r.out, Contains("wants  claim_attempt"));
  CHECK_THAT(r.out, !Contains("{\""));
  CHECK_THAT(r.out, !Contains("\033"));
  CHECK_THAT(run_replay({path, "--uid", first_uid, "--color", "always"}).out,
             Contains("\033[32mcompleted\033[0m"));
}

TEST_CASE("a name means its newest object, or all of them") {
  temp_dir dir;
  auto path = three_applications(dir);
  auto newest = run_replay({path, "--app", "default/pi"});
  CHECK_THAT(newest.out, Contains(second_uid) && !Contains(first_uid));
  auto all = run_replay({path, "--app", "default/pi", "--all"});
  CHECK_THAT(all.out, Contains(second_uid) && Contains(first_uid));
  auto then = run_replay({path, "--app", "default/pi", "--until", "8"});
  CHECK_THAT(then.out, Contains(first_uid) && !Contains(second_uid));

  auto doc =
      json_of(run_replay({path, "--app", "default/pi", "--all", "--json"}));
  auto& apps = doc.at("applications").as_array();
  REQUIRE(apps.size() == 2);
  auto& rows = apps[0].at("history").as_array();
  REQUIRE(rows.size() == 8);
  CHECK(rows[7].at("phases") ==
        boost::json::array{"running", "succeeding", "completed"});
  CHECK(rows[7].at("stimulus").at("kind") == "driver_observed");
  CHECK(rows[5].at("why") == "driver pod pi-driver: Running");
}

TEST_CASE("the state after a row, what it shows and wants") {
  temp_dir dir;
  auto path = three_applications(dir);
  auto r = run_replay({path, "--uid", first_uid, "--until", "6"});
  INFO(r.out << r.err);
  CHECK(r.code == 0);
  CHECK_THAT(r.out, Contains("after row 6 at 2026-01-01T00:00:06.000Z"));
  CHECK_THAT(r.out, Contains("running: driver runs"));
  CHECK_THAT(r.out, Contains("applicationState.state: RUNNING"));
  CHECK_THAT(r.out, Contains("Running=True (DriverRunning)"));
  CHECK_THAT(r.out, Contains("plan wants patch_status"));
  CHECK_THAT(r.out, !Contains("recorded another state"));

  auto doc =
      json_of(run_replay({path, "--uid", first_uid, "--until", "1", "--json"}));
  CHECK(doc.at("state").at("at") == "claiming");
  CHECK(doc.at("asRecorded") == true);
  CHECK(doc.at("wants").at(0).at("kind") == "claim_attempt");
  CHECK(doc.at("status").is_object());
}

TEST_CASE("usage and files that cannot be read are told apart") {
  temp_dir dir;
  auto path = three_applications(dir);
  for (auto& arguments : std::vector<std::vector<std::string>>{
           {},
           {path, "--until", "3"},
           {path, "--app", "pi"},
           {path, "--app", "default/pi", "--uid", "x"},
           {path, "--all"},
           {path, "--app", "default/absent"},
           {path, "--uid", "0b7e6a1c"}, // begins two
           {path, "--app", "default/etl", "--until", "1"},
           {dir / "absent.db"},
           {path, "--color", "sometimes"}}) {
    auto r = run_replay(arguments);
    INFO((arguments.empty() ? "" : arguments.back()));
    CHECK(r.code == 2);
    CHECK_FALSE(r.err.empty());
    CHECK(r.out.empty());
  }
  CHECK(run_replay({"--help"}).code == 0);
  std::ofstream{dir / "text.db"} << "not a journal, but long enough to look at";
  CHECK(run_replay({dir / "text.db"}).code == 2);
}

TEST_CASE("a running operator's file is refused with a way out") {
  temp_dir dir;
  auto path = dir / "journal.db";
  auto held = must(open_journal(path));
  recorded_run{*held, first_uid}.adopt();
  auto r = run_replay({path});
  CHECK(r.code == 2);
  CHECK_THAT(r.err, Contains("held by pid"));
  CHECK_THAT(r.err, Contains("curl http://127.0.0.1:PORT/journal"));
}

TEST_CASE("what a pod says cannot command the terminal") {
  temp_dir dir;
  auto path = dir / "journal.db";
  auto j = must(open_journal(path));
  recorded_run pi{*j, first_uid};
  pi.start();
  auto d = pi.driver("Failed");
  d.message = "a\033[2Jb\nc\u009b1md\u202ee – ö";
  pi.take(driver_observed{d});
  j.reset();
  auto r = run_replay({path, "--app", "default/pi"});
  CHECK_THAT(r.out, Contains(R"(a\x1b[2Jb\nc\u{9b}1md\u{202e}e – ö)"));
  auto text = run_replay({path, "--app", "default/pi", "--json"});
  CHECK_THAT(text.out, !Contains("\u009b") && !Contains("\u202e"));
  auto doc = json_of(text);
  auto& rows = doc.at("applications").at(0).at("history").as_array();
  auto& driver = rows[6].at("stimulus").at("driver").as_object();
  CHECK(driver.at("message").as_string() == d.message);
}

TEST_CASE("explain says where it is, why, and what comes next") {
  temp_dir dir;
  auto path = three_applications(dir);
  auto r = run_replay({"explain", path, "default/pi"});
  CHECK(r.code == 0);
  CHECK_THAT(r.out, Contains("running (Running), row "));
  CHECK_THAT(r.out, Contains("why      driver pod pi-driver runs"));
  CHECK_THAT(r.out, Contains("next     its end decides"));
  CHECK_THAT(r.out, Contains("because  restartPolicy Never: it runs once"));
  CHECK_THAT(r.out, Contains("so: the driver changed: "));

  auto doc = json_of(run_replay({"explain", path, "default/pi", "--json"}));
  CHECK(doc.at("phase") == "running");
  CHECK(doc.at("headline") == "driver pod pi-driver runs");
  CHECK(doc.at("lately").as_array().size() <= 8);

  auto first = doc.at("application").at("firstSeq").as_int64();
  auto then = json_of(run_replay({"explain", path, "default/pi", "--json",
                                  "--until", std::to_string(first)}));
  CHECK(then.at("phase") == "claiming");
}

TEST_CASE("explain says what is wrong with what it is asked") {
  temp_dir dir;
  auto path = three_applications(dir);
  auto nobody = run_replay({"explain", path, "default/nobody"});
  CHECK(nobody.code == 2);
  CHECK_THAT(nobody.err, Contains("no application of this name"));
  auto half = run_replay({"explain", path, "pi"});
  CHECK(half.code == 2);
  CHECK_THAT(half.err, Contains("NAMESPACE/NAME"));
  CHECK(run_replay({"explain", path}).code == 2);
  CHECK_THAT(run_replay({"explain", "--help"}).out, Contains("NS/NAME"));
}
