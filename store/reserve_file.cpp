#include "store/reserve_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace spark {

bool reserve_file::take() const {
  struct stat found {};
  if (bytes_ == 0 || (stat(path_.c_str(), &found) == 0 &&
                      found.st_size == static_cast<off_t>(bytes_)))
    return true;
  int fd = open(path_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0)
    return false;
  bool taken = posix_fallocate(fd, 0, static_cast<off_t>(bytes_)) == 0;
  close(fd);
  if (!taken)
    give_back();
  return taken;
}

bool reserve_file::give_back() const {
  return bytes_ > 0 && unlink(path_.c_str()) == 0;
}

} // namespace spark
