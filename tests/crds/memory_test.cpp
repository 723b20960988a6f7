#include "crds/conf/memory.hpp"

#include <catch2/catch.hpp>

namespace spark {
namespace {

const version_profile& v35 = *choose_profile("3.5.7").row;
const version_profile& v41 = *choose_profile("4.1.1").row;

std::int64_t memory(const string_map& conf,
                    app_language language = app_language::java,
                    const version_profile& profile = v35) {
  settings read{conf};
  auto out = driver_memory_mib(read, language, profile);
  CHECK(read.problems().empty());
  return out;
}

bool refuses(const string_map& conf) {
  settings read{conf};
  static_cast<void>(driver_memory_mib(read, app_language::java, v41));
  return !read.problems().empty();
}

TEST_CASE("memory of the driver") {
  using enum app_language;
  CHECK(memory({}) == 1024 + 384);
  CHECK(memory({}, python) == 1433); // 409.6 is cut, not rounded
  CHECK(memory({}, r) == 1433);
  CHECK(memory({{"spark.driver.memory", "500"}}) == 884);
  CHECK(memory({{"spark.driver.memory", "512m"}}) == 896);
  CHECK(memory({{"spark.driver.memory", "8g"}}) == 8192 + 819);
  CHECK(memory({{"spark.driver.memory", "8G"}}) == 8192 + 819);
  CHECK(memory({{"spark.driver.memory", "1048576k"}}) == 1024 + 384);
  CHECK(memory({{"spark.driver.memory", "1g"},
                {"spark.driver.memoryOverhead", "10"}}) == 1034);
  CHECK(memory({{"spark.driver.memory", "4g"},
                {"spark.driver.memoryOverheadFactor", "0.2"},
                {"spark.memory.offHeap.enabled", "true"},
                {"spark.memory.offHeap.size", "1g"}}) == 4915);
  CHECK(memory({{"spark.kubernetes.memoryOverheadFactor", "1"}}, python) ==
        2048);
  CHECK(memory({{"spark.driver.memoryOverheadFactor", "0.1"}}, python) ==
        1024 + 384);
}

TEST_CASE("the least overhead can be set from Spark 4.0 on") {
  string_map conf{{"spark.driver.minMemoryOverhead", "512m"}};
  CHECK(memory(conf) == 1024 + 384);
  CHECK(memory(conf, app_language::java, v41) == 1024 + 512);
}

TEST_CASE("what is no size is refused") {
  CHECK(refuses({{"spark.driver.memory", "1.5g"}}));
  CHECK(refuses({{"spark.driver.memory", ""}}));
  CHECK(refuses({{"spark.driver.memory", "lots"}}));
  CHECK(refuses({{"spark.driver.memoryOverhead", "-1"}}));
  CHECK(refuses({{"spark.driver.memoryOverheadFactor", "NaN"}}));
  CHECK(refuses({{"spark.driver.memoryOverheadFactor", "-0.1"}}));
  CHECK(refuses({{"spark.kubernetes.memoryOverheadFactor", "x"}}));
}

TEST_CASE("doubles print as Java's") {
  CHECK(java_double(0.1) == "0.1");
  CHECK(java_double(0.4) == "0.4");
  CHECK(java_double(0) == "0.0");
  CHECK(java_double(1) == "1.0");
  CHECK(java_double(0.00001) == "1.0E-5");
  CHECK(java_double(0.000123) == "1.23E-4");
  CHECK(java_double(0.001) == "0.001");
  CHECK(java_double(9999999) == "9999999.0");
  CHECK(java_double(1e7) == "1.0E7");
  CHECK(java_double(1.25e22) == "1.25E22");
  CHECK(java_double(-2.5) == "-2.5");
}

} // namespace
} // namespace spark
