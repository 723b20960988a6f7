#include "k8s/watch/line_splitter.hpp"

namespace spark {
namespace {

std::string_view without_return(std::string_view line) {
  if (line.ends_with('\r'))
    line.remove_suffix(1);
  return line;
}

} // namespace

result<void> line_splitter::overlong() {
  failed_ = true;
  rest_.clear();
  rest_.shrink_to_fit();
  return fail(errc::bad_reply,
              "a watch line exceeds " + std::to_string(max_line_) + " bytes");
}

result<void>
line_splitter::feed(std::string_view chunk,
                    const std::function<void(std::string_view)>& use) {
  if (failed_)
    return overlong();
  while (!chunk.empty()) {
    auto end = chunk.find('\n');
    auto part = chunk.substr(0, end);
    if (part.size() > max_line_ - rest_.size())
      return overlong();
    if (end == std::string_view::npos) {
      rest_.append(part);
      return {};
    }
    auto line = part;
    if (!rest_.empty())
      line = rest_.append(part);
    if (line = without_return(line); !line.empty())
      use(line);
    // A rare large object must not stay reserved for the rest of the stream.
    if (rest_.capacity() > (256u << 10))
      rest_ = std::string{};
    rest_.clear();
    chunk.remove_prefix(end + 1);
  }
  return {};
}

} // namespace spark
