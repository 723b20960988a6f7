// Other processes: one that holds the journal, and ones that die.

#include "journal_samples.hpp"

#include <catch2/catch.hpp>

#include <csignal>
#include <sys/wait.h>
#include <unistd.h>

using namespace spark;
using namespace spark::testing;
using Catch::Matchers::Contains;

namespace {

/// A child that runs `work` with a pipe to us. Forked while this process has no
/// journal open, so no handle is carried over.
class child_process {
public:
  template<class F>
  explicit child_process(F work) {
    int ends[2];
    if (pipe(ends) != 0)
      throw std::runtime_error("pipe failed");
    pid_ = fork();
    if (pid_ == 0) {
      close(ends[0]);
      try {
        work(ends[1]);
      } catch (...) {
      }
      _exit(1);
    }
    close(ends[1]);
    from_ = ends[0];
  }
  child_process(const child_process&) = delete;
  child_process& operator=(const child_process&) = delete;
  ~child_process() {
    end();
    close(from_);
  }
  [[nodiscard]] pid_t pid() const { return pid_; }
  /// Blocks for the next number the child has written; -1 at its end.
  std::int64_t next() {
    std::int64_t value = -1;
    return read(from_, &value, sizeof value) == sizeof value ? value : -1;
  }
  void end() {
    if (pid_ > 0) {
      kill(pid_, SIGKILL);
      waitpid(pid_, nullptr, 0);
      pid_ = 0;
    }
  }

private:
  pid_t pid_ = 0;
  int from_ = -1;
};

void tell(int to, std::int64_t value) {
  if (write(to, &value, sizeof value) != sizeof value)
    _exit(2);
}

} // namespace

TEST_CASE("another process that holds the journal is named", "[store]") {
  temp_dir dir;
  child_process holder{[&](int to) {
    auto j = must(open_journal(dir / "j.db"));
    append(*j, {row("a", 1)});
    tell(to, 1);
    pause();
  }};
  REQUIRE(holder.next() == 1);
  auto j = open_journal(dir / "j.db");
  REQUIRE_FALSE(j);
  CHECK(j.error().code == errc::conflict);
  auto name = "held by pid " + std::to_string(holder.pid()) + " on host ";
  CHECK_THAT(j.error().message, Contains(name));
  auto reader = open_journal_for_reading(dir / "j.db");
  REQUIRE_FALSE(reader);
  CHECK_THAT(reader.error().message, Contains(name));
  holder.end();
  j = open_journal(dir / "j.db");
  REQUIRE(j);
  CHECK((*j)->report().rows == 1);
}

TEST_CASE("kill -9 loses no acknowledged row", "[store]") {
  temp_dir dir;
  std::int64_t acknowledged = 0;
  for (int round = 0; round < 10; ++round) {
    {
      child_process writer{[&](int to) {
        journal_options options;
        options.checkpoint_frames = 20;
        auto j = must(open_journal(dir / "j.db", options));
        for (int n = 0;; ++n) {
          auto last = append(*j, rows("a", n, 1 + n % 5),
                             n % 7 == 0 ? std::vector{snapshot("a")}
                                        : std::vector<journal_snapshot>{});
          tell(to, last.back().seq);
        }
      }};
      for (int n = 0; n < 25 + round * 3; ++n) {
        auto seq = writer.next();
        REQUIRE(seq > acknowledged);
        acknowledged = seq;
      }
      writer.end();
      for (auto seq = writer.next(); seq >= 0; seq = writer.next())
        acknowledged = seq;
    }
    auto j = must(open_journal(dir / "j.db"));
    CHECK(j->report().corrupt_renamed_to.empty());
    CHECK(j->report().damaged_uids.empty());
    auto stream = must(j->streams())[0];
    CHECK(stream.last_seq >= acknowledged);
    CHECK(stream.rows == stream.last_seq); // none missing in between
    CHECK(must(j->first_broken_row("a")) == 0);
    CHECK(must(j->load("a")).damage.empty());
    acknowledged = stream.last_seq;
  }
}
