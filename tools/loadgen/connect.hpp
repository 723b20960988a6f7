#pragma once

#include "k8s/transport.hpp"

#include <memory>
#include <string>

namespace spark::load {

/// A transport to the API server that the kubeconfig names: the one file of the
/// generator that knows how connections are made.
[[nodiscard]] result<std::unique_ptr<transport>>
connect(const std::string& kubeconfig);

} // namespace spark::load
