#include "k8s/client/child_process.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <optional>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace spark {
namespace {

using clock = std::chrono::steady_clock;

/// How long it takes at most to notice that we shall stop.
constexpr std::chrono::milliseconds glance{50};

class descriptor {
public:
  explicit descriptor(int fd = -1) noexcept : fd_{fd} {}
  descriptor(descriptor&& other) noexcept : fd_{std::exchange(other.fd_, -1)} {}
  descriptor& operator=(descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~descriptor() { close(); }
  void close() noexcept {
    if (fd_ >= 0)
      ::close(fd_);
    fd_ = -1;
  }
  [[nodiscard]] int get() const noexcept { return fd_; }

private:
  int fd_;
};

struct pipe_ends {
  descriptor read, write;
};

std::optional<pipe_ends> make_pipe() {
  int fds[2];
  if (::pipe2(fds, O_CLOEXEC) != 0)
    return std::nullopt;
  return pipe_ends{descriptor{fds[0]}, descriptor{fds[1]}};
}

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (auto& t : texts)
    out.push_back(const_cast<char*>(t.c_str()));
  out.push_back(nullptr);
  return out;
}

struct spawn_setup {
  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;

  spawn_setup(int out, int err) {
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&files, out, 1);
    posix_spawn_file_actions_adddup2(&files, err, 2);
    posix_spawn_file_actions_addclosefrom_np(&files, 3);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP |
                                              POSIX_SPAWN_SETSIGMASK |
                                              POSIX_SPAWN_SETSIGDEF);
    posix_spawnattr_setpgroup(&attributes, 0);
    sigset_t signals;
    sigemptyset(&signals);
    posix_spawnattr_setsigmask(&attributes, &signals);
    sigaddset(&signals, SIGPIPE);
    posix_spawnattr_setsigdefault(&attributes, &signals);
  }
  spawn_setup(const spawn_setup&) = delete;
  spawn_setup& operator=(const spawn_setup&) = delete;
  ~spawn_setup() {
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
  }
};

int reap(pid_t pid) {
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/// Reads once; false at the end of the pipe.
bool read_some(int fd, std::string& into, std::size_t limit, bool& exceeded) {
  char buffer[4096];
  auto n = ::read(fd, buffer, sizeof buffer);
  if (n <= 0)
    return n < 0 && errno == EINTR;
  auto room = limit - into.size();
  exceeded = exceeded || static_cast<std::size_t>(n) > room;
  into.append(buffer, std::min(room, static_cast<std::size_t>(n)));
  return true;
}

/// Empty: both pipes reached their end.
std::string collect(pipe_ends& out, pipe_ends& err,
                    const child_command& command, child_outcome& outcome) {
  const auto until = clock::now() + command.limit;
  bool too_much = false;
  bool ignored = false;
  while (out.read.get() >= 0 || err.read.get() >= 0) {
    auto left =
        std::chrono::ceil<std::chrono::milliseconds>(until - clock::now());
    if (left.count() <= 0)
      return "did not end within " + std::to_string(command.limit.count()) +
             " ms";
    if (command.stop.stop_requested())
      return "was not needed any more";
    pollfd fds[2] = {{out.read.get(), POLLIN, 0}, {err.read.get(), POLLIN, 0}};
    if (::poll(fds, 2, static_cast<int>(std::min(left, glance).count())) <= 0)
      continue;
    if (fds[0].revents != 0 && !read_some(out.read.get(), outcome.output,
                                          command.output_limit, too_much))
      out.read.close();
    if (fds[1].revents != 0 &&
        !read_some(err.read.get(), outcome.complaint, 4096, ignored))
      err.read.close();
    if (too_much)
      return "printed more than " + std::to_string(command.output_limit) +
             " bytes";
  }
  return {};
}

/// It may have closed its pipes and go on; give it the rest of its time.
std::optional<int> wait_until(pid_t pid, clock::time_point until,
                              const std::stop_token& stop) {
  for (;;) {
    siginfo_t info{};
    if (::waitid(P_PID, static_cast<id_t>(pid), &info,
                 WEXITED | WNOHANG | WNOWAIT) == 0 &&
        info.si_pid == pid)
      return reap(pid);
    if (clock::now() >= until || stop.stop_requested())
      return std::nullopt;
    ::usleep(2000);
  }
}

} // namespace

result<child_outcome> run_child(const child_command& command) {
  const auto& name = command.argv.at(0);
  auto out = make_pipe();
  auto err = make_pipe();
  if (!out || !err)
    return fail(errc::io, std::string{"no pipe: "} + std::strerror(errno));
  spawn_setup setup{out->write.get(), err->write.get()};
  auto argv = pointers(command.argv);
  auto envp = pointers(command.environment);
  const auto until = clock::now() + command.limit;
  pid_t pid = 0;
  if (int rc = ::posix_spawnp(&pid, name.c_str(), &setup.files,
                              &setup.attributes, argv.data(), envp.data());
      rc != 0)
    return fail(errc::io, name + " does not start: " + std::strerror(rc));
  out->write.close();
  err->write.close();
  child_outcome outcome;
  auto trouble = collect(*out, *err, command, outcome);
  if (trouble.empty()) {
    if (auto code = wait_until(pid, until, command.stop)) {
      outcome.exit_code = *code;
      return outcome;
    }
    trouble =
        "did not end within " + std::to_string(command.limit.count()) + " ms";
  }
  ::kill(-pid, SIGKILL);
  reap(pid);
  return fail(errc::io, name + " " + trouble + " and was killed");
}

} // namespace spark
