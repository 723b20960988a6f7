#include "crds/cut_text.hpp"
#include "crds/parse.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace spark;
namespace json = boost::json;

TEST_CASE("text is cut between characters") {
  CHECK(cut_text("", 0).empty());
  CHECK(cut_text("abc", 3) == "abc");
  CHECK(cut_text("abcd", 3) == "abc...");
  const std::string text = "aé数😀"; // 1, 2, 3 and 4 bytes
  CHECK(cut_text(text, 10) == text);
  CHECK(cut_text(text, 9) == "aé数...");
  CHECK(cut_text(text, 5) == "aé...");
  CHECK(cut_text(text, 2) == "a...");
  CHECK(cut_text(text, 0) == "...");
}

TEST_CASE("what is not UTF-8 is replaced") {
  const std::string bad = "\xEF\xBF\xBD";
  CHECK(cut_text("a\xFFz", 9) == "a" + bad + "z");
  CHECK(cut_text("\x80", 9) == bad);
  CHECK(cut_text("\xE6\x95", 9) == bad + bad);           // cut short
  CHECK(cut_text("\xC0\x80", 9) == bad + bad);           // a long NUL
  CHECK(cut_text("\xED\xA0\x80", 9) == bad + bad + bad); // a surrogate
  CHECK(cut_text("\xF4\x90\x80\x80", 12) == bad + bad + bad + bad);
  CHECK(cut_text("\xE0\x80\x80", 9) == bad + bad + bad);
}

TEST_CASE("text is cut by what it takes within JSON") {
  const std::string parts[] = {"a",    "\"", "\\", "\n", "\x01",
                               "\x7F", "é",  "数", "😀"};
  for (const auto& part : parts)
    for (int n = 0; n < 40; ++n) {
      std::string text = "x";
      for (int i = 0; i < n; ++i)
        text += part;
      CHECK(json_size(text) == json::serialize(json::string(text)).size());
      const auto cut = fit_json(text, 40);
      CHECK(json_size(cut) <= 40);
      CHECK(fit_json(cut, 40) == cut);
      CHECK(cut_text(cut, 1000) == cut); // no half character
      if (json_size(text) <= 40)
        CHECK(cut == text);
      else
        CHECK(json_size(cut) > 40 - 2 - 4);
    }
}

TEST_CASE("no problem holds half a character") {
  // 79 + 3n bytes: wherever a message cuts, it could cut inside.
  for (const auto* filler : {"", "x", "xy"})
    for (const auto* member :
         {R"("mainApplicationFile": )", R"("type": )", R"("mode": )",
          R"("sparkVersion": "3.5.7", "driver": {"podName": )",
          R"("driver": {"memory": )", R"("driver": {"labels": {"a": )",
          R"("sparkConf": {"spark.ui.port": )",
          R"("sparkConf": {"spark.driver.memoryOverheadFactor": )"}) {
      std::string value{filler};
      for (int i = 0; i < 60; ++i)
        value += "类";
      std::string text = R"({"metadata": {"name": "app"}, "spec": {)";
      text += member + json::serialize(json::value(value));
      const auto open = std::count(text.begin(), text.end(), '{');
      const auto closed = std::count(text.begin(), text.end(), '}');
      text.append(static_cast<std::size_t>(open - closed), '}');
      INFO(text);
      const auto got = parse_application(json::parse(text));
      CHECK_FALSE(got.problems.empty());
      for (const auto& one : got.problems) {
        json::error_code code;
        json::parse(json::serialize(json::value(one.message)), code);
        CHECK_FALSE(code);
        CHECK(one.message.size() < 400);
      }
      json::error_code code;
      json::parse(json::serialize(json::value(to_text(got.problems))), code);
      CHECK_FALSE(code);
    }
}
