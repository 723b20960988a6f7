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
