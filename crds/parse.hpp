#pragma once

#include "crds/spark_application.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace spark {

/// One thing that is wrong, or odd, in a spec: where and what.
struct problem {
  std::string path;    ///< "spec.driver.memory"
  std::string message; ///< what is wrong and what would be right
  bool operator==(const problem&) const = default;
};

template<class Spec>
struct parsed_spec {
  Spec spec;
  std::vector<problem> problems; ///< not empty: the spec is refused
  std::vector<problem> warnings; ///< accepted, but the user should know
};

using parsed_application = parsed_spec<spark_application_spec>;

/// Reads .metadata and .spec of a SparkApplication object, maps the loose forms
/// of the user guide, applies the defaults (in memory, never written back) and
/// validates. Never throws; whatever the JSON is, the result says all problems
/// at once, each with its path.
[[nodiscard]] parsed_application
parse_application(const boost::json::value& object);

/// The same without the defaults.
[[nodiscard]] parsed_application
parse_as_written(const boost::json::value& object);

/// "path: message; path: message", cut where a status gets too long.
[[nodiscard]] std::string to_text(const std::vector<problem>& problems);

/// What an edit of a field does to an application that was submitted. The one
/// table of it is in canonical.cpp.
enum class edit {
  restarts, ///< a new attempt, for every field that is not listed
  decides,  ///< whether and how long it lives: suspend, timeToLiveSeconds
  follows   ///< reaches the running attempt: Services, Ingresses, the driver's
            ///< disruption budget, and executors that are still to come
};
/// `path` as in the field table: "spec.sparkUIOptions.servicePort".
[[nodiscard]] edit edit_of(std::string_view path);

/// "2:" + hex SHA-256 of the canonical JSON of .spec without the paths whose
/// edits do not restart. The digit names the rule: an old rule stays in the
/// code, so that an upgrade of the operator never restarts anything.
[[nodiscard]] std::string spec_hash(const boost::json::value& spec);
/// The hash under the rule that `like` names ("1:..."), for comparing.
[[nodiscard]] std::string spec_hash_like(const boost::json::value& spec,
                                         std::string_view like);
/// 16 hex digits over all that follows without a restart.
[[nodiscard]] std::string live_hash(const boost::json::value& spec);

/// Canonical JSON: object keys sorted, no spaces, integers as integers.
[[nodiscard]] std::string canonical_json(const boost::json::value& value);
[[nodiscard]] std::string sha256_hex(std::string_view bytes);
/// For names that the Go operator made the same way; it protects nothing.
[[nodiscard]] std::string md5_hex(std::string_view bytes);

/// "512m" -> bytes, by the rules of Spark's JavaUtils: integers with an
/// optional unit b,k,kb,m,mb,g,gb,t,tb,p,pb in any case; a bare number is in
/// `default_unit` (1 MiB for memory). Negative result: not a size.
[[nodiscard]] std::int64_t
parse_java_size(std::string_view text, std::int64_t default_unit = 1024 * 1024);

/// A Kubernetes quantity such as 500m, 0.5 or 2Gi as a number; nothing: it is
/// none, or negative.
[[nodiscard]] std::optional<double> parse_quantity(std::string_view text);

/// driver.podName, else conf spark.kubernetes.driver.pod.name, else
/// "<app>-driver": the same in every attempt.
[[nodiscard]] std::string driver_pod_name(std::string_view app,
                                          const spark_application_spec& spec);

} // namespace spark
