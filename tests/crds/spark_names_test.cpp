#include "crds/conf/spark_names.hpp"

#include <catch2/catch.hpp>

namespace spark {
namespace {

TEST_CASE("prefix of resource names") {
  struct row {
    std::string name;
    std::string prefix;
  };
  auto [name, prefix] = GENERATE(values<row>({
      {"spark-pi", "spark-pi-4f0c2d719a3b5e64"},
      {"1 Föö.Bar-", "x-f-bar-4f0c2d719a3b5e64"},
      {"  My_App  v2.0 ", "my-app-v2-0-4f0c2d719a3b5e64"},
      {"___", "xf0c2d719a3b5e64"},
      {"", "xf0c2d719a3b5e64"},
      {"my_app.py", "my-app-py-4f0c2d719a3b5e64"},
      {"\xe2\x84\xaa", "k-4f0c2d719a3b5e64"},   // kelvin sign
      {"\xc4\xb0x", "i-x-4f0c2d719a3b5e64"},    // I with dot
      {"\xf0\x9f\x98\x80", "xf0c2d719a3b5e64"}, // outside the first plane
      {"-lead", "lead-4f0c2d719a3b5e64"},
      {"9", "x-4f0c2d719a3b5e64"},
      {"\x80\xff", "xf0c2d719a3b5e64"}, // not UTF-8 at all
  }));
  CHECK(resource_name_prefix(name, "4f0c2d719a3b5e64") == prefix);
}

TEST_CASE("label of the application's name") {
  struct row {
    std::string name;
    std::string label;
  };
  auto [name, label] = GENERATE(values<row>({
      {"spark-pi", "spark-pi"},
      {"1 Föö.Bar-", "1-f-bar"},
      {"___", ""},
      {"", ""},
      {"-a-", "a"},
      {std::string(80, 'a'), std::string(63, 'a')},
      {std::string(62, 'a') + "-b", std::string(62, 'a')},
  }));
  CHECK(app_name_label(name) == label);
}

TEST_CASE("a name of 35 characters fits into that of the Service") {
  const std::string id = "4f0c2d719a3b5e64";
  CHECK(fits_service(service_name(std::string(35, 'a'), id)));
  CHECK_FALSE(fits_service(service_name(std::string(36, 'a'), id)));
}

} // namespace
} // namespace spark
