#include "crds/fields.hpp"
#include "crds/scheduled_application.hpp"
#include "tests/support/random_spec.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <set>

using namespace spark;
namespace json = boost::json;

namespace {

json::object scheduled() {
  return json::parse(R"({
    "metadata": {"name": "nightly", "namespace": "default"},
    "spec": {
      "schedule": "@every 5m",
      "template": {
        "type": "Scala",
        "image": "registry.example.com/spark:3.5.7",
        "mainClass": "org.apache.spark.examples.SparkPi",
        "mainApplicationFile": "local:///opt/spark/examples.jar",
        "driver": {"memory": "512m"},
        "executor": {"memory": "512m"}
      }
    }
  })")
      .as_object();
}

/// The object with `value` at `path`; null removes it.
json::object with(std::string_view path, const json::value& value,
                  json::object object = scheduled()) {
  auto* at = &object;
  for (auto dot = path.find('.'); dot != std::string_view::npos;
       dot = path.find('.')) {
    auto& next = (*at)[path.substr(0, dot)];
    if (!next.is_object())
      next = json::object{};
    at = &next.get_object();
    path.remove_prefix(dot + 1);
  }
  if (value.is_null())
    at->erase(path);
  else
    (*at)[path] = value;
  return object;
}

std::string text_of(const std::vector<problem>& list) {
  std::string out;
  for (const auto& one : list)
    out += one.path + ": " + one.message + "\n";
  return out;
}

bool says(const std::vector<problem>& list, std::string_view path,
          std::string_view words) {
  return std::ranges::any_of(list, [&](const problem& one) {
    return one.path == path && one.message.find(words) != std::string::npos;
  });
}

} // namespace

TEST_CASE("a schedule is read with its defaults") {
  const auto plain = parse_scheduled(scheduled());
  CHECK(text_of(plain.problems) == "");
  CHECK(text_of(plain.warnings) == "");
  scheduled_spec want;
  want.schedule = "@every 5m";
  want.time_zone = "Local";
  want.concurrency_policy = "Allow";
  want.successful_run_history_limit = 1;
  want.failed_run_history_limit = 1;
  want.application = plain.spec.application;
  CHECK(plain.spec == want);
  CHECK(plain.spec.application.driver.memory == "512m");
  CHECK(plain.spec.application.executor.instances == 1);
}

TEST_CASE("every field of a schedule is read") {
  auto object = scheduled();
  object.at("spec").as_object() = json::parse(R"({
    "schedule": "0 3 * * mon-fri", "timeZone": "Europe/Berlin",
    "suspend": true, "concurrencyPolicy": "Replace",
    "successfulRunHistoryLimit": 0, "failedRunHistoryLimit": 7,
    "startingDeadlineSeconds": 0})")
                                      .as_object();
  object.at("spec").as_object()["template"] =
      scheduled().at("spec").at("template");
  const auto got = parse_scheduled(object);
  CHECK(text_of(got.problems) == "");
  CHECK(got.spec.schedule == "0 3 * * mon-fri");
  CHECK(got.spec.time_zone == "Europe/Berlin");
  CHECK(got.spec.suspend);
  CHECK(got.spec.concurrency_policy == "Replace");
  CHECK(got.spec.successful_run_history_limit == 0);
  CHECK(got.spec.failed_run_history_limit == 7);
  CHECK(got.spec.starting_deadline == 0);
}

TEST_CASE("empty and null mean absent") {
  for (const auto* name : {"timeZone", "concurrencyPolicy"}) {
    const std::string path = std::string{"spec."} + name;
    INFO(path);
    const auto plain = parse_scheduled(scheduled());
    CHECK(parse_scheduled(with(path, "")).spec == plain.spec);
    auto object = scheduled();
    object.at("spec").as_object()[name] = nullptr;
    const auto got = parse_scheduled(object);
    CHECK(got.spec == plain.spec);
    CHECK(got.problems == plain.problems);
  }
}

TEST_CASE("what is wrong with a schedule is said where it stands") {
  struct row {
    std::string path;
    std::string value; ///< JSON; null: not there
    std::string words;
  };
  const std::vector<row> rows{
      {"metadata.name", "null", "is missing"},
      {"metadata.name", "7", "must be a string, is a number"},
      {"spec", "null", "is missing"},
      {"spec", "[]", "must be an object, is a list"},
      {"spec.schedule", "null", "is missing: give the five fields of cron"},
      {"spec.schedule", "\"\"", "is missing"},
      {"spec.schedule", "5", "must be a string, is a number"},
      {"spec.timeZone", "true", "must be a string, is a boolean"},
      {"spec.suspend", "\"true\"", "must be true or false, is a string"},
      {"spec.concurrencyPolicy", "\"allow\"",
       "must be one of Allow, Forbid, Replace; is \"allow\""},
      {"spec.concurrencyPolicy", "{}", "must be a string, is an object"},
      {"spec.successfulRunHistoryLimit", "-1", "must be at least 0"},
      {"spec.failedRunHistoryLimit", "1.5", "must be a whole number"},
      {"spec.failedRunHistoryLimit", "2147483648", "is too large"},
      {"spec.startingDeadlineSeconds", "-1", "must be at least 0"},
      {"spec.startingDeadlineSeconds", "\"5m\"", "must be a whole number"},
      {"spec.template", "null", "is missing"},
      {"spec.template", "\"x\"", "must be an object, is a string"},
  };
  for (const auto& one : rows) {
    const auto got = parse_scheduled(with(one.path, json::parse(one.value)));
    INFO(one.path << " = " << one.value << "\n" << text_of(got.problems));
    CHECK(got.problems.size() == 1);
    CHECK(says(got.problems, one.path, one.words));
  }
}

TEST_CASE("all problems are said at once, the schedule's own first") {
  auto object = with("spec.schedule", nullptr);
  object = with("spec.suspend", 1, std::move(object));
  object = with("spec.template.driver.memory", "1.5g", std::move(object));
  object = with("spec.template.type", nullptr, std::move(object));
  std::vector<std::string> paths;
  for (const auto& one : parse_scheduled(object).problems)
    paths.push_back(one.path);
  CHECK(paths == std::vector<std::string>{"spec.suspend", "spec.schedule",
                                          "spec.template.driver.memory",
                                          "spec.template.type"});
}

TEST_CASE("whatever the JSON is, there is an answer") {
  for (const auto* text : {"null", "7", "[]", "\"x\"", "{}", "{\"spec\": {}}",
                           "{\"metadata\": [], \"spec\": {\"template\": {}}}",
                           "{\"metadata\": {\"labels\": 7}}"}) {
    INFO(text);
    CHECK_FALSE(parse_scheduled(json::parse(text)).problems.empty());
  }
}

TEST_CASE("a template is judged as an application is, at its own path") {
  struct row {
    std::string path; ///< below the spec of an application
    std::string value;
    std::string at;
    std::string words;
  };
  const std::vector<row> rows{
      {"driver.memory", "\"1.5g\"", "spec.template.driver.memory",
       "use an integer such as 1536m"},
      {"mode", "\"client\"", "spec.template.mode", "cluster"},
      {"sparkConf", R"({"spark.driver.bindAddress": "x"})",
       "spec.template.sparkConf[\"spark.driver.bindAddress\"]",
       "is not supported"},
      {"deployMode", "\"client\"", "spec.template.deployMode", "cluster"},
      {"driver.volumeMounts", R"([{"name": "a", "mountPath": "/a"}])",
       "spec.template.driver.volumeMounts[0].name",
       "there is no volume \"a\" in spec.template.volumes or the pod's"},
      {"nodeSelector", R"({"a": "b", "spec.x y": ""})",
       "spec.template.nodeSelector[\"spec.x y\"]", "is not a valid key"},
      {"driver.env", R"([{"name": "A", "value": 7}])",
       "spec.template.driver.env[0].value", "must be a string"},
  };
  for (const auto& one : rows) {
    const auto got = parse_scheduled(
        with("spec.template." + one.path, json::parse(one.value)));
    INFO(one.path << " = " << one.value << "\n" << text_of(got.problems));
    CHECK(says(got.problems, one.at, one.words));
  }
}

TEST_CASE("a message speaks of the template's fields, and quotes values") {
  auto object = with("spec.template.mode", "cluster");
  object = with("spec.template.deployMode", "see spec.mode", std::move(object));
  const auto got = parse_scheduled(object);
  INFO(text_of(got.problems));
  CHECK(says(got.problems, "spec.template.deployMode",
             "is another spelling of spec.template.mode, which"));
  const auto quoting = parse_scheduled(
      with("spec.template.driver.memory", "see spec.driver.memory"));
  CHECK(says(quoting.problems, "spec.template.driver.memory",
             "instead of \"see spec.driver.memory\""));
}

TEST_CASE("what a template is warned of is what its run would be") {
  const auto got =
      parse_scheduled(with("spec.template.batchScheduler", "volcano"));
  CHECK(text_of(got.problems) == "");
  CHECK(says(got.warnings, "spec.template.batchScheduler", "not supported"));
}

TEST_CASE("random templates say what random applications say") {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    const json::value object = test::random_application(seed);
    auto outer = scheduled();
    outer["metadata"] = object.at("metadata");
    outer.at("spec").as_object()["template"] = object.at("spec");
    const auto alone = parse_application(object);
    const auto got = parse_scheduled(outer);
    INFO("seed " << seed << ": " << json::serialize(outer));
    REQUIRE(text_of(got.problems) == "");
    REQUIRE(got.spec.application == alone.spec);
    std::set<std::string> paths;
    for (const auto& one : got.warnings)
      paths.insert(one.path);
    for (const auto& one : alone.warnings)
      if (one.path != "metadata.name")
        REQUIRE(paths.contains("spec.template" + one.path.substr(4)));
  }
}

TEST_CASE("the labels of a schedule are those of its runs' pods") {
  const auto got = parse_scheduled(with("metadata.labels.team", "data"));
  CHECK(got.spec.application.driver.labels == string_map{{"team", "data"}});
}

TEST_CASE("no name of a schedule is too long, nor warned of") {
  for (const auto& name :
       {std::string(253, 'a'), std::string{"1.2.3"}, std::string(44, 'n')}) {
    INFO(name);
    const auto got = parse_scheduled(with("metadata.name", json::string(name)));
    CHECK(text_of(got.problems) == "");
    CHECK(text_of(got.warnings) == "");
  }
}

TEST_CASE("what cannot be repeated is warned of") {
  CHECK(
      says(parse_scheduled(with("spec.template.driver.podName", "p")).warnings,
           "spec.template.driver.podName", "is the same for all runs"));
  const json::object conf{{"spark.kubernetes.driver.pod.name", "p"}};
  CHECK(says(parse_scheduled(with("spec.template.sparkConf", conf)).warnings,
             "spec.template.sparkConf[\"spark.kubernetes.driver.pod.name\"]",
             "is the same for all runs"));
  CHECK(says(parse_scheduled(with("spec.template.restartPolicy.type", "Always"))
                 .warnings,
             "spec.template.restartPolicy.type", "no run ever ends"));
}
