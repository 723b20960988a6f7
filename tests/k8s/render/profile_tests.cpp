#include "k8s/render/profile.hpp"

#include <catch2/catch.hpp>

namespace spark {
namespace {

TEST_CASE("which row an application gets") {
  struct row {
    std::string requested;
    std::string line;
    std::string version; ///< of the label
    bool warns;
  };
  auto [requested, line, version, warns] = GENERATE(values<row>({
      {"3.5.7", "3.5", "3.5.7", false},
      {"3.5.3", "3.5", "3.5.3", false},
      {"3.5", "3.5", "3.5.7", false},
      {"v3.5.1", "3.5", "3.5.1", false},
      {"3.5.3-scala2.12", "3.5", "3.5.3-scala2.12", false},
      {"4.0.0-preview1", "4.0", "4.0.0-preview1", false},
      {"4.1.1", "4.1", "4.1.1", false},
      {"", "4.1", "4.1.1", false},
      {"4.2.0", "4.1", "4.2.0", true},
      {"5.0.0", "4.1", "5.0.0", true},
      {"3.9.0", "3.5", "3.9.0", true},
      {"3.1.2", "3.5", "3.1.2", true},
      {"2.4.8", "3.5", "2.4.8", true},
      {"latest", "4.1", "4.1.1", true},
      {"3", "4.1", "4.1.1", true},
      {"3.5.0 or so", "3.5", "3.5.7", false},
      {"99999999999.1", "4.1", "4.1.1", true},
  }));
  CAPTURE(requested);
  auto chosen = choose_profile(requested);
  CHECK(chosen.row->line == line);
  CHECK(chosen.version == version);
  CHECK(chosen.warning.has_value() == warns);
}

TEST_CASE("rows are ordered") {
  auto rows = version_profiles();
  REQUIRE(rows.size() >= 2);
  for (std::size_t i = 1; i < rows.size(); ++i)
    CHECK(std::pair{rows[i - 1].major, rows[i - 1].minor} <
          std::pair{rows[i].major, rows[i].minor});
}

} // namespace
} // namespace spark
