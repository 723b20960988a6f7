#pragma once

#include "k8s/client/curl_transport.hpp"

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace spark::test {

/// Collects what a transport answers, and lets a test wait for it.
class inbox {
public:
  transport::on_reply replies() {
    return [this](op_id id, reply r) {
      std::lock_guard guard{mutex_};
      replies_[id].push_back(std::move(r));
      changed_.notify_all();
    };
  }
  transport::on_chunk chunks() {
    return [this](op_id id, std::string_view bytes) {
      std::lock_guard guard{mutex_};
      chunks_[id] += bytes;
      changed_.notify_all();
    };
  }
  transport::on_end ends() {
    return [this](op_id id, stream_end e) {
      std::lock_guard guard{mutex_};
      ends_[id].push_back(std::move(e));
      changed_.notify_all();
    };
  }

  template<class Predicate>
  bool wait(Predicate p,
            std::chrono::seconds limit = std::chrono::seconds{10}) {
    std::unique_lock guard{mutex_};
    return changed_.wait_for(guard, limit, p);
  }
  /// Exactly one reply for `id`; a default one with status -1 when none came.
  reply await_reply(op_id id) {
    wait([&] { return !replies_[id].empty(); });
    std::lock_guard guard{mutex_};
    if (replies_[id].size() == 1)
      return replies_[id].front();
    reply none;
    none.status = -1;
    return none;
  }
  std::optional<stream_end> await_end(op_id id) {
    wait([&] { return !ends_[id].empty(); });
    std::lock_guard guard{mutex_};
    if (ends_[id].size() != 1)
      return std::nullopt;
    return ends_[id].front();
  }
  bool await_bytes(op_id id, std::size_t count) {
    return wait([&] { return chunks_[id].size() >= count; });
  }
  std::string bytes(op_id id) {
    std::lock_guard guard{mutex_};
    return chunks_[id];
  }
  std::size_t reply_count(op_id id) {
    std::lock_guard guard{mutex_};
    return replies_[id].size();
  }
  std::size_t end_count(op_id id) {
    std::lock_guard guard{mutex_};
    return ends_[id].size();
  }

private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<op_id, std::vector<reply>> replies_;
  std::map<op_id, std::string> chunks_;
  std::map<op_id, std::vector<stream_end>> ends_;
};

/// Polls until it holds, or 10 s passed.
template<class Predicate>
bool eventually(Predicate p) {
  for (int i = 0; i < 1000; ++i) {
    if (p())
      return true;
    std::this_thread::sleep_for(std::chrono::milliseconds{10});
  }
  return p();
}

/// A directory that is removed at the end.
class scratch_directory {
public:
  scratch_directory() {
    auto name =
        (std::filesystem::temp_directory_path() / "spark-XXXXXX").string();
    if (!::mkdtemp(name.data()))
      throw std::runtime_error{"no scratch directory"};
    path_ = name;
  }
  ~scratch_directory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  std::filesystem::path write(const std::string& name, std::string_view text) {
    auto file = path_ / name;
    std::ofstream{file, std::ios::binary} << text;
    return file;
  }
  /// As an editor or the kubelet does it.
  void replace(const std::string& name, std::string_view text) {
    auto next = write(name + ".new", text);
    std::filesystem::rename(next, path_ / name);
  }
  std::filesystem::path script(const std::string& name, std::string_view text) {
    auto file = write(name, text);
    std::filesystem::permissions(file, std::filesystem::perms::owner_all);
    return file;
  }

private:
  std::filesystem::path path_;
};

} // namespace spark::test
