// The bytes are lines "key=value" of a sparkConf; three keys stand for fields.
// render() must neither throw nor crash, and what it accepts must be whole and
// the same when rendered again.

#include "crds/parse.hpp"
#include "k8s/render/submission.hpp"

#include <cstdlib>
#include <string_view>

namespace {

void put(spark::spark_application_spec& spec, std::string_view line) {
  auto equals = line.find('=');
  std::string key{line.substr(0, equals)};
  std::string value{equals == line.npos ? std::string_view{}
                                        : line.substr(equals + 1)};
  if (key == "file")
    spec.main_application_file = value;
  else if (key == "version")
    spec.spark_version = value;
  else if (key == "argument")
    spec.arguments.push_back(value);
  else
    spec.spark_conf[key] = value;
}

spark::spark_application_spec read_spec(std::string_view text) {
  spark::spark_application_spec spec;
  spec.type = "Scala";
  spec.image = "spark";
  spec.main_class = "Main";
  spec.main_application_file = "local:///a.jar";
  while (!text.empty()) {
    auto end = std::min(text.find('\n'), text.size());
    put(spec, text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return spec;
}

void require(bool holds) {
  if (!holds)
    std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data,
                                      std::size_t size) {
  auto spec = read_spec({reinterpret_cast<const char*>(data), size});
  spark::submission_input in{.app = {"ns", "app"},
                             .app_uid = "uid",
                             .claim_number = 1,
                             .submission_id = spark::submission_id("uid", 1),
                             .submit_time_ms = 1,
                             .spec = &spec};
  auto once = spark::render(in);
  auto again = spark::render(in);
  require(once.has_value() == again.has_value());
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
