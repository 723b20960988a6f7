#pragma once

#include <boost/json.hpp>

#include <string>

namespace spark {

/// YAML text of a JSON value, in block style, object members in their order.
/// For files that we generate: text is left unquoted only where no reader of
/// YAML 1.1 or 1.2 could take it for anything else, and long text is folded
/// at 80 columns. Ends with a newline.
[[nodiscard]] std::string to_yaml(const boost::json::value& value);

} // namespace spark
