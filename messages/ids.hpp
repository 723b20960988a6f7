#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace spark {

/// Namespace and name: how people and labels refer to an object.
struct object_key {
  std::string ns;
  std::string name;
  auto operator<=>(const object_key&) const = default;
};

[[nodiscard]] inline std::string to_string(const object_key& k) {
  return k.ns + "/" + k.name;
}

/// UUIDv5 of the application's uid and the claim number: the same after every
/// crash, another one after every edit or retry (contract "Status").
[[nodiscard]] std::string submission_id(std::string_view app_uid,
                                        std::int64_t claim_number);

/// Could it be a submission id that this project made, for whatever
/// application? Those of a Go operator are random UUIDs.
[[nodiscard]] bool has_our_form(std::string_view submission_id);

/// Which attempt of that application has this submission id; 0: none of the
/// first thousands.
[[nodiscard]] std::int64_t attempt_number(std::string_view app_uid,
                                          std::string_view submission_id);

/// "spark-" + submission id without dashes (contract "Names").
[[nodiscard]] std::string spark_application_id(std::string_view submission_id);

/// The first 16 hex digits of the submission id: takes the place of the random
/// part in the names of Spark's own objects.
[[nodiscard]] std::string name_suffix(std::string_view submission_id);

/// Spreads work that would otherwise happen at once: a number in [0, range)
/// that depends on its arguments alone, so a replay needs no dice.
[[nodiscard]] std::uint64_t jitter(std::string_view uid, std::int64_t attempt,
                                   std::uint64_t range);

/// Labels and annotations that tie objects to their application.
namespace labels {
inline constexpr std::string_view app_name = "sparkoperator.k8s.io/app-name";
inline constexpr std::string_view submission =
    "sparkoperator.k8s.io/submission-id";
inline constexpr std::string_view launched =
    "sparkoperator.k8s.io/launched-by-spark-operator";
inline constexpr std::string_view content_hash =
    "sparkoperator.k8s.io/content-hash";
inline constexpr std::string_view spark_role = "spark-role";
} // namespace labels

} // namespace spark
