#include "k8s/render/names.hpp"
#include "k8s/render/submission.hpp"

#include <catch2/catch.hpp>

namespace spark {
namespace {

const std::string id = "4f0c2d71-9a3b-5e64-8d10-aabbccddeeff";

TEST_CASE("a Service has its own name up to 35 characters") {
  auto fits = make_names(std::string(35, 'a'), id, "pod");
  CHECK(fits.service.size() == 63);
  CHECK(fits.service == std::string(35, 'a') + "-4f0c2d719a3b5e64-driver-svc");
  auto falls = make_names(std::string(36, 'a'), id, "pod");
  CHECK(falls.service == "spark-4f0c2d719a3b5e64-driver-svc");
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
