#pragma once

#include "crds/scheduled_application.hpp"

namespace spark {

// The steps of parse_application, in this order. Each adds to problems and
// warnings; a later step may run on what an earlier one refused.

/// Reads one row after the other from `object` ({metadata, spec}) into
/// out.spec: types, the rows' own checks, what is not honoured yet.
void read_fields(const boost::json::value& object, parsed_application& out);
void read_fields(const boost::json::value& object, parsed_scheduled& out);
/// metadata.labels are those of the pods too, unless the spec has others.
void merge_metadata_labels(const boost::json::value& object,
                           parsed_application& out);
/// Rules between fields: image, main file and class, counts, names.
void validate_spec(std::string_view app, parsed_application& out);
/// CPU and heap that fit together, the number of executors.
void validate_resources(parsed_application& out);
/// Environment variables, arguments.
void validate_pods(parsed_application& out);
/// Volumes, what is mounted where.
void validate_mounts(std::string_view app, parsed_application& out);
/// Sidecars, init containers, ports, pod templates.
void validate_containers(parsed_application& out);
/// driverIngressOptions: how many, and which ports.
void validate_exposure(parsed_application& out);
/// Wishes that only a mutating webhook could fulfil.
void warn_of_unreachable(parsed_application& out);
/// Labels of the pods, also those given as sparkConf.
void validate_labels(parsed_application& out);
/// Properties that cannot work, or that mean files of the submitter. Takes out
/// those that are ignored; `ns` is the application's namespace.
void validate_conf(std::string_view ns, parsed_application& out);
/// The Spark version, and every property that the driver pod is made from.
void validate_conf_values(parsed_application& out);

/// A field that could not be read is absent, which is not to be said again.
void report_missing(std::string path, std::string message,
                    std::vector<problem>& problems);

/// .metadata.name; "" when there is no usable one, which is then a problem.
[[nodiscard]] std::string read_name(const boost::json::value& object,
                                    std::vector<problem>& problems);

/// .metadata.<key> of an object, nullptr when it is not there.
[[nodiscard]] const boost::json::value*
metadata_member(const boost::json::value& object, std::string_view key);

/// "must be a string, is a number".
[[nodiscard]] std::string wrong_type(std::string_view wanted,
                                     const boost::json::value& is);
/// spec.sparkConf["spark.jars"]: how messages name one entry of a map.
[[nodiscard]] std::string entry_path(std::string_view map,
                                     std::string_view key);

/// spec.volumes[2]
[[nodiscard]] std::string item_path(std::string_view list, std::size_t index);

/// A member of `item` (at `path`) that must be non-empty text; nullptr when it
/// is not, which is then a problem.
const boost::json::string* need_text(const boost::json::object& item,
                                     std::string_view key,
                                     const std::string& path,
                                     parsed_application& out);

/// The value of a Spark property of sparkConf, nullptr when it is not there.
[[nodiscard]] const std::string* find_conf(const spark_application_spec& spec,
                                           std::string_view key);

} // namespace spark
