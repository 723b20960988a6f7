#pragma once

#include "k8s/transport.hpp"
#include "messages/app_facts.hpp"

namespace spark {

/// No earlier write can land later than this after it was sent: every write
/// carries timeout=5s to the server too (contract "It already exists").
inline constexpr seconds settle_time{6};

/// How a reply to a write is to be read (contract "It already exists").
[[nodiscard]] ending ending_of(const reply& r);

} // namespace spark
