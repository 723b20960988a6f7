#pragma once

#include <boost/json.hpp>

#include <cstdint>

namespace spark::test {

/// A valid SparkApplication (metadata and spec) of what users can write: its
/// fields, and what is in them, are picked at random. The same seed gives the
/// same bytes.
[[nodiscard]] boost::json::object random_application(std::uint64_t seed);

} // namespace spark::test
