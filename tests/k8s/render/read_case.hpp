#pragma once

#include "crds/parse.hpp"
#include "k8s/render/submission.hpp"

#include <boost/json.hpp>

#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>

namespace spark::testing {

/// A file below the source tree; throws when it is not there.
inline std::string read_source_file(const std::string& path) {
  std::ifstream in{std::string{SPARK_SOURCE_DIR} + "/" + path};
  if (!in)
    throw std::runtime_error("cannot read " + path);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

/// An application as a test writes it: metadata and spec of a SparkApplication,
/// read as an operator does, but without defaults, which spark-submit does not
/// know.
struct application_case {
  explicit application_case(const boost::json::value& json)
      : parsed(parse_as_written(json)), spec(parsed.spec) {
    const auto text = [&json](const char* key) {
      return std::string{json.at("metadata").at(key).as_string()};
    };
    input.app = {text("namespace"), text("name")};
    input.app_uid = "0a1b2c3d-0000-4000-8000-000000000001";
    input.claim_number = 1;
    input.submission_id = submission_id(input.app_uid, 1);
    input.submit_time_ms = 1795423465123; // Mon Nov 23 08:44:25 UTC 2026
  }

  /// What render() takes; valid as long as this case.
  [[nodiscard]] submission_input to_submit() const {
    auto out = input;
    out.spec = &spec;
    return out;
  }

  parsed_application parsed;
  submission_input input;
  spark_application_spec spec;
};

} // namespace spark::testing
