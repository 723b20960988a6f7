#pragma once

#include "k8s/render/submission.hpp"

#include <boost/json.hpp>

namespace spark::test {

/// The pod that a driver would ask for as its first executor: what Spark makes
/// of the submission's conf and of its pod template, as far as an API server
/// has rules for it.
[[nodiscard]] boost::json::object executor_pod(const submission& made);

} // namespace spark::test
