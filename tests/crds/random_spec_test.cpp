// What must hold for every valid SparkApplication, of many random ones.

#include "crds/fields.hpp"
#include "crds/parse.hpp"
#include "k8s/render/submission.hpp"
#include "tests/support/random_spec.hpp"

#include <catch2/catch.hpp>

#include <set>
#include <string>

using namespace spark;
namespace json = boost::json;

namespace {

constexpr std::uint64_t seeds = 2000;

/// Whether there is something at a row's path ("spec.driver.ports[].name").
bool uses(const json::value& value, std::string_view path) {
  if (path.empty())
    return true;
  const auto dot = std::min(path.find('.'), path.size());
  auto step = path.substr(0, dot);
  const auto rest = path.substr(std::min(dot + 1, path.size()));
  const bool of_list = step.ends_with("[]");
  const bool of_map = step.ends_with("{}");
  if (of_list || of_map)
    step.remove_suffix(2);
  const auto* object = value.if_object();
  const auto* found = object ? object->if_contains(step) : nullptr;
  if (!found)
    return false;
  if (of_list) {
    for (const auto& item : found->as_array())
      if (uses(item, rest))
        return true;
    return false;
  }
  if (of_map) {
    for (const auto& member : found->as_object())
      if (uses(member.value(), rest))
        return true;
    return false;
  }
  return uses(*found, rest);
}

/// Honoured, or of an item of a list that is.
bool is_honoured(const field& row) {
  const auto at = row.path.find_first_of("[{");
  return row.honoured || (at != std::string::npos &&
                          find_field(row.path.substr(0, at))->honoured);
}

submission_input input_of(const parsed_application& parsed) {
  return {.app = {"default", "random"},
          .app_uid = "uid",
          .claim_number = 1,
          .submission_id = submission_id("uid", 1),
          .spec = &parsed.spec};
}

std::string problems_of(const parsed_application& parsed) {
  return to_text(parsed.problems);
}

} // namespace

TEST_CASE("random applications have no problems and can be rendered") {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    const auto object = test::random_application(seed);
    const auto parsed = parse_application(object);
    INFO("seed " << seed << ": " << json::serialize(object));
    REQUIRE(problems_of(parsed).empty());
    const auto made = render(input_of(parsed));
    INFO((made ? "" : to_string(made.error())));
    REQUIRE(made);
  }
}

TEST_CASE("the fields inside what Kubernetes judges are known") {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed)
    for (const auto& one :
         parse_application(test::random_application(seed)).warnings) {
      INFO("seed " << seed << ", " << one.path << ": " << one.message);
      REQUIRE(one.message.find("has no such field") == std::string::npos);
    }
}

TEST_CASE("a seed makes the same application each time, and no other does") {
  std::set<std::string> seen;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    auto text = json::serialize(test::random_application(seed));
    REQUIRE(json::serialize(test::random_application(seed)) == text);
    REQUIRE(seen.insert(std::move(text)).second);
  }
}

TEST_CASE("random applications use every field") {
  // Never set, for a reason.
  const std::set<std::string, std::less<>> exempt{
      "spec.executor.memoryLimit", // nothing but a webhook could set it
      "spec.batchScheduler",       // asks for objects of another program
  };
  std::vector<std::string> unused;
  for (const auto& row : spec_fields())
    if (is_honoured(row) && !exempt.contains(row.path))
      unused.push_back(row.path);
  for (std::uint64_t seed = 1; seed <= seeds && !unused.empty(); ++seed) {
    const json::value object = test::random_application(seed);
    std::erase_if(unused, [&](const auto& path) { return uses(object, path); });
  }
  for (const auto& path : unused) {
    INFO(path);
    CHECK(false);
  }
}
