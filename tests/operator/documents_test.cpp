#include "actors/app/driver_causes.hpp"
#include "actors/metrics.hpp"
#include "tools/operator/flags.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <fstream>
#include <sstream>

using namespace spark;

namespace {

/// Compares a document with what the table says today; REWRITE=1 writes it.
void check_document(const std::string& name, const std::string& title,
                    const std::string& table) {
  auto path = std::string{SPARK_SOURCE_DIR} + "/deploy/" + name;
  auto wanted = "# " + title +
                "\n\nGenerated from the code's table; to change " +
                "it: `REWRITE=1 operator_tests`.\n\n" + table;
  if (std::getenv("REWRITE"))
    std::ofstream{path} << wanted;
  std::ifstream in{path};
  std::stringstream found;
  found << in.rdbuf();
  CHECK(found.str() == wanted);
}

} // namespace

TEST_CASE("the documented flags are the flags") {
  check_document("FLAGS.md", "Flags of spark-operator", flags_markdown());
}

TEST_CASE("the documented causes are the causes") {
  check_document("FAILURES.md", "Why a driver fails or waits",
                 causes_markdown());
}

TEST_CASE("the documented metrics are the metrics") {
  check_document("METRICS.md", "Metrics", metrics_markdown());
}
