#pragma once

#include "messages/error.hpp"

#include <boost/json.hpp>

#include <string>
#include <string_view>

namespace spark {

/// Deeper than any type that Kubernetes has, shallow enough for code that
/// recurses on an actor's or a transport thread's stack.
inline constexpr int deepest_json = 256;

/// Parses what an API server sent. It lets a tenant nest the fields that it
/// does not judge thousands of levels deep; one such object must not make a
/// whole list unreadable. What lies deeper than `deepest_json` becomes the text
/// "(nested too deeply)", which no field takes for something else.
/// Fails with bad_reply if the text is not JSON. Any thread.
[[nodiscard]] result<boost::json::value>
parse_bounded(std::string_view text, boost::json::storage_ptr storage = {});

/// The text with that replacement; pure, and needs no stack.
[[nodiscard]] std::string without_deep_values(std::string_view text,
                                              int deepest);

} // namespace spark
