#pragma once

#include <boost/json.hpp>

#include <cstddef>
#include <string_view>

namespace spark {

/// A pod that is being made: what its template has, with the container that
/// Spark runs in taken out.
struct base_pod {
  boost::json::object metadata;
  boost::json::object spec; ///< "containers" holds the other ones
  boost::json::object container;
  std::size_t place = 0; ///< of the container in the template
};

/// Takes the container called `container` out of a PodTemplateSpec, else its
/// first one, else a new one of that name: Spark's choice. An empty template
/// is none.
[[nodiscard]] base_pod make_base_pod(const boost::json::object& pod_template,
                                     std::string_view container);

/// Member `key` of an object as a list, an object: made if it is not there.
/// The parser refuses templates where it is something else.
boost::json::array& list_at(boost::json::object& parent, std::string_view key);
boost::json::object& object_at(boost::json::object& parent,
                               std::string_view key);
/// Appends to such a list; nothing happens when there is nothing to append.
void append_to(boost::json::object& parent, std::string_view key,
               const boost::json::array& items);

} // namespace spark
