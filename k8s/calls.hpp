#pragma once

#include "k8s/transport.hpp"
#include "messages/ids.hpp"

#include <atomic>
#include <memory>
#include <string>

/// What actors say to the API server, and how urgent it is.
namespace spark {

/// Who goes first when the API server is slow (contract "Who goes first").
enum class priority {
  lease,  ///< renewals: never behind anything
  work,   ///< terminal statuses, creates and deletes of claimed attempts, looks
  status, ///< other statuses
  claim,  ///< new claims: the only valve for admission
  event   ///< Kubernetes Events: bounded, dropped when too many
};
inline constexpr int priority_count = 5;

struct api_call {
  request what;
  priority rank = priority::work;
  object_key about; ///< the application: fairness is by it and its namespace
  std::string resource; ///< plural, for metrics: "pods"
  /// Once it is true, the call shall not leave any more: it may have waited
  /// long, and what it creates is not wanted now. Null: cannot be withdrawn.
  std::shared_ptr<const std::atomic<bool>> withdrawn;
};

} // namespace spark
