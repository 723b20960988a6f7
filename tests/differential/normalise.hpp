#pragma once

#include "k8s/render/submission.hpp"

#include <boost/json.hpp>

#include <map>
#include <string>

namespace spark::testing {

/// The objects of one submission by what they are ("Pod", "Service", "conf
/// map", "template map", "PersistentVolumeClaim <name>"), in a form in which
/// only meaning differs: random text is a token, spark.properties is a map, the
/// executor pod template an object, empty members are gone, lists without order
/// are sorted.
using object_set = std::map<std::string, boost::json::value>;

/// From a capture, which has its tokens already. The driver pod is the one
/// that the Go operator's webhook lets into the cluster.
[[nodiscard]] object_set captured_objects(const boost::json::value& capture);
[[nodiscard]] object_set rendered_objects(const submission& made,
                                          const submission_input& in);

/// "/spec/containers/proxy/image" -> JSON of the scalar there.
using flat_object = std::map<std::string, std::string>;
[[nodiscard]] flat_object flatten(const boost::json::value& object);

/// java.util.Properties.load for what Properties.store writes: {"comment":
/// first line, "entries": {…}}.
[[nodiscard]] boost::json::object read_properties(std::string_view text);

} // namespace spark::testing
