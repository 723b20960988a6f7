#pragma once

#include "store/sqlite_journal.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <stdlib.h>

namespace spark::testing {

namespace fs = std::filesystem;

/// A directory of its own for each test, gone afterwards.
class temp_dir {
public:
  temp_dir() {
    auto name = (fs::temp_directory_path() / "spark-store-XXXXXX").string();
    if (!mkdtemp(name.data()))
      throw std::runtime_error("mkdtemp failed");
    path_ = name;
  }
  temp_dir(const temp_dir&) = delete;
  temp_dir& operator=(const temp_dir&) = delete;
  ~temp_dir() {
    std::error_code ec;
    fs::remove_all(path_, ec);
  }
  [[nodiscard]] std::string operator/(const std::string& name) const {
    return (path_ / name).string();
  }
  /// File names, sorted.
  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> out;
    for (auto& entry : fs::directory_iterator{path_})
      out.push_back(entry.path().filename().string());
    std::sort(out.begin(), out.end());
    return out;
  }

private:
  fs::path path_;
};

inline journal_row row(const std::string& uid, int n,
                       const std::string& phase = "Running") {
  journal_row r;
  r.uid = uid;
  r.ns = "ns";
  r.name = "app-" + uid;
  r.at = from_millis(1'800'000'000'000 + n * 1000);
  r.epoch = 3;
  r.rules_version = 2;
  r.stimulus = R"({"n":)" + std::to_string(n) + "}";
  r.events = "[]";
  r.effects = R"(["patch_status"])";
  r.phase_before = "New";
  r.phase_after = phase;
  r.state_hash = "h" + std::to_string(n);
  return r;
}

inline journal_snapshot snapshot(const std::string& uid, std::int64_t seq = 0) {
  return {uid, seq, 2, R"({"seq":)" + std::to_string(seq) + "}", "sh"};
}

/// `count` rows numbered from `first`, in one batch.
inline std::vector<journal_row> rows(const std::string& uid, int first,
                                     int count,
                                     const std::string& phase = "Running") {
  std::vector<journal_row> out;
  for (int n = first; n < first + count; ++n)
    out.push_back(row(uid, n, phase));
  return out;
}

/// Throws the error: a test's set-up must work.
template<class T>
T must(result<T> r) {
  if (!r)
    throw std::runtime_error(to_string(r.error()));
  if constexpr (!std::is_void_v<T>)
    return std::move(*r);
}

inline std::vector<journal_row>
append(journal& j, std::vector<journal_row> batch,
       const std::vector<journal_snapshot>& snapshots = {}) {
  must(j.append(batch, snapshots));
  return batch;
}

inline std::string bytes_of(const std::string& path) {
  std::ifstream in{path, std::ios::binary};
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

/// As another program would: after the journal was closed.
inline void tamper(const std::string& path, const std::string& sql) {
  auto db = must(database::open(path, database::access::write));
  must(db.exec(sql));
}

} // namespace spark::testing
