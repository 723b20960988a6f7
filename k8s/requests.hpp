#pragma once

#include "k8s/transport.hpp"

#include <boost/json.hpp>

#include <string>
#include <string_view>

/// What is said to an API server, spelled once. A path has no query and its
/// names are percent-encoded.
///
/// Every write also tells the server when to give up on it, and that is when
/// we stop to wait for the reply: so none lands much later than it was sent.
namespace spark::requests {

inline constexpr std::chrono::seconds write_deadline{5};

/// What must still be true of the object; an empty member is not asked for.
/// Otherwise the server answers 409 and does nothing.
struct preconditions {
  std::string_view uid;
  std::string_view resource_version;
};

[[nodiscard]] request get(std::string path);

/// POST to a collection.
[[nodiscard]] request
create(std::string collection, const boost::json::value& object,
       std::chrono::milliseconds deadline = write_deadline);

/// `propagation`: Background, Foreground or Orphan; empty: the kind's default.
[[nodiscard]] request remove(std::string path, const preconditions& only_if,
                             std::string_view propagation = {});

/// RFC 7386: null removes a member, an array is replaced. A metadata.uid or
/// metadata.resourceVersion in it is a precondition.
[[nodiscard]] request
merge_patch(std::string path, const boost::json::value& patch,
            std::chrono::milliseconds deadline = write_deadline);

/// What becomes of a field that another manager owns.
enum class on_conflict {
  refuse,   ///< 409, and nothing is changed
  take_over ///< it is ours from now on
};

/// Server-side apply: creates the object, or makes the fields in it what they
/// are here, and drops those that `manager` applied before and no longer does.
/// `object` is whole: apiVersion, kind, metadata.name, and no managedFields.
[[nodiscard]] request apply(std::string path, const boost::json::value& object,
                            std::string_view manager,
                            on_conflict what = on_conflict::refuse);

/// Who we are to server-side apply, unless there is a reason to differ.
inline constexpr std::string_view field_manager = "spark-operator";

} // namespace spark::requests
