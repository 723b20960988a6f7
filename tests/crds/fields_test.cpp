#include "crds/documents.hpp"
#include "crds/fields.hpp"
#include "crds/parse.hpp"

#include <catch2/catch.hpp>

#include <set>

using namespace spark;

namespace {

using conf = std::map<std::string, std::string>;

/// What Spark sees: of a key that occurs twice, the later value.
conf effective(const spark_application_spec& spec) {
  conf out;
  for (const auto& [key, value] : simple_conf(spec))
    out[key] = value;
  return out;
}

const std::vector<const std::vector<field>*> tables{
    &spec_fields(), &status_fields(), &scheduled_spec_fields(),
    &scheduled_status_fields()};

} // namespace

TEST_CASE("every row says what a user needs to know") {
  for (const auto* rows : tables)
    for (const auto& row : *rows) {
      INFO(row.path);
      CHECK_FALSE(row.description.empty());
      CHECK(row.description.back() == '.');
      CHECK_FALSE(row.example.empty());
      CHECK_FALSE(row.since.empty());
      for (const auto& text : {row.path, row.description, row.conf, row.lands})
        CHECK(text.find("{role}") == std::string::npos);
    }
}

TEST_CASE("every honoured row says where it ends up") {
  for (const auto& row : spec_fields())
    if (row.honoured && row.path != "spec") {
      INFO(row.path);
      CHECK_FALSE((row.conf.empty() && row.lands.empty()));
    }
}

TEST_CASE("a schedule ignores none of its fields") {
  for (const auto& row : scheduled_spec_fields()) {
    INFO(row.path);
    CHECK(row.honoured);
  }
}

TEST_CASE("paths are unique and parents come first") {
  for (const auto* rows : tables) {
    std::set<std::string> seen;
    for (const auto& row : *rows) {
      INFO(row.path);
      auto parent = row.path.substr(0, row.path.rfind('.'));
      parent = parent.substr(0, parent.find_last_not_of("[]{}") + 1);
      CHECK((seen.empty() || seen.contains(parent)));
      CHECK(seen.insert(row.path).second);
    }
  }
}

TEST_CASE("driver and executor share rows, and have their own") {
  CHECK(find_field("spec.driver.memory")->conf == "spark.driver.memory");
  CHECK(find_field("spec.executor.memory")->conf == "spark.executor.memory");
  CHECK(find_field("spec.driver.podName"));
  CHECK_FALSE(find_field("spec.executor.podName"));
  CHECK(find_field("spec.executor.instances"));
  CHECK_FALSE(find_field("spec.driver.instances"));
  CHECK(find_field("status.claim.number"));
}

TEST_CASE("fields become Spark conf") {
  spark_application_spec spec;
  spec.image = "a:1";
  spec.image_pull_policy = "Always";
  spec.image_pull_secrets = {"x", "y"};
  spec.hadoop_conf = {{"fs.x", "1"}};
  spec.driver.cores = 1;
  spec.driver.core_limit = "200m";
  spec.driver.memory = "512m";
  spec.driver.memory_overhead = "1g";
  spec.driver.labels = {{"team", "data"}};
  spec.driver.annotations = {{"a", "b"}};
  spec.driver.env_vars = {{"A", "1"}};
  spec.driver.service_account = "spark";
  spec.driver.java_options = "-Dx=1";
  spec.driver.pod_name = "p";
  spec.executor.instances = 2;
  spec.executor.image = "b:1";
  spec.executor.env_vars = {{"B", "2"}};
  const conf want{
      {"spark.kubernetes.container.image", "a:1"},
      {"spark.kubernetes.container.image.pullPolicy", "Always"},
      {"spark.kubernetes.container.image.pullSecrets", "x,y"},
      {"spark.hadoop.fs.x", "1"},
      {"spark.driver.cores", "1"},
      {"spark.kubernetes.driver.limit.cores", "200m"},
      {"spark.driver.memory", "512m"},
      {"spark.driver.memoryOverhead", "1g"},
      {"spark.kubernetes.driver.label.team", "data"},
      {"spark.kubernetes.driver.annotation.a", "b"},
      {"spark.kubernetes.driverEnv.A", "1"},
      {"spark.kubernetes.authenticate.driver.serviceAccountName", "spark"},
      {"spark.driver.extraJavaOptions", "-Dx=1"},
      {"spark.kubernetes.driver.pod.name", "p"},
      {"spark.executor.instances", "2"},
      {"spark.kubernetes.executor.container.image", "b:1"},
      {"spark.executorEnv.B", "2"},
  };
  CHECK(effective(spec) == want);
}

TEST_CASE("a fraction of a core becomes a core and a request") {
  spark_application_spec spec;
  const std::string request = "spark.kubernetes.driver.request.cores";
  spec.driver.cores = 0.1;
  CHECK(effective(spec) == conf{{"spark.driver.cores", "1"}, {request, "0.1"}});
  spec.driver.cores = 2.5;
  CHECK(effective(spec) == conf{{"spark.driver.cores", "3"}, {request, "2.5"}});
  spec.driver.core_request = "700m";
  CHECK(effective(spec).at(request) == "700m");
  spec.driver.core_request.reset();
  spec.spark_conf[request] = "300m";
  CHECK(effective(spec).at(request) == "300m");
}

TEST_CASE("sparkConf overrides the image, and other fields override it") {
  spark_application_spec spec;
  spec.image = "field:1";
  spec.driver.memory = "1g";
  spec.spark_conf = {{"spark.kubernetes.container.image", "conf:1"},
                     {"spark.driver.memory", "9g"}};
  const auto got = effective(spec);
  CHECK(got.at("spark.kubernetes.container.image") == "conf:1");
  CHECK(got.at("spark.driver.memory") == "1g");
}
