#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace spark {

/// The first `most` bytes of `text`, and "..." for the rest; never a part of a
/// character. Bytes that are not UTF-8 become U+FFFD. A status or a row of the
/// journal that holds half a character differs from what is read back, or
/// cannot be read back at all, so foreign text goes through here first.
[[nodiscard]] std::string cut_text(std::string_view text, std::size_t most);

/// Bytes that `text` takes within JSON, quotes included: a control character
/// grows to six, so that a message can be much longer than it seems.
[[nodiscard]] std::size_t json_size(std::string_view text);

/// `text`, if it takes at most `most` bytes within JSON, else what fits of its
/// beginning, and "...". Cutting again changes nothing.
[[nodiscard]] std::string fit_json(std::string_view text, std::size_t most);

} // namespace spark
