#include "crds/yaml.hpp"
#include "tools/operator/render_command.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <unistd.h>

using namespace spark;
namespace fs = std::filesystem;

namespace {

struct run {
  explicit run(const std::string& yaml, std::vector<std::string> more = {}) {
    file = fs::temp_directory_path() /
           ("render-" + std::to_string(getpid()) + ".yaml");
    std::ofstream{file} << yaml;
    std::vector<std::string> arguments{file.string()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    std::ostringstream to;
    std::ostringstream error;
    status = run_render(arguments, to, error);
    out = to.str();
    errors = error.str();
    fs::remove(file);
  }

  fs::path file;
  int status = -1;
  std::string out;
  std::string errors;
};

const std::string pi = R"(apiVersion: v1
kind: ConfigMap
metadata: {name: beside}
---
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi, namespace: team}
spec:
  type: Scala
  image: registry.example.com/spark:test
  mainClass: org.apache.spark.examples.SparkPi
  mainApplicationFile: local:///opt/spark/examples.jar
  executor: {env: [{name: A, valueFrom: {fieldRef: {fieldPath: x}}}]}
)";

} // namespace

TEST_CASE("render prints the objects of a submission, pod last") {
  const run got{pi, {"--spark-version", "3.5.3"}};
  CHECK(got.errors == "");
  CHECK(got.status == 0);
  CHECK(got.out.starts_with("# team/pi as a driver of Spark 3.5\n---\n"));
  CHECK(got.out.find("  spark.properties: |\n    #Java") != got.out.npos);
  CHECK(got.out.find("\n    spark.app.name=pi\n") != got.out.npos);
  const auto read = read_yaml(got.out);
  REQUIRE(read.error == "");
  std::string kinds;
  for (const auto& object : read.documents)
    kinds += std::string{object.at("kind").as_string()} + " ";
  CHECK(kinds == "ConfigMap ConfigMap Service Service Pod ");
  const auto& labels =
      read.documents.back().at("metadata").at("labels").as_object();
  CHECK(labels.at("spark-version") == "3.5.3");
}

TEST_CASE("render says why an application would be refused") {
  const run got{"kind: SparkApplication\nmetadata: {name: x}\n"
                "spec: {type: Scala, driver: {memory: 1.5g}}\n"};
  CHECK(got.status == 1);
  CHECK(got.out == "");
  CHECK(got.errors.find(": refused: spec.driver.memory: ") != got.errors.npos);
  CHECK(got.errors.find(": refused: spec.image: ") != got.errors.npos);
}

TEST_CASE("render names no namespace by itself but default") {
  const std::string bare = "kind: SparkApplication\nmetadata: {name: x}\n"
                           "spec: {type: Python, image: i, "
                           "mainApplicationFile: 'local:///a.py'}\n";
  const run got{bare, {"-o", "json"}};
  CHECK(got.status == 0);
  CHECK(got.out.find(R"("namespace":"default")") != got.out.npos);
  const run other{bare, {"-o", "json", "-n", "team"}};
  CHECK(other.out.find(R"("namespace":"default")") == other.out.npos);
}

TEST_CASE("render has words for what is no manifest") {
  CHECK(run{"a: ["}.status == 2);
  CHECK(run{"kind: Pod"}.errors.find("holds no SparkApplication") !=
        std::string::npos);
  std::ostringstream out;
  std::ostringstream errors;
  CHECK(run_render({"/no/such/file"}, out, errors) == 2);
  CHECK(errors.str() == "/no/such/file: cannot be read\n");
  CHECK(run_render({}, out, errors) == 2);
  CHECK(run_render({"--help"}, out, errors) == 0);
  CHECK(out.str().find("spark-operator render") != std::string::npos);
}

TEST_CASE("odd manifests do no harm") {
  for (const auto* odd :
       {"kind: SparkApplication", "kind: SparkApplication\nmetadata: 3",
        "kind: SparkApplication\nspec: []\nmetadata: {name: 1}",
        "kind: SparkApplication\nmetadata: {namespace: []}\nspec: {}"})
    CHECK(run{odd}.status == 1);
}

TEST_CASE("render tells when a schedule is due, and its first run") {
  const auto template_at = pi.find("spec:\n  type");
  std::string indented;
  std::istringstream lines{pi.substr(template_at + 6)};
  for (std::string line; std::getline(lines, line);)
    indented += "  " + line + "\n";
  const auto yaml = "kind: ScheduledSparkApplication\n"
                    "metadata: {name: nightly, namespace: team}\n"
                    "spec:\n  schedule: \"0 2 29 2 *\"\n  timeZone: UTC\n"
                    "  template:\n" +
                    indented;
  const run got{yaml, {"--spark-version", "3.5.3"}};
  CHECK(got.errors == "");
  CHECK(got.status == 0);
  CHECK(got.out.starts_with("# nightly is due at 20"));
  CHECK(got.out.find("-02-29T02:00:00Z, 20") != got.out.npos);
  CHECK(got.out.find("# team/nightly-") != got.out.npos);
  const auto read = read_yaml(got.out);
  REQUIRE(read.error == "");
  CHECK(read.documents.back().at("kind") == "Pod");

  auto bad = yaml;
  bad.replace(bad.find("0 2 29"), 6, "0 25 1");
  const run refused{bad};
  CHECK(refused.status == 1);
  CHECK(refused.errors.find(": refused: spec.schedule: hour: 25 ") !=
        refused.errors.npos);
}
