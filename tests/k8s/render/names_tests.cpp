#include "k8s/render/names.hpp"
#include "k8s/render/submission.hpp"

#include <catch2/catch.hpp>

namespace spark {
namespace {

const std::string id = "4f0c2d71-9a3b-5e64-8d10-aabbccddeeff";

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

TEST_CASE("a Service has its own name up to 35 characters") {
  auto fits = make_names(std::string(35, 'a'), id, "pod");
  CHECK(fits.service.size() == 63);
  CHECK(fits.service == std::string(35, 'a') + "-4f0c2d719a3b5e64-driver-svc");
  CHECK_FALSE(fits.service_fell_back);
  auto falls = make_names(std::string(36, 'a'), id, "pod");
  CHECK(falls.service == "spark-4f0c2d719a3b5e64-driver-svc");
  CHECK(falls.service_fell_back);
  CHECK(falls.prefix == std::string(36, 'a') + "-4f0c2d719a3b5e64");
}

TEST_CASE("names of the other objects") {
  auto names = make_names("pi", id, "my-pod");
  CHECK(names.app_id == "spark-4f0c2d719a3b5e648d10aabbccddeeff");
  CHECK(names.driver_pod == "my-pod");
  CHECK(names.conf_map == "spark-drv-4f0c2d719a3b5e64-conf-map");
  CHECK(names.conf_map == config_map_name(id));
  CHECK(names.template_map == "pi-4f0c2d719a3b5e64-driver-podspec-conf-map");
}

TEST_CASE("placeholders") {
  CHECK(with_ids("a{{APP_ID}}b{{EXECUTOR_ID}}c{{APP_ID}}", "X") == "aXbcX");
  CHECK(with_ids("{{OTHER}}", "X") == "{{OTHER}}");
  CHECK(with_replaced("aaa", "a", "aa") == "aaaaaa");
}

} // namespace
} // namespace spark
