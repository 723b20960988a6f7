// Compares what render() makes with what the real spark-submit sent for the
// same application (captured/, made by capture.py). A difference is allowed
// only when differences.json has it, with its reason; one that nothing shows
// any more has to go from there.

#include "crds/conf/profile.hpp"
#include "normalise.hpp"
#include "tests/k8s/render/read_case.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <iostream>
#include <set>

namespace spark::testing {
namespace {

namespace json = boost::json;

const std::string folder = "tests/differential/";

/// '*' stands for any text.
bool matches(std::string_view pattern, std::string_view text) {
  auto star = pattern.find('*');
  if (star == pattern.npos)
    return pattern == text;
  if (!text.starts_with(pattern.substr(0, star)))
    return false;
  text.remove_prefix(star);
  pattern.remove_prefix(star + 1);
  for (std::size_t i = 0; i <= text.size(); ++i)
    if (matches(pattern, text.substr(i)))
      return true;
  return false;
}

/// One deviation at one place of one object; "" stands for absent.
struct difference {
  std::string part;
  std::string path;
  std::string captured;
  std::string rendered;
};

std::vector<difference> compare(const object_set& captured,
                                const object_set& rendered) {
  std::vector<difference> out;
  std::set<std::string> parts;
  for (const auto* objects : {&captured, &rendered})
    for (const auto& [part, object] : *objects)
      parts.insert(part);
  auto flat = [](const object_set& objects, const std::string& part) {
    auto i = objects.find(part);
    return i == objects.end() ? flat_object{} : flatten(i->second);
  };
  for (const auto& part : parts) {
    auto theirs = flat(captured, part);
    auto ours = flat(rendered, part);
    auto paths = theirs;
    paths.insert(ours.begin(), ours.end());
    for (const auto& [path, ignored] : paths)
      if (theirs[path] != ours[path])
        out.push_back({part, path, theirs[path], ours[path]});
  }
  return out;
}

class allowed_differences {
public:
  allowed_differences()
      : rows_(json::parse(read_source_file(folder + "differences.json"))
                  .at("differences")
                  .as_array()),
        used_(rows_.size()) {}

  bool allow(const difference& found) {
    std::string kind = found.captured.empty()   ? "added"
                       : found.rendered.empty() ? "missing"
                                                : "changed";
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      auto text = [&](const char* key) {
        return std::string{rows_[i].at(key).as_string()};
      };
      if (text("kind") == kind && matches(text("part"), found.part) &&
          matches(text("path"), found.path)) {
        used_[i] = true;
        return true;
      }
    }
    return false;
  }

  void check_all_used() const {
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      INFO("no case shows this difference: " << json::serialize(rows_[i]));
      CHECK(used_[i]);
    }
  }

private:
  json::array rows_;
  std::vector<bool> used_;
};

std::vector<std::string> files_in(const std::string& path) {
  std::vector<std::string> out;
  auto root = std::filesystem::path{SPARK_SOURCE_DIR} / path;
  for (const auto& entry : std::filesystem::directory_iterator{root})
    out.push_back(entry.path().filename().string());
  std::sort(out.begin(), out.end());
  return out;
}

bool exists(const std::string& path) {
  return std::filesystem::exists(std::filesystem::path{SPARK_SOURCE_DIR} /
                                 path);
}

/// Both refuse, and spark-submit had sent nothing.
void check_refusal(const json::value& capture, const application_case& test) {
  CHECK(capture.at("requests").as_array().empty());
  CHECK(capture.at("exit_code").to_number<int>() != 0);
  CHECK(test.parsed.problems.size() == 1);
}

void check_objects(const json::value& capture, const application_case& test,
                   allowed_differences& allowed) {
  CHECK(to_text(test.parsed.problems) == "");
  auto in = test.to_submit();
  auto made = render(in);
  if (!made)
    FAIL(to_string(made.error()));
  auto theirs = captured_objects(capture.at("requests").as_array());
  auto ours = rendered_objects(*made, in);
  for (const auto& found : compare(theirs, ours)) {
    INFO(found.part << " " << found.path
                    << "\n  spark-submit: " << found.captured
                    << "\n  render:       " << found.rendered);
    CHECK(allowed.allow(found));
  }
}

TEST_CASE("render makes what spark-submit makes", "[differential]") {
  allowed_differences allowed;
  int compared = 0;
  int refused = 0;
  auto cases = files_in(folder + "cases");
  auto versions = files_in(folder + "captured");
  REQUIRE(cases.size() >= 12);
  CHECK(versions.size() >= 2);
  for (const auto& version : versions)
    for (const auto& file : cases) {
      INFO(version << " " << file);
      auto described = json::parse(read_source_file(folder + "cases/" + file));
      auto captured = folder + "captured/" + version + "/" + file;
      CHECK(exists(captured)); // else run capture.py
      if (!exists(captured))
        continue;
      auto capture = json::parse(read_source_file(captured));
      described.at("spec").as_object()["sparkVersion"] = version;
      application_case test{described};
      if (described.as_object().contains("refused")) {
        check_refusal(capture, test);
        ++refused;
      } else {
        check_objects(capture, test, allowed);
        ++compared;
      }
    }
  allowed.check_all_used();
  std::cout << "differential: " << cases.size() << " cases x "
            << versions.size() << " versions = " << compared << " compared, "
            << refused << " refused by both\n";
}

TEST_CASE("captures prove every profile row", "[differential]") {
  for (const auto& row : version_profiles()) {
    INFO(row.line << ": add " << row.reference << " to capture.py and run it");
    CHECK(exists(folder + "captured/" + std::string{row.reference}));
  }
}

TEST_CASE("the test's own reader undoes what Java escapes", "[differential]") {
  auto read = read_properties("#one\n#two\na\\ b\\:=\\ x \\=\\\\\\n\\t\n");
  CHECK(read["comment"] == "one");
  CHECK(read["entries"].at("a b:") == " x =\\\n\t");
}

} // namespace
} // namespace spark::testing
