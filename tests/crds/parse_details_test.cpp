#include "crds/fields.hpp"
#include "crds/parse.hpp"
#include "crds/status.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace spark;
namespace json = boost::json;

namespace {

/// A valid application with `members` (JSON) added to its spec.
parsed_application parse_spec(std::string_view members) {
  json::value object = json::parse(R"({"metadata": {"name": "app"}, "spec": {
    "type": "Python", "image": "spark:3.5.7",
    "mainApplicationFile": "local:///app.py"}})");
  const auto added = json::parse(members);
  for (const auto& member : added.as_object())
    object.at("spec").as_object()[member.key()] = member.value();
  return parse_application(object);
}

std::string paths(const std::vector<problem>& list) {
  std::string out;
  for (const auto& one : list)
    out += one.path + "\n";
  return out;
}

std::string argument_of(std::size_t size) {
  json::object spec;
  spec["arguments"] = json::array{json::string(size, 'x')};
  return json::serialize(spec);
}

} // namespace

TEST_CASE("an argument may be as long as Linux allows") {
  CHECK(parse_spec(argument_of(131071)).problems.empty());
  const auto got = parse_spec(argument_of(131072));
  REQUIRE(got.problems.size() == 1);
  CHECK(got.problems[0].path == "spec.arguments[0]");
  CHECK(got.problems[0].message.find("131071") != std::string::npos);
}

TEST_CASE("many long arguments bring a warning") {
  json::object spec;
  json::array arguments;
  for (int i = 0; i < 9; ++i)
    arguments.emplace_back(json::string(120000, 'x'));
  spec["arguments"] = arguments;
  const auto got = parse_spec(json::serialize(spec));
  CHECK(got.problems.empty());
  CHECK(paths(got.warnings) == "spec.arguments\n");
}

TEST_CASE("an environment variable may not be longer either") {
  json::object spec;
  spec["driver"] = {{"envVars", {{"A", json::string(131069, 'x')}}}};
  CHECK(parse_spec(json::serialize(spec)).problems.empty());
  spec["driver"] = {{"envVars", {{"A", json::string(131070, 'x')}}}};
  CHECK(paths(parse_spec(json::serialize(spec)).problems) ==
        "spec.driver.envVars[\"A\"]\n");
}

TEST_CASE("what is not supported yet is named once and ignored") {
  const auto got = parse_spec(R"({
    "batchScheduler": "volcano",
    "batchSchedulerOptions": {"queue": 1, "priorityClassName": "x"},
    "restartPolicy": {"type": "OnFailure", "onFailureRetries": 3}})");
  CHECK(got.spec.restart_policy.failure_retries == 3);
  CHECK(got.problems.empty());
  CHECK(paths(got.warnings) ==
        "spec.batchScheduler\nspec.batchSchedulerOptions\n");
  CHECK(got.spec.restart_policy.type == "OnFailure");
}

TEST_CASE("Spark goes by the file, whatever the type says") {
  CHECK(parse_spec("{}").warnings.empty());
  const auto scala = parse_spec(R"({"type": "Scala"})");
  CHECK(scala.problems.empty());
  CHECK(paths(scala.warnings) == "spec.type\n");
  const auto jar = parse_spec(R"({"mainApplicationFile": "local:///app.jar"})");
  CHECK(paths(jar.problems) == "spec.mainClass\n");
  CHECK(paths(jar.warnings) == "spec.type\n");
  CHECK(parse_spec(R"({"type": "R", "mainApplicationFile": "local:///a.R"})")
            .warnings.empty());
  CHECK(parse_spec(R"({"type": "Java", "mainClass": "A",
                       "mainApplicationFile": "spark-internal"})")
            .problems.empty());
}

TEST_CASE("labels of the metadata are those of the pods too") {
  json::value object = json::parse(R"({"metadata": {"name": "app", "labels": {
      "team": "data", "tier": "low", "spark-role": "x",
      "kueue.x-k8s.io/queue-name": "q",
      "sparkoperator.k8s.io/app-name": "x"}},
    "spec": {"type": "Python", "image": "spark:3.5.7",
      "mainApplicationFile": "local:///app.py",
      "driver": {"labels": {"tier": "high"}}}})");
  const auto got = parse_application(object);
  CHECK(got.problems.empty());
  CHECK(got.warnings.empty());
  CHECK(got.spec.driver.labels ==
        string_map{{"team", "data"}, {"tier", "high"}});
  CHECK(got.spec.executor.labels ==
        string_map{{"team", "data"}, {"tier", "low"}});
}

TEST_CASE("the operator's own labels win, with a warning") {
  const auto got = parse_spec(
      R"({"driver": {"labels": {"sparkoperator.k8s.io/app-name": "x"}}})");
  CHECK(got.problems.empty());
  CHECK(got.warnings.size() == 1);
  CHECK(got.spec.driver.labels.empty());
}

TEST_CASE("no JSON makes the parsers throw") {
  for (const auto* text :
       {"null", "[]", "1e308", "\"x\"", "{}", R"({"metadata": []})",
        R"({"metadata": {"name": []}, "spec": []})",
        R"({"metadata": {"labels": 3}, "spec": {"driver": 1, "executor": []}})",
        R"({"spec": {"volumes": [[[]]], "driver": {"env": [null, 1, {}],
            "volumeMounts": [{"name": []}], "cores": 1e-320}}})"}) {
    const auto value = json::parse(text);
    CHECK_FALSE(parse_application(value).problems.empty());
    CHECK_NOTHROW(parse_status(value));
    CHECK_NOTHROW(spec_hash(value));
  }
}

TEST_CASE("a very deep opaque field is no problem") {
  const int depth = 3000;
  std::string text;
  for (int i = 0; i < depth; ++i)
    text += R"({"a":)";
  text += "1" + std::string(depth, '}');
  json::parse_options options;
  options.max_depth = depth + 10;
  json::value object =
      json::parse(R"({"driver": {"affinity": )" + text + "}}", {}, options);
  json::value whole = json::object{{"metadata", {{"name", "a"}}}};
  whole.as_object()["spec"] = object;
  CHECK(parse_application(whole).warnings.size() == 1); // no member "a"
  CHECK(spec_hash(object) == spec_hash(json::value(object)));
}

TEST_CASE("sizes are read as Spark reads them") {
  constexpr std::int64_t mib = 1024 * 1024;
  CHECK(parse_java_size("512m") == 512 * mib);
  CHECK(parse_java_size("512") == 512 * mib);
  CHECK(parse_java_size("512", 1) == 512);
  CHECK(parse_java_size("2G") == 2048 * mib);
  CHECK(parse_java_size(" 1gb ") == 1024 * mib);
  CHECK(parse_java_size("1024k") == mib);
  CHECK(parse_java_size("7b") == 7);
  CHECK(parse_java_size("1t") == 1024 * 1024 * mib);
  CHECK(parse_java_size("1pb") == 1024LL * 1024 * 1024 * mib);
  for (const auto* bad : {"", "m", "1.5g", "-1m", "1 g", "1Mi", "1gx", "0x1",
                          "9223372036854775807g", "99999999999999999999"})
    CHECK(parse_java_size(bad) < 0);
}

TEST_CASE("the driver pod has the same name in every attempt") {
  spark_application_spec spec;
  CHECK(driver_pod_name("app", spec) == "app-driver");
  spec.spark_conf["spark.kubernetes.driver.pod.name"] = "by-conf";
  CHECK(driver_pod_name("app", spec) == "by-conf");
  spec.driver.pod_name = "by-field";
  CHECK(driver_pod_name("app", spec) == "by-field");
}

TEST_CASE("a version that is none is ignored, with a warning") {
  const auto got = parse_spec(R"({"sparkVersion": "newest"})");
  CHECK(got.problems.empty());
  CHECK(paths(got.warnings) == "spec.sparkVersion\n");
}

TEST_CASE("quantities are read as Kubernetes reads them") {
  for (const auto& [text, value] :
       std::vector<std::pair<const char*, double>>{{"0", 0},
                                                   {"1", 1},
                                                   {"+1", 1},
                                                   {"500m", 0.5},
                                                   {"0.5", 0.5},
                                                   {".5", 0.5},
                                                   {"1.", 1},
                                                   {"1k", 1e3},
                                                   {"2Ki", 2048},
                                                   {"1E", 1e18},
                                                   {"1e3", 1e3},
                                                   {"1E3", 1e3},
                                                   {"12e-1", 1.2},
                                                   {"1Ei", 0x1p60}}) {
    INFO(text);
    REQUIRE(parse_quantity(text));
    CHECK(*parse_quantity(text) == Approx(value));
  }
  for (const auto* bad : {"", "-1", "+", ".", "m", "1.5x", "1 ", " 1", "1e",
                          "1e3Ki", "inf", "nan", "0x1", "1,5", "++1"}) {
    INFO(bad);
    CHECK_FALSE(parse_quantity(bad));
  }
}
