#pragma once

#include "k8s/render/submission.hpp"

#include <boost/json.hpp>

#include <map>
#include <string>

namespace spark::testing {

/// The objects of one submission by what they are ("Pod", "Service", "conf
/// map", "PersistentVolumeClaim <name>"), in a form in which only meaning
/// differs: random text is a token, spark.properties is a map, empty members
/// are gone, lists without order are sorted.
using object_set = std::map<std::string, boost::json::value>;

/// From the requests of a capture, which has its tokens already.
[[nodiscard]] object_set captured_objects(const boost::json::array& requests);
[[nodiscard]] object_set rendered_objects(const submission& made,
                                          const submission_input& in);

/// "/spec/containers/0/image" -> JSON of the scalar there.
using flat_object = std::map<std::string, std::string>;
[[nodiscard]] flat_object flatten(const boost::json::value& object);

/// java.util.Properties.load for what Properties.store writes: {"comment":
/// first line, "entries": {…}}.
[[nodiscard]] boost::json::object read_properties(std::string_view text);

} // namespace spark::testing
