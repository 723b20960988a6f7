#include "messages/codec.hpp"
#include "tools/replay/narrate.hpp"
#include "tools/replay/printable.hpp"

#include <boost/mp11.hpp>
#include <catch2/catch.hpp>

#include <set>

using namespace spark;
using namespace spark::replay;

namespace {

/// Of a value of every alternative, with members at their defaults.
template<class Variant>
std::vector<std::string> all_sentences() {
  using namespace boost::mp11;
  std::vector<std::string> out;
  mp_for_each<mp_transform<mp_identity, mp_rename<Variant, mp_list>>>(
      [&](auto which) {
        using alternative = typename decltype(which)::type;
        out.push_back(sentence_of(Variant{alternative{}}));
      });
  return out;
}

void check_sentences(const std::vector<std::string>& all) {
  for (auto& s : all) {
    INFO(s);
    CHECK(s.size() > 10);
    CHECK(s.find('{') == std::string::npos);
  }
  CHECK(std::set<std::string>{all.begin(), all.end()}.size() == all.size());
}

} // namespace

TEST_CASE("every fact and event has a sentence of its own") {
  check_sentences(all_sentences<app_stimulus>());
  check_sentences(all_sentences<app_event>());
  check_sentences(all_sentences<schedule_stimulus>());
  check_sentences(all_sentences<schedule_event>());
}

TEST_CASE("sentences carry what matters") {
  driver_fact d;
  d.name = "pi-driver";
  d.phase = "Failed";
  d.has_exit = true;
  d.exit_code = 137;
  d.reason = "OOMKilled";
  CHECK(sentence_of(app_stimulus{driver_observed{d}}) ==
        "driver pod pi-driver: Failed, exit code 137, reason OOMKilled");
  CHECK(sentence_of(app_stimulus{driver_looked_up{}}) ==
        "live GET: no such pod");
  CHECK(sentence_of(app_stimulus{claim_settled{2, ending::conflict}}) ==
        "writing claim 2: the object has changed meanwhile");
  child_settled no{1, child::service, ending::refused};
  no.message = "bad name";
  CHECK(sentence_of(app_stimulus{no}) ==
        "creating the Service (attempt 1): refused for good: bad name");
  CHECK(sentence_of(app_event{driver_failed{"gone", true}}) ==
        "the driver failed (infrastructure): gone");
}

TEST_CASE("sentences about schedules carry what matters") {
  auto tick = from_rfc3339("2026-01-01T12:10:00Z");
  run_fact run{"s-1", "0b7e6a1c-0000", "RUNNING", tick, tick};
  schedule_observed seen{2, false, tick};
  seen.rules.suspend = true;
  seen.rules.refusal = "no such zone";
  seen.record.last_run_name = "s-1";
  seen.record.last_run = tick;
  seen.record.pending_name = "s-2";
  seen.record.skip_reason = "Missed";
  CHECK(sentence_of(schedule_stimulus{schedule_adopted{seen, 3}}) ==
        "first look in term 3: generation 2 of 2026-01-01T12:10:00Z, "
        "suspended, cannot be scheduled: no such zone; on record: last run s-1 "
        "of 2026-01-01T12:10:00Z, pending run s-2 of none, skipped for Missed");
  CHECK(sentence_of(schedule_stimulus{runs_observed{{run, {"s-0"}}}}) ==
        "its runs were seen: 1 RUNNING, being deleted (s-1), 1 new (s-0)");
  CHECK(sentence_of(schedule_stimulus{
            creation_settled{ending::refused, run, "over quota"}}) ==
        "creating run s-1: refused for good: over quota");
  CHECK(sentence_of(schedule_stimulus{run_looked_up{false, run}}) ==
        "live GET: no run s-1 of this schedule");

  schedule_rules rules{"@every 10m", "UTC", {}, "Forbid", 2, 0, 60};
  CHECK(sentence_of(schedule_event{rules_seen{1, rules}}) ==
        "the spec is of generation 1: \"@every 10m\" in UTC, "
        "concurrencyPolicy Forbid, 2 successful and 0 failed runs kept, "
        "started at most 60 s late");
  CHECK(sentence_of(schedule_event{
            ticks_skipped{{tick, tick + seconds{600}, 2, "Missed", "why"}}}) ==
        "skipped (Missed): 2 ticks from 2026-01-01T12:10:00Z to "
        "2026-01-01T12:20:00Z had no run: why");
  CHECK(sentence_of(schedule_event{tick_held{tick, "s-1", true}}) ==
        "tick 2026-01-01T12:10:00Z waits for run s-1, which is to be deleted "
        "for it");
  CHECK(sentence_of(schedule_event{run_intended{tick, "s-2"}}) ==
        "tick 2026-01-01T12:10:00Z gets run s-2; the tick after it: none");
}

TEST_CASE("what a run does before its end is no news") {
  CHECK_FALSE(is_news(app_event{executors_changed{}}));
  CHECK(is_news(app_event{driver_missing{}}));
  CHECK_FALSE(is_news(schedule_event{run_changed{{"s-1", "u", "RUNNING"}}}));
  CHECK(is_news(schedule_event{run_changed{{"s-1", "u", "FAILED"}}}));
  CHECK(is_news(schedule_event{run_vanished{"s-1"}}));
}

TEST_CASE("many executors stay one line") {
  executors_changed e;
  for (int i = 10; i < 30; ++i)
    e.changed["x-" + std::to_string(i)] = i % 2 ? "RUNNING" : "FAILED";
  CHECK(sentence_of(app_event{e}) ==
        "executors now: 10 FAILED (x-10, x-12, x-14, x-16, …), "
        "10 RUNNING (x-11, x-13, x-15, x-17, …)");
}

TEST_CASE("printable text shows everything and commands nothing") {
  CHECK(printable("plain – ö 漢 🙂") == "plain – ö 漢 🙂");
  CHECK(printable("\033]0;x\a\x7f\r\n\t") == R"(\x1b]0;x\x07\x7f\r\n\t)");
  CHECK(printable(std::string_view{"\0", 1}) == R"(\x00)");
  CHECK(printable("\xc2\x9b") == R"(\u{9b})");
  CHECK(printable("\u2066\u200b") == R"(\u{2066}\u{200b})");
  CHECK(printable("\xff\xc0\x9b\xed\xa0\x80\xe2\x82") ==
        R"(\xff\xc0\x9b\xed\xa0\x80\xe2\x82)");
  CHECK(printable("\xf4\x90\x80\x80") == R"(\xf4\x90\x80\x80)");
}

TEST_CASE("JSON stays the same value") {
  boost::json::value v = {{"m", "\u009b\u202e\U000e0001\033 ö"}};
  auto text = json_text(v);
  CHECK(text == R"({"m":"\u009b\u202e\udb40\udc01\u001b ö"})");
  CHECK(boost::json::parse(text) == v);
}

TEST_CASE("times have their milliseconds") {
  CHECK(precise(from_millis(1'800'000'000'007)) == "2027-01-15T08:00:00.007Z");
  CHECK(precise(no_time) == "never");
}
