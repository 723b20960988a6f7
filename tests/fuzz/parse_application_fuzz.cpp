// Whatever JSON an API server sends, parsing it neither crashes nor throws, and
// what is said of it can be read back.

#include "crds/fields.hpp"
#include "crds/parse.hpp"
#include "crds/status.hpp"

#include <boost/json.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>

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
  for (const auto* list : {&parsed.problems, &parsed.warnings}) {
    const boost::json::value text = boost::json::string(spark::to_text(*list));
    boost::json::parse(boost::json::serialize(text), code);
    if (code)
      std::abort();
  }
  (void)spark::spec_hash(object);
  const auto status = spark::parse_status(object);
  if (!spark::status_patch(status, status).empty())
    std::abort();
  return 0;
}
