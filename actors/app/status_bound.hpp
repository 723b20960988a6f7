#pragma once

#include "crds/status.hpp"

#include <cstddef>

/// The one place that keeps a status small, whatever clusters and users say
/// and however many executors there are: etcd and every watcher carry the whole
/// object again with each change.
namespace spark {

/// What a status takes as JSON (contract §1).
inline constexpr std::size_t max_status_bytes = 16 * 1024;
/// Of them, what we leave to members that others write.
inline constexpr std::size_t others_share = 2 * 1024;

/// Cuts texts, then leaves out the executors that matter least: those that
/// have ended before live ones, the oldest first; at most max_executors stay.
/// Doing it again changes nothing.
void fit_status(application_status& status);

} // namespace spark
