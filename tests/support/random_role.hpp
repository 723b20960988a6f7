#pragma once

#include "tests/support/dice.hpp"

#include <boost/json.hpp>

#include <string_view>

namespace spark::test {

/// What the parts of one random application have to agree on.
struct random_context {
  dice d;
  boost::json::array volumes = {};   ///< spec.volumes, filled by the roles
  bool nodes_chosen_by_role = false; ///< nodeSelector is theirs, not the spec's
};

/// spec.driver or spec.executor, with the volumes that it mounts added to the
/// context's. `role` is "driver" or "executor".
[[nodiscard]] boost::json::object random_role(random_context& in,
                                              std::string_view role);

} // namespace spark::test
