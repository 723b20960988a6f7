#pragma once

#include <boost/json.hpp>

#include <cstddef>
#include <string_view>

namespace spark {

/// Which of a template's containers Spark runs in: the one called `name`, else
/// the first. `containers` is not empty.
[[nodiscard]] std::size_t spark_container(const boost::json::array& containers,
                                          std::string_view name);

} // namespace spark
