#include "tools/operator/produced_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace spark {

produced_file::produced_file(result<std::string> path)
    : path_(std::move(path)) {}

produced_file::~produced_file() {
  remove();
  if (fd_ >= 0)
    close(fd_);
}

result<std::uint64_t> produced_file::open_and_remove() {
  if (!path_)
    return tl::unexpected{path_.error()};
  fd_ = open(path_->c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  remove();
  struct stat found {};
  if (fd_ < 0 || fstat(fd_, &found) != 0 || !S_ISREG(found.st_mode))
    return fail(errc::io, "the file that was made cannot be read");
  return static_cast<std::uint64_t>(found.st_size);
}

std::size_t produced_file::read_some(std::span<char> buffer) {
  ssize_t n = read(fd_, buffer.data(), buffer.size());
  return n > 0 ? static_cast<std::size_t>(n) : 0;
}

void produced_file::remove() {
  if (path_ && !std::exchange(removed_, true))
    unlink(path_->c_str());
}

} // namespace spark
