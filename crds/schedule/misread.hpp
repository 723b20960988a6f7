#pragma once

#include <cstddef>
#include <string>

namespace spark {

/// What is wrong with a text: a sentence without its place and without a full
/// stop, and the place, counted in bytes from the beginning of the text.
struct misread {
  std::string what;
  std::size_t at = 0;
};

} // namespace spark
