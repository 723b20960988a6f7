#pragma once

#include <boost/json.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace spark {

/// Members of `value` that Kubernetes' type `type` ("Affinity", "Container",
/// "Volume", "PodTemplateSpec", "EnvVar", ...) does not have, as paths below it
/// (".preStop.exec.comand", "[2].foo"), at most `most` of them. A list is
/// judged item by item. Never throws; case-sensitive as the API server is.
///
/// Not judged: a type that there is not, and a place where another kind of
/// value stands than the type has, such as text for an object.
[[nodiscard]] std::vector<std::string>
unknown_members(std::string_view type, const boost::json::value& value,
                std::size_t most = 10);

/// The release of Kubernetes whose types these are: "1.34".
[[nodiscard]] std::string_view known_kubernetes();

} // namespace spark
