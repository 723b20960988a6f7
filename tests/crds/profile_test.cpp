#include "crds/conf/profile.hpp"

#include <catch2/catch.hpp>

namespace spark {
namespace {

TEST_CASE("which row an application gets") {
  struct row {
    std::string requested;
    std::string line;
    std::string version; ///< of the label
    bool warns;
  };
  auto [requested, line, version, warns] = GENERATE(values<row>({
      {"3.5.7", "3.5", "3.5.7", false},
      {"3.5.3", "3.5", "3.5.3", false},
      {"3.5", "3.5", "3.5.7", false},
      {"v3.5.1", "3.5", "3.5.1", false},
      {"3.5.3-scala2.12", "3.5", "3.5.3-scala2.12", false},
      {"4.0.0-preview1", "4.0", "4.0.0-preview1", false},
      {"4.1.1", "4.1", "4.1.1", false},
      {"", "4.3", "4.3.0", false},
      {"4.2.0", "4.2", "4.2.0", false},
      {"4.4.0", "4.3", "4.4.0", true},
      {"5.0.0", "4.3", "5.0.0", true},
      {"3.9.0", "3.5", "3.9.0", true},
      {"3.1.2", "3.1", "3.1.2", false},
      {"3.4", "3.4", "3.4.4", false},
      {"2.4.8", "3.0", "2.4.8", true},
      {"latest", "4.3", "4.3.0", true},
      {"3", "4.3", "4.3.0", true},
      {"3.5.0 or so", "3.5", "3.5.7", false},
      {"99999999999.1", "4.3", "4.3.0", true},
  }));
  CAPTURE(requested);
  auto chosen = choose_profile(requested);
  CHECK(chosen.row->line == line);
  CHECK(chosen.version == version);
  CHECK(chosen.warning.has_value() == warns);
}

TEST_CASE("rows are ordered") {
  auto rows = version_profiles();
  REQUIRE(rows.size() >= 2);
  for (std::size_t i = 1; i < rows.size(); ++i)
    CHECK(std::pair{rows[i - 1].major, rows[i - 1].minor} <
          std::pair{rows[i].major, rows[i].minor});
}

TEST_CASE("the Spark version is that of the field, else of the image") {
  const auto of_image = [](std::string image) {
    spark_application_spec spec;
    spec.image = std::move(image);
    return requested_spark_version(spec).text;
  };
  CHECK(of_image("spark:3.5.7") == "3.5.7");
  CHECK(of_image("gcr.io/spark/spark:v3.0.0") == "3.0.0");
  CHECK(of_image("host:5000/spark:4.1.0-java17") == "4.1.0");
  CHECK(of_image("host:5000/spark") == "");
  CHECK(of_image("spark@sha256:3.5.7") == "");
  CHECK(of_image("spark:3.5.7@sha256:abc") == "3.5.7");
  CHECK(of_image("spark:latest") == "");
  CHECK(of_image("spark:20240101") == "");
  // Versions of the application, not of Spark.
  CHECK(of_image("registry/my-etl:1.4.2") == "");
  CHECK(of_image("my-job:2024.06") == "");
  CHECK(of_image("my-job:33.1") == "");
  spark_application_spec spec;
  spec.image = "spark:3.5.7";
  spec.spark_version = "v3.4.1";
  CHECK(requested_spark_version(spec).text == "3.4.1");
  CHECK(requested_spark_version(spec).path == "spec.sparkVersion");
  spec.spark_version = "newest";
  CHECK(requested_spark_version(spec).text == "3.5.7");
  CHECK(requested_spark_version(spec).path == "spec.image");
}

TEST_CASE("the image that the driver runs decides") {
  spark_application_spec spec;
  const auto version = [&spec] { return requested_spark_version(spec).text; };
  spec.image = "spark:3.5.7";
  spec.spark_conf["spark.kubernetes.container.image"] = "spark:4.1.1";
  CHECK(version() == "4.1.1"); // sparkConf wins over spec.image
  spec.spark_conf["spark.kubernetes.container.image"] = "spark:latest";
  CHECK(version().empty()); // nobody runs spec.image
  spec.spark_conf["spark.kubernetes.driver.container.image"] = "spark:4.0.1";
  CHECK(version() == "4.0.1");
  spec.driver.image = "spark:3.5.3"; // the field of a role wins over sparkConf
  CHECK(version() == "3.5.3");
  spec.driver.image = "my-job:1.2";
  CHECK(version().empty());
  spec.spark_conf.clear();
  CHECK(version() == "3.5.7"); // the executors', so most likely the driver's
}

} // namespace
} // namespace spark
