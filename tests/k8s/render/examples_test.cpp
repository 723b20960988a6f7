// Every manifest of deploy/examples can be submitted as it is, without a
// warning but those that its first line announces: "# warns: path, path". So
// can each run of a schedule.

#include "crds/conf/settings.hpp"
#include "crds/json_text.hpp"
#include "crds/run_names.hpp"
#include "crds/scheduled_application.hpp"
#include "crds/yaml.hpp"
#include "tests/k8s/render/read_case.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <set>

namespace spark::testing {
namespace {

namespace fs = std::filesystem;
const std::string folder = "deploy/examples/";

std::set<std::string> announced(const std::string& text) {
  constexpr std::string_view mark = "# warns: ";
  const auto line = text.substr(0, text.find('\n'));
  if (!line.starts_with(mark))
    return {};
  const auto items = split_list(line.substr(mark.size()));
  return {items.begin(), items.end()};
}

std::set<std::string> paths_of(const std::vector<problem>& warnings) {
  std::set<std::string> out;
  for (const auto& warning : warnings)
    out.insert(warning.path);
  return out;
}

/// The warnings of what can be submitted.
std::set<std::string> check_application(boost::json::value object) {
  auto& metadata = object.at("metadata").as_object();
  metadata.emplace("namespace", "default");
  const application_case one{object};
  CHECK(to_text(one.parsed.problems) == "");
  const auto made = render(one.to_submit());
  CHECK(made.has_value());
  return paths_of(one.parsed.warnings);
}

std::set<std::string> check_schedule(const boost::json::value& object) {
  const auto parsed = parse_scheduled(object);
  CHECK(to_text(parsed.problems) == "");
  const auto name =
      run_name(text_member(object.at("metadata"), "name"), 1767225600000000000);
  check_application({{"metadata", {{"name", name}}},
                     {"spec", object.at("spec").at("template")}});
  return paths_of(parsed.warnings);
}

TEST_CASE("every example renders") {
  int files = 0;
  const auto root = fs::path{SPARK_SOURCE_DIR} / folder;
  for (const auto& entry : fs::directory_iterator{root}) {
    const auto name = entry.path().filename().string();
    INFO(name);
    const auto text = read_source_file(folder + name);
    const auto read = read_yaml(text);
    REQUIRE(read.error == "");
    std::set<std::string> said;
    int found = 0;
    for (const auto& object : read.documents) {
      const auto kind = text_member(object, "kind");
      if (kind == "SparkApplication")
        said.merge(check_application(object));
      else if (kind == "ScheduledSparkApplication")
        said.merge(check_schedule(object));
      else
        continue;
      ++found;
    }
    CHECK(found > 0);
    CHECK(said == announced(text));
    ++files;
  }
  CHECK(files >= 25);
}

} // namespace
} // namespace spark::testing
