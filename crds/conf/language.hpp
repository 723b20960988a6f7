#pragma once

#include <string_view>

namespace spark {

/// In which language the main resource is. Spark goes by the ending of the
/// file's name and by nothing else.
enum class app_language { java, python, r };

/// "java", "python" or "r": the value of spark.kubernetes.resource.type.
[[nodiscard]] std::string_view to_string(app_language language) noexcept;

[[nodiscard]] app_language language_of(std::string_view main_file) noexcept;

} // namespace spark
