// Compares what render() makes with what the real spark-submit sent for the
// same application and the Go operator's webhook made of it (captured/, made by
// capture.py). A difference is allowed only when differences.json has it, with
// its reason; one that nothing shows any more has to go from there.

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

  /// In what is captured from this version of Spark.
  bool allow(const difference& found, std::string_view version) {
    std::string kind = found.captured.empty()   ? "added"
                       : found.rendered.empty() ? "missing"
                                                : "changed";
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      auto text = [&](const char* key) {
        return std::string{rows_[i].at(key).as_string()};
      };
      if (text("kind") == kind && matches(text("part"), found.part) &&
          matches(text("path"), found.path) && is_for(rows_[i], version)) {
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
  /// "lines" names those that show the difference; absent: all.
  static bool is_for(const json::value& row, std::string_view version) {
    const auto* lines = row.as_object().if_contains("lines");
    auto has = [&](const json::value& line) {
      return version.starts_with(std::string{line.as_string()} + ".");
    };
    return !lines || std::ranges::any_of(lines->as_array(), has);
  }

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

/// One file of cases/.
struct case_file {
  std::string name;
  json::value described;

  bool flag(const char* key) const {
    const auto* value = described.as_object().if_contains(key);
    return value && value->is_bool() && value->get_bool();
  }
  /// By this version of Spark; some refuse what others take.
  bool is_refused(const std::string& version) const {
    const auto* value = described.as_object().if_contains("refused");
    if (!value || !value->is_array())
      return flag("refused");
    return has_version("refused", version);
  }
  bool has_version(const char* key, const std::string& version) const {
    const auto* value = described.as_object().if_contains(key);
    if (!value)
      return false;
    auto equal = [&](const json::value& item) {
      return item.as_string() == version;
    };
    return std::ranges::any_of(value->get_array(), equal);
  }
};

std::vector<case_file> read_cases() {
  std::vector<case_file> out;
  for (const auto& name : files_in(folder + "cases"))
    out.push_back(
        {name, json::parse(read_source_file(folder + "cases/" + name))});
  return out;
}

/// The lines that all cases are captured for; the others have those that are
/// marked "older" or "newer".
bool has_all_cases(const std::string& version) {
  static const std::set<std::string> versions{"3.5.7", "4.0.1", "4.1.1"};
  return versions.contains(version);
}

bool is_captured(const case_file& file, const std::string& version) {
  return has_all_cases(version) ||
         file.flag(version < "3.5" ? "older" : "newer");
}

/// The comparison of all cases with one version of Spark.
class version_run {
public:
  version_run(std::string version, allowed_differences& allowed)
      : version_(std::move(version)), allowed_(allowed) {}

  void run(const std::vector<case_file>& cases) {
    std::vector<std::string> names;
    for (const auto& file : cases)
      if (is_captured(file, version_))
        names.push_back(file.name);
    // Else run capture.py, or remove what no case stands for any more.
    CHECK(files_in(folder + "captured/" + version_) == names);
    for (const auto& file : cases)
      if (exists(captured(file)))
        run(file);
    CHECK(compared + refused >= (has_all_cases(version_) ? 80 : 15));
  }

  int compared = 0;
  int refused = 0;
  int unlisted = 0;

private:
  std::string captured(const case_file& file) const {
    return folder + "captured/" + version_ + "/" + file.name;
  }

  void run(const case_file& file) {
    INFO(version_ << " " << file.name);
    auto capture = json::parse(read_source_file(captured(file)));
    auto described = file.described;
    described.at("spec").as_object()["sparkVersion"] = version_;
    application_case test{described};
    if (file.has_version("stricter", version_)) {
      CHECK(test.parsed.problems.size() == 1);
      ++refused;
    } else if (file.is_refused(version_)) {
      check_refusal(capture, test);
      ++refused;
    } else {
      check_objects(capture, test);
      ++compared;
    }
  }

  /// Both refuse, and spark-submit had sent nothing.
  static void check_refusal(const json::value& capture,
                            const application_case& test) {
    CHECK(capture.at("requests").as_array().empty());
    CHECK(capture.at("exit_code").to_number<int>() != 0);
    INFO(to_text(test.parsed.problems));
    CHECK(test.parsed.problems.size() == 1);
  }

  void check_objects(const json::value& capture, const application_case& test) {
    CHECK(to_text(test.parsed.problems) == "");
    auto in = test.to_submit();
    auto made = render(in);
    if (!made) {
      FAIL_CHECK(to_string(made.error()));
      return;
    }
    auto theirs = captured_objects(capture);
    auto ours = rendered_objects(*made, in);
    for (const auto& found : compare(theirs, ours)) {
      INFO(found.part << " " << found.path
                      << "\n  spark-submit: " << found.captured
                      << "\n  render:       " << found.rendered);
      bool listed = allowed_.allow(found, version_);
      CHECK(listed);
      unlisted += listed ? 0 : 1;
    }
  }

  std::string version_;
  allowed_differences& allowed_;
};

TEST_CASE("render makes what spark-submit makes", "[differential]") {
  allowed_differences allowed;
  auto cases = read_cases();
  auto versions = files_in(folder + "captured");
  CHECK(std::ranges::count_if(versions, has_all_cases) == 3);
  CHECK(versions.size() >= 8);
  int compared = 0;
  int refused = 0;
  int unlisted = 0;
  for (const auto& version : versions) {
    version_run run{version, allowed};
    run.run(cases);
    std::cout << "differential: " << version << ": " << run.compared
              << " compared, " << run.refused << " refused by both\n";
    compared += run.compared;
    refused += run.refused;
    unlisted += run.unlisted;
  }
  allowed.check_all_used();
  std::cout << "differential: " << cases.size() << " cases x "
            << versions.size() << " versions: " << compared << " compared, "
            << refused << " refused by both, " << unlisted
            << " unlisted differences\n";
}

TEST_CASE("captures prove every profile row", "[differential]") {
  for (const auto& row : version_profiles()) {
    INFO(row.line << ": add " << row.reference << " to capture.py and run it");
    CHECK(exists(folder + "captured/" + std::string{row.reference}));
  }
}

TEST_CASE("only what has no order is sorted", "[differential]") {
  auto names = [](std::string_view env) {
    json::object pod{{"kind", "Pod"},
                     {"metadata", {{"name", "p"}}},
                     {"spec", {{"containers", {{{"env", json::parse(env)}}}}}}};
    json::object capture{{"requests", {{{"object", std::move(pod)}}}}};
    std::string out;
    auto made = captured_objects(capture).at("Pod");
    for (const auto& entry :
         made.at("spec").at("containers").at(0).at("env").as_array())
      out += std::string{entry.at("name").as_string()} + " ";
    return out;
  };
  auto sorted = names(R"([
      {"name": "Z"}, {"name": "A"}, {"name": "SPARK_USER"},
      {"name": "SPARK_APPLICATION_ID"}, {"name": "Z"}, {"name": "B"},
      {"name": "SPARK_DRIVER_BIND_ADDRESS"},
      {"name": "Y", "valueFrom": {"secretKeyRef": {"key": "k"}}},
      {"name": "C", "valueFrom": {"secretKeyRef": {"key": "k"}}},
      {"name": "SPARK_CONF_DIR"}, {"name": "X"}, {"name": "D"}])");
  CHECK(sorted == "Z A SPARK_USER SPARK_APPLICATION_ID B Z "
                  "SPARK_DRIVER_BIND_ADDRESS C Y SPARK_CONF_DIR X D ");
  CHECK(names(R"([{"name": "Z"}, {"name": "A"}])") == "Z A ");
}

TEST_CASE("the test's own reader undoes what Java escapes", "[differential]") {
  auto read = read_properties("#one\n#two\na\\ b\\:=\\ x \\=\\\\\\n\\t\n");
  CHECK(read["comment"] == "one");
  CHECK(read["entries"].at("a b:") == " x =\\\n\t");
}

} // namespace
} // namespace spark::testing
