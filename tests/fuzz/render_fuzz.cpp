// The bytes are lines "key=value" of a sparkConf; three keys stand for fields.
// What the parser accepts, render() makes whole, and the same each time; what
// the parser does not accept must not crash render() either.

#include "crds/parse.hpp"
#include "k8s/render/submission.hpp"

#include <cstdlib>
#include <string_view>

namespace {

namespace json = boost::json;

void put(json::object& spec, std::string_view line) {
  auto equals = line.find('=');
  auto key = line.substr(0, equals);
  auto value =
      equals == line.npos ? std::string_view{} : line.substr(equals + 1);
  if (key == "file")
    spec["mainApplicationFile"] = value;
  else if (key == "version")
    spec["sparkVersion"] = value;
  else if (key == "argument")
    spec["arguments"].as_array().emplace_back(value);
  else
    spec["sparkConf"].as_object()[key] = value;
}

json::object read_application(std::string_view text) {
  json::object spec{{"type", "Scala"},
                    {"image", "spark"},
                    {"mainClass", "Main"},
                    {"mainApplicationFile", "local:///a.jar"},
                    {"arguments", json::array{}},
                    {"sparkConf", json::object{}}};
  while (!text.empty()) {
    auto end = std::min(text.find('\n'), text.size());
    put(spec, text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return {{"metadata", {{"name", "app"}, {"namespace", "ns"}}},
          {"spec", std::move(spec)}};
}

void require(bool holds) {
  if (!holds)
    std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data,
                                      std::size_t size) {
  auto parsed = spark::parse_application(
      read_application({reinterpret_cast<const char*>(data), size}));
  spark::submission_input in{.app = {"ns", "app"},
                             .app_uid = "uid",
                             .claim_number = 1,
                             .submission_id = spark::submission_id("uid", 1),
                             .submit_time_ms = 1,
                             .spec = &parsed.spec};
  auto once = spark::render(in);
  auto again = spark::render(in);
  require(once.has_value() == again.has_value());
  require(once || !parsed.problems.empty());
  if (!once) {
    require(!once.error().message.empty());
    return 0;
  }
  require(spark::canonical_json(once->driver) ==
          spark::canonical_json(again->driver));
  require(once->properties == again->properties);
  const auto& selector = once->service.at("spec").at("selector").as_object();
  for (const auto& label : selector)
    require(
        !std::string_view{label.key()}.starts_with("sparkoperator.k8s.io/"));
  return 0;
}
