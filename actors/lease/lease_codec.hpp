#pragma once

#include "actors/lease/lease_machine.hpp"
#include "messages/clock.hpp"
#include "messages/ids.hpp"

#include <boost/json.hpp>

namespace spark {

/// nullopt when the object is no Lease.
[[nodiscard]] std::optional<lease_record>
read_lease(const boost::json::value& object);

/// For POST, and as a merge patch that its resourceVersion guards.
[[nodiscard]] boost::json::object write_lease(const lease_record& record,
                                              const object_key& name,
                                              bool acquiring, time_point now);

} // namespace spark
