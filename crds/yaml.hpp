#pragma once

#include <boost/json.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace spark {

/// YAML text of a JSON value, in block style, object members in their order.
/// For files that we generate: text is left unquoted only where no reader of
/// YAML 1.1 or 1.2 could take it for anything else, and long text is folded
/// at 80 columns. Text of whole lines is a literal block. Ends with a newline.
[[nodiscard]] std::string to_yaml(const boost::json::value& value);

/// What a YAML text holds.
struct yaml_documents {
  std::vector<boost::json::value> documents; ///< those that are not empty
  std::string error; ///< not empty: why it cannot be read, and where
};

/// Reads YAML as kubectl does: plain scalars are null, booleans or numbers if
/// they look like one, all others text. For files of users on a command line:
/// bounded, but not for the network.
[[nodiscard]] yaml_documents read_yaml(std::string_view text);

} // namespace spark
