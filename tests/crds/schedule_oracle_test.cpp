// crds/schedule against what others say of the same schedules: the rows of
// tests/schedules/ticks.tsv, which tests/schedules/record writes. Where ours
// differ from robfig/cron's, the row names the rules, and each of them has to
// explain something: no difference is left over, and no rule.

#include "schedule_instants.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <fstream>
#include <iostream>
#include <map>
#include <set>

using namespace spark;
using namespace spark::test;
using namespace std::chrono_literals;
using std::chrono::sys_seconds;

namespace {

constexpr std::size_t most = 5;
const auto counted_from = instant("2020-01-01T00:00Z"); ///< by @every
const auto last = instant("2025-12-31T23:59Z");

std::vector<std::string> parts_of(const std::string& text, char at) {
  std::vector<std::string> parts(1);
  for (const char c : text)
    if (c == at)
      parts.emplace_back();
    else
      parts.back() += c;
  return parts;
}

struct answer {
  bool refused = false;
  bool stuck = false; ///< does not return after the last of them
  std::vector<sys_seconds> ticks = {};
};

answer read_answer(const std::string& text) {
  answer out{.refused = text == "refused"};
  if (out.refused || text.empty())
    return out;
  for (const auto& word : parts_of(text, ' '))
    if (word == "stuck")
      out.stuck = true;
    else
      out.ticks.push_back(instant(word));
  return out;
}

struct row {
  std::set<std::string> rules;
  std::string expression;
  std::string zone;
  sys_seconds after;
  answer robfig;
  answer walker; ///< by our rules, but not by our code
};

std::vector<row> recorded() {
  std::ifstream in{SPARK_SOURCE_DIR "/tests/schedules/ticks.tsv"};
  std::vector<row> rows;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with('#'))
      continue;
    const auto parts = parts_of(line, '\t');
    REQUIRE(parts.size() == 6);
    row r{{},      parts[1], parts[2], instant(parts[3]), read_answer(parts[4]),
          answer{}};
    for (const auto& rule : parts_of(parts[0], ','))
      if (!rule.empty())
        r.rules.insert(rule);
    r.walker = r.rules.empty() ? r.robfig : read_answer(parts[5]);
    rows.push_back(std::move(r));
  }
  return rows;
}

answer ours(const row& r, std::string_view expression) {
  const auto parsed = schedule::parse(expression, r.zone, "UTC", counted_from);
  answer out{.refused = !parsed};
  if (parsed)
    for (auto at = parsed->next(r.after);
         at && *at <= last && out.ticks.size() < most; at = parsed->next(*at))
      out.ticks.push_back(*at);
  return out;
}

/// The instant up to which an answer says all there is.
sys_seconds complete_until(const answer& a, sys_seconds after) {
  if (a.stuck)
    return a.ticks.empty() ? after : a.ticks.back();
  return a.ticks.size() == most ? a.ticks.back() : last;
}

bool has(const answer& a, sys_seconds at) {
  return std::find(a.ticks.begin(), a.ticks.end(), at) != a.ticks.end();
}

/// Why only we tick at `at`, or only robfig/cron does.
std::string rule_of(const row& r, sys_seconds at) {
  const auto zone = time_zone::find(r.zone);
  REQUIRE(zone);
  const auto now = zone->around(at);
  const auto before = zone->around(now.begin - 1s);
  const auto back = before.offset - now.offset; ///< what clocks are put back
  if (!has(r.walker, at))
    return at < now.begin + back ? "repeat" : "unexplained";
  if (at == now.begin && back < 0s)
    return "gap";
  // A change on the way from the last tick that both have: robfig/cron begins
  // at the first of a month and ends on the day that follows.
  auto since = r.after;
  for (const auto tick : r.walker.ticks)
    if (tick < at && has(r.robfig, tick))
      since = tick;
  return now.begin > since - 24h * 31 || now.end <= at + 24h ? "walk"
                                                             : "unexplained";
}

/// What explains that an answer with ticks is not robfig/cron's.
std::set<std::string> rules_of_ticks(const row& r) {
  std::set<std::string> rules;
  const auto end = std::min(complete_until(r.robfig, r.after),
                            complete_until(r.walker, r.after));
  for (const auto* one : {&r.robfig, &r.walker})
    for (const auto at : one->ticks)
      if (at <= end && !(has(r.robfig, at) && has(r.walker, at)))
        rules.insert(rule_of(r, at));
  if (r.robfig.stuck)
    rules.insert("stuck");
  return rules;
}

/// All of them shifted by the same time.
bool other_anchor(const row& r) {
  const auto& a = r.robfig.ticks;
  const auto& b = r.walker.ticks;
  if (!r.expression.starts_with("@every ") || a.size() != b.size() || a.empty())
    return false;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (a[i] - b[i] != a[0] - b[0])
      return false;
  return a[0] != b[0];
}

/// The same without the blanks that robfig/cron does not take.
std::string with_few_blanks(const std::string& text) {
  std::string out;
  for (const auto& word : parts_of(text, ' '))
    if (!word.empty())
      out += (out.empty() ? "" : " ") + word;
  return out;
}

std::string rule_of_refusal(const row& r) {
  if (r.walker.refused && !r.robfig.refused) {
    const auto parsed =
        schedule::parse(r.expression, r.zone, "UTC", counted_from);
    const bool never = !parsed && parsed.error().message.find("never be due") !=
                                      std::string::npos;
    if (never)
      return r.robfig.ticks.empty() ? "never" : "unexplained";
    return "mistake";
  }
  if (!r.robfig.refused || r.walker.refused)
    return "";
  const auto plain = with_few_blanks(r.expression);
  if (plain != r.expression && ours(r, plain).ticks == r.walker.ticks)
    return "blanks";
  const auto weekday = plain.substr(plain.rfind(' ') + 1);
  return weekday.find('7') != weekday.npos ? "sunday" : "unexplained";
}

std::set<std::string> explanation(const row& r) {
  if (const auto rule = rule_of_refusal(r); !rule.empty())
    return {rule};
  if (r.robfig.refused)
    return {};
  if (other_anchor(r))
    return {"every"};
  return rules_of_ticks(r);
}

} // namespace

TEST_CASE("schedules are due when others say they are") {
  std::map<std::string, int> explained;
  std::set<std::string> zones;
  int equal = 0;
  const auto rows = recorded();
  for (const auto& r : rows) {
    INFO("\"" << r.expression << "\" in " << r.zone << " after "
              << shown(r.after));
    const auto made = ours(r, r.expression);
    CHECK(made.refused == r.walker.refused);
    CHECK(made.ticks == r.walker.ticks);
    CHECK(explanation(r) == r.rules);
    equal += r.rules.empty() ? 1 : 0;
    for (const auto& rule : r.rules)
      ++explained[rule];
    zones.insert(r.zone);
  }
  std::cout << "schedules: " << rows.size() << " rows, " << equal
            << " as robfig/cron has them; others by rule:";
  for (const auto& [rule, count] : explained)
    std::cout << ' ' << rule << ' ' << count;
  std::cout << '\n';
  CHECK(rows.size() > 700);
  CHECK(zones.size() > 35);
  // The closed set of what may differ.
  for (const auto* rule : {"gap", "repeat", "walk", "stuck", "every", "sunday",
                           "blanks", "mistake", "never"})
    CHECK(explained.erase(rule) == 1);
  CHECK(explained.empty());
}
