// Every manifest of deploy/examples can be submitted as it is, without a
// warning but those that its first line announces: "# warns: path, path".

#include "crds/conf/settings.hpp"
#include "crds/json_text.hpp"
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

void check(boost::json::value object, const std::set<std::string>& warnings) {
  auto& metadata = object.at("metadata").as_object();
  metadata.emplace("namespace", "default");
  const application_case one{object};
  CHECK(to_text(one.parsed.problems) == "");
  std::set<std::string> said;
  for (const auto& warning : one.parsed.warnings)
    said.insert(warning.path);
  CHECK(said == warnings);
  const auto made = render(one.to_submit());
  CHECK(made.has_value());
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
    int applications = 0;
    for (const auto& object : read.documents)
      if (text_member(object, "kind") == "SparkApplication") {
        ++applications;
        check(object, announced(text));
      }
    CHECK(applications > 0);
    ++files;
  }
  CHECK(files >= 25);
}

} // namespace
} // namespace spark::testing
