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

} // namespace spark
