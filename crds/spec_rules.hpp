#pragma once

#include "crds/spark_application.hpp"

#include <span>
#include <string_view>

namespace spark {

/// A rule between fields that CEL can say too. The CRD carries it, so that a
/// bad object is refused when it is applied; the parser has it for objects that
/// got past the API server (an older CRD, one without the rule).
struct spec_rule {
  std::string_view path; ///< the field that its message is about
  std::string_view cel;  ///< `self` is the spec
  std::string_view message;
  bool (*holds)(const spark_application_spec&);
};

[[nodiscard]] std::span<const spec_rule> spec_rules() noexcept;

} // namespace spark
