#pragma once

#include "tests/support/api_path.hpp"
#include "tests/support/json_read.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace spark::test {

struct api_answer {
  int status = 200;
  json::value body;
  std::chrono::seconds retry_after{0};

  [[nodiscard]] bool ok() const { return status < 300; }
};

/// A metav1.Status of a failure. The reason is the one Kubernetes gives with
/// that code; 409 is Conflict unless `reason` says otherwise.
[[nodiscard]] api_answer failure(int status, std::string message,
                                 std::string_view reason = {});

// The answers clients tell apart, in the words of a real server.
[[nodiscard]] api_answer not_found(const api_path& where);
[[nodiscard]] api_answer already_exists(const api_path& where,
                                        const std::string& name);
[[nodiscard]] api_answer conflict(const api_path& where,
                                  const std::string& why);
[[nodiscard]] api_answer modified(const api_path& where);
[[nodiscard]] api_answer other_uid(const api_path& where,
                                   const std::string& wanted,
                                   const std::string& found);
[[nodiscard]] api_answer invalid(const api_path& where, const std::string& name,
                                 const std::string& why);
[[nodiscard]] api_answer expired();
[[nodiscard]] api_answer too_large_version(const std::string& wanted,
                                           std::uint64_t current);
[[nodiscard]] api_answer deleted(const api_path& where, const std::string& uid);

} // namespace spark::test
