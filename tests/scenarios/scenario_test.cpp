#include "actors/app/phases.hpp"
#include "messages/codec.hpp"
#include "tests/scenarios/scenario_app.hpp"

#include <boost/mp11.hpp>
#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

using namespace spark;
using namespace spark::scenario;

namespace {

namespace fs = std::filesystem;

bool rewriting() {
  auto* set = std::getenv("REWRITE");
  return set && std::string_view{set} == "1";
}

std::vector<fs::path> scenario_files() {
  std::vector<fs::path> out;
  fs::path folder{std::string{SPARK_SOURCE_DIR} + "/tests/scenarios"};
  for (auto& f : fs::directory_iterator{folder})
    if (f.path().extension() == ".txt")
      out.push_back(f.path());
  std::sort(out.begin(), out.end());
  return out;
}

std::string content_of(const fs::path& file) {
  std::ifstream in{file};
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

/// A file may hold several stories; each `begin` starts from nothing.
std::string play(const fs::path& file, visited& seen) {
  auto app = std::make_unique<scenario_app>(seen);
  std::string out;
  auto text = parse_scenario(content_of(file));
  auto close = [&](const std::string& line) {
    INFO(file << ", before: " << line);
    CHECK(app->check_journal() == "");
  };
  for (auto& e : text.entries) {
    out += e.lead + e.line + "\n";
    auto c = parse_command(e.line);
    if (c.verb == "begin") {
      close(e.line);
      app = std::make_unique<scenario_app>(seen);
      continue;
    }
    try {
      out += app->run(c);
    } catch (const std::exception& ex) {
      FAIL_CHECK(file << ": " << e.line << ": " << ex.what());
      out += "  FAULT " + std::string{ex.what()} + "\n";
    }
  }
  close("the end");
  return out + text.tail;
}

/// The first line that differs, with the command it belongs to.
std::string first_difference(const std::string& want, const std::string& is) {
  std::istringstream a{want}, b{is};
  std::string x, y, line;
  int n = 0;
  while (true) {
    bool more_a = static_cast<bool>(std::getline(a, x));
    bool more_b = static_cast<bool>(std::getline(b, y));
    if (!more_a && !more_b)
      return {};
    ++n;
    if (!more_a || !more_b || x != y)
      return "line " + std::to_string(n) + " under '" + line +
             "'\n  recorded: " + (more_a ? x : "(end)") +
             "\n  now:      " + (more_b ? y : "(end)");
    if (!y.empty() && y[0] != ' ' && y[0] != '#')
      line = y;
  }
}

} // namespace

TEST_CASE("every scenario goes as recorded", "[scenario]") {
  for (auto& file : scenario_files()) {
    visited seen;
    auto now = play(file, seen);
    auto recorded = content_of(file);
    if (rewriting() && now != recorded)
      std::ofstream{file} << now;
    else if (now != recorded)
      FAIL_CHECK(file.filename() << " " << first_difference(recorded, now));
    CHECK(now.find("STUCK") == std::string::npos);
  }
}

TEST_CASE("every phase and every event is in some scenario", "[scenario]") {
  visited seen;
  for (auto& file : scenario_files())
    play(file, seen);
  for (auto& row : phase_table) {
    INFO("phase " << to_string(row.at));
    CHECK((row.at == phase::fresh ||
           seen.phases.count(std::string{to_string(row.at)}) > 0));
  }
  boost::mp11::mp_for_each<boost::mp11::mp_transform<
      boost::mp11::mp_identity,
      boost::mp11::mp_rename<app_event, boost::mp11::mp_list>>>([&](auto id) {
    using event = typename decltype(id)::type;
    INFO("event " << event::kind);
    CHECK(seen.events.count(event::kind) > 0);
  });
}
