#pragma once

#include "messages/error.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace spark {

/// A file that exists only for one download, or the reason why there is none.
/// Its name goes as soon as it is open, and at the latest with this object, so
/// that hardly anything leaves it behind.
class produced_file {
public:
  explicit produced_file(result<std::string> path);
  ~produced_file();
  produced_file(const produced_file&) = delete;
  produced_file& operator=(const produced_file&) = delete;

  /// Its size in bytes, or why it cannot be read. Call once.
  [[nodiscard]] result<std::uint64_t> open_and_remove();
  /// At most buffer.size() bytes; 0 at the end and on errors.
  [[nodiscard]] std::size_t read_some(std::span<char> buffer);

private:
  void remove();

  result<std::string> path_;
  bool removed_ = false;
  int fd_ = -1;
};

} // namespace spark
