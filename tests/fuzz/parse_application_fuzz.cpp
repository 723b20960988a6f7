// Whatever JSON an API server sends, parsing it neither crashes nor throws, and
// what is said of it can be read back. What is accepted renders, and what is
// not does no harm when it is rendered all the same. Of an accepted schedule
// each run is accepted.

#include "crds/fields.hpp"
#include "crds/run_names.hpp"
#include "crds/scheduled_status.hpp"
#include "crds/text_checks.hpp"
#include "k8s/render/submission.hpp"

#include <boost/json.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>

namespace {

/// The executors' template is made by us and read by Spark.
void check_render(const spark::parsed_application& parsed) {
  spark::submission_input in{.app = {"ns", "app"},
                             .app_uid = "uid",
                             .claim_number = 1,
                             .submission_id = spark::submission_id("uid", 1),
                             .submit_time_ms = 1,
                             .spec = &parsed.spec};
  const auto made = spark::render(in);
  if (!made && parsed.problems.empty())
    std::abort();
  if (!made || made->config_maps.size() < 2)
    return;
  const auto& text =
      made->config_maps[1].at("data").at("podspec-configmap-key").as_string();
  boost::json::parse_options deep;
  deep.max_depth = 1100; // an opaque value, and where it stands
  const auto pod = boost::json::parse(text, {}, deep);
  if (pod.at("spec").at("containers").as_array().empty())
    std::abort();
}

void check_texts(const std::vector<spark::problem>& problems,
                 const std::vector<spark::problem>& warnings) {
  for (const auto* list : {&problems, &warnings}) {
    const boost::json::value text = boost::json::string(spark::to_text(*list));
    boost::json::error_code code;
    boost::json::parse(boost::json::serialize(text), code);
    if (code)
      std::abort();
  }
}

void check_scheduled(const boost::json::value& object) {
  const auto parsed = spark::parse_scheduled(object);
  check_texts(parsed.problems, parsed.warnings);
  const auto status = spark::parse_scheduled_status(object);
  if (!spark::scheduled_status_patch(status, status).empty())
    std::abort();
  if (!parsed.problems.empty())
    return;
  boost::json::object run;
  auto& metadata = run["metadata"] = object.at("metadata");
  const std::string name{metadata.at("name").as_string()};
  metadata.as_object()["name"] = spark::run_name(name, 1767225600000000000);
  run["spec"] = object.at("spec").at("template");
  if (!spark::parse_application(run).problems.empty())
    std::abort();
  if (!spark::check_plain_label_value(spark::schedule_label_value(name))
           .empty())
    std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  boost::json::parse_options options;
  options.max_depth = 1000;
  boost::json::error_code code;
  const auto object = boost::json::parse(
      {reinterpret_cast<const char*>(data), size}, code, {}, options);
  if (code)
    return 0;
  const auto parsed = spark::parse_application(object);
  (void)spark::simple_conf(parsed.spec);
  check_render(parsed);
  check_texts(parsed.problems, parsed.warnings);
  (void)spark::spec_hash(object);
  const auto status = spark::parse_status(object);
  if (!spark::status_patch(status, status).empty())
    std::abort();
  check_scheduled(object);
  return 0;
}
