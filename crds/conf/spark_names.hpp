#pragma once

#include <string>
#include <string_view>

namespace spark {

// Names that Spark derives from spark.app.name, which may be any text.

/// Spark's getResourceNamePrefix: lower case, other characters become dashes,
/// dashes collapse, a leading dash goes, a leading digit becomes 'x'.
[[nodiscard]] std::string resource_name_prefix(std::string_view app_name,
                                               std::string_view id16);

/// Spark's getAppNameLabel; may be empty, at most 63 characters.
[[nodiscard]] std::string app_name_label(std::string_view app_name);

/// The name that the driver's Service should have. Where it is too long for a
/// Service, Spark takes one without the application's name.
[[nodiscard]] std::string service_name(std::string_view app_name,
                                       std::string_view id16);
[[nodiscard]] bool fits_service(std::string_view name);

/// Java's String.trim: without characters up to U+0020 at both ends. What
/// Spark does to names and to the values of its properties.
[[nodiscard]] std::string_view java_trim(std::string_view text);

} // namespace spark
