#include "store/owner_file.hpp"

#include "messages/clock.hpp"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace spark {
namespace {

std::string self() {
  std::array<char, 256> host{};
  if (gethostname(host.data(), host.size() - 1) != 0)
    host = {'?'};
  auto now = std::chrono::floor<milliseconds>(std::chrono::system_clock::now());
  return "pid " + std::to_string(getpid()) + " on host " + host.data() +
         " since " + to_rfc3339(now) + "\n";
}

/// The first line, printable characters only: it goes into logs.
std::string read_owner(int fd) {
  std::array<char, 512> bytes{};
  auto count = pread(fd, bytes.data(), bytes.size(), 0);
  std::string out;
  for (ssize_t i = 0; i < count && bytes[i] != '\n'; ++i)
    out += bytes[i] >= ' ' && bytes[i] <= '~' ? bytes[i] : '?';
  return out;
}

error held(const std::string& path, int fd) {
  auto who = read_owner(fd);
  if (who.empty())
    who = "another process, which has not written its name yet";
  return error{errc::conflict, "held by " + who, "journal " + path, 0};
}

int open_retrying(const std::string& path, int flags) {
  for (;;) {
    int fd = ::open(path.c_str(), flags | O_CLOEXEC, 0644);
    if (fd >= 0 || errno != EINTR)
      return fd;
  }
}

} // namespace

result<owner_file> owner_file::take(const std::string& journal_path) {
  auto path = journal_path + ".owner";
  int fd = open_retrying(path, O_RDWR | O_CREAT);
  if (fd < 0)
    return fail(errc::io,
                "open " + path + ": " + std::generic_category().message(errno),
                "journal " + journal_path);
  owner_file owner{fd};
  // A file system without flock has SQLite's lock still.
  if (flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
    return tl::unexpected(held(journal_path, fd));
  auto text = self();
  // A name that cannot be written (disk full) must not stop the operator.
  if (ftruncate(fd, 0) != 0 || pwrite(fd, text.data(), text.size(), 0) !=
                                   static_cast<ssize_t>(text.size()))
    return owner;
  return owner;
}

result<owner_file> owner_file::share(const std::string& journal_path) {
  int fd = open_retrying(journal_path + ".owner", O_RDONLY);
  if (fd < 0)
    return owner_file{};
  owner_file owner{fd};
  if (flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK)
    return tl::unexpected(held(journal_path, fd));
  return owner;
}

owner_file::owner_file(owner_file&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)) {}

owner_file& owner_file::operator=(owner_file&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

owner_file::~owner_file() {
  if (fd_ >= 0)
    ::close(fd_);
}

} // namespace spark
