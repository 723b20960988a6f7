#pragma once

#include "messages/ids.hpp"

#include <string>
#include <string_view>

namespace spark {

/// Names of everything that one submission creates, in Spark's own shapes with
/// the submission's id16 in place of Spark's random parts (contract §2).
struct child_names {
  std::string app_id;       ///< "spark-" + 32 hex digits
  std::string prefix;       ///< resourceNamePrefix: "<app name>-<id16>"
  std::string driver_pod;   ///< as given, never derived
  std::string service;      ///< at most 63 characters
  std::string conf_map;     ///< holds spark.properties
  std::string template_map; ///< holds the executor pod template
};

/// `spark_app_name` is the value of spark.app.name, any text.
[[nodiscard]] child_names make_names(std::string_view spark_app_name,
                                     std::string_view submission_id,
                                     std::string_view driver_pod);

/// `text` with {{APP_ID}} replaced, and {{EXECUTOR_ID}}, which a driver does
/// not have, removed.
[[nodiscard]] std::string with_ids(std::string_view text,
                                   std::string_view app_id);
/// `text` with all occurrences of `what` replaced.
[[nodiscard]] std::string with_replaced(std::string_view text,
                                        std::string_view what,
                                        std::string_view by);

} // namespace spark
